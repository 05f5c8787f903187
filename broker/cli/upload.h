// Upload brings one file to the broker under its digest, in pieces; where an earlier run left off,
// this one goes on. Main or worker thread, with a client of its own.
#pragma once

#include "broker/cli/broker_client.h"
#include "broker/cli/release_file.h"

namespace gulou::cli {

// Errors: refusals of the broker, attachment_file_changed, attachment_upload_stuck.
Status upload(BrokerClient& client, const AttachmentFile& file);

}  // namespace gulou::cli
