// The readable page of an evidence file: one section per release, what the chain proves set apart
// from what somebody stated. Made from the proven changes and the content in the file alone, so
// that whoever checks the file can make it again. Any thread.
#pragma once

#include "broker/evidence/evidence_file.h"
#include "common/base/result.h"
#include "common/text/language.h"

#include <string>
#include <vector>

namespace gulou {

Result<std::string> evidence_document(const Evidence& evidence,
                                      const std::vector<ArchiveMember>& contents,
                                      Language language);

}  // namespace gulou
