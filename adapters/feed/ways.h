// The ways that carry something to an outlet at once: a folder, SFTP, mail, a signed webhook. Every
// name and id is made from what is sent, so a second sending over these is known for the same but
// for mail: mail cannot be asked, so it is the last way and its id goes to the broker before. Used
// on the SDK's call thread.
#pragma once

#include "adapters/feed/packet.h"
#include "adapters/feed/store.h"
#include "common/base/result.h"
#include "common/http/client.h"
#include "common/http/sftp.h"
#include "common/settings/outlet_tables.h"

#include <string>

namespace gulou {

struct FeedSecrets {
  std::string webhook;  // raw bytes
  std::string mail_password;
};

// Errors: feed_secret_malformed; those of secret files.
Result<FeedSecrets> read_feed_secrets(const FeedTable& settings);

struct Recall {
  std::string id;     // for the acknowledgement
  std::string event;  // release.recalled or release.invalid
  std::string acknowledge_url;
};

class FeedWays {
 public:
  FeedWays(FeedTable settings, FeedSecrets secrets);

  Status publish_to_folder(const Packet& packet) const;
  // Takes the packet away and leaves a notice.
  Status recall_from_folder(const FeedRecord& record, const Recall& recall) const;
  void drop_from_folder(const std::string& packet) const;

  // The same on an SFTP server. Errors: those of sftp_put(), of read_secret_file (the key).
  Status publish_to_sftp(const Packet& packet, const std::string& old_packet) const;
  Status recall_from_sftp(const FeedRecord& record, const Recall& recall) const;

  // event: release.published, release.recalled, release.invalid. True: the outlet has acknowledged.
  // Errors: refused feed_outlet_gone (410), feed_webhook_refused; those of HttpClient.
  Result<bool> call(const std::string& event,
                    const FeedRecord& record,
                    const std::string& packet_url,
                    const Recall* recall);

  // Tells the hub that the feeds below this address have changed. Errors: feed_hub_refused; those
  // of HttpClient.
  Status tell_hub(const std::string& base_url);

  Status mail(const FeedRecord& record, const Packet& packet) const;
  Status mail_recall(const FeedRecord& record, const Recall& recall) const;

  bool has_folder() const { return !settings_.folder.empty(); }

  bool has_sftp() const { return !settings_.sftp.empty(); }

  bool has_hub() const { return !settings_.hub.empty(); }

  bool has_webhook() const { return !settings_.webhook_url.empty(); }

  bool has_mail() const { return !settings_.mail_to.empty(); }

  const FeedTable& settings() const { return settings_; }

 private:
  Result<SftpServer> sftp_server(size_t bytes) const;
  Status send(const std::string& id,
              const std::string& subject,
              const std::string& text,
              const Packet* packet) const;

  FeedTable settings_;
  FeedSecrets secrets_;
  HttpClient client_;
};

// What a person reads: which release, why, what to do.
std::string recall_text(const FeedRecord& record, const Recall& recall);

}  // namespace gulou
