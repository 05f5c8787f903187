// Publisher brings one submission to the broker: attachments first, then the parts, then it tells
// apart what was taken, what was there already and what differs from what is there. One per thread;
// it shares nothing but the broker.
#pragma once

#include "broker/cli/broker_client.h"
#include "broker/cli/release_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace gulou::cli {

// not_accepted: nothing is wrong with the file, the broker takes nothing now (its disk is full, it
// drains); like unreachable, the same command helps later.
enum class Outcome : uint8_t {
  accepted,
  already_there,
  changed,
  refused,
  not_accepted,
  unreachable
};

struct PublishMode {
  bool check = false;    // only ask whether it would be taken
  bool dry_run = false;  // say what would happen
  bool revise = false;   // what changed goes out as the next revision
  std::string change_note;
};

struct ChannelFit {
  std::string channel;
  std::string part;  // which of a bundle
  bool fits = true;
  std::string sentence;  // why not
};

struct PublishResult {
  Outcome outcome = Outcome::refused;
  uint64_t seq = 0;
  std::string text;               // why it was refused
  bool waits_for_target = false;  // it names a release that is not there (yet)
  std::vector<ChannelFit> fits;   // --check
};

class Publisher {
 public:
  Publisher(BrokerClient client, PublishMode mode);

  PublishResult publish(const SubmissionFile& submission);

 private:
  // A part beside what the broker holds of the same publication.
  struct Held {
    uint32_t newest = 0;  // revision; 0: nothing is held
    bool same = false;    // the newest one says the same
  };

  Result<PublishResult> bring(const SubmissionFile& submission);
  Result<PublishResult> check(const SubmissionFile& submission);
  Result<PublishResult> rehearse(const SubmissionFile& submission);
  Result<PublishResult> submit(const std::vector<PartFile>& parts,
                               const std::vector<Members>& approvals);
  Result<PublishResult> settle(const SubmissionFile& submission, uint64_t seq);
  Status upload_once(const AttachmentFile& file);
  Status upload_scans(const SubmissionFile& submission);
  Result<Held> held(const PartFile& part);
  Result<std::string> publisher_of(const PartFile& part);
  std::string next_revision(const PartFile& part, uint32_t newest) const;

  BrokerClient client_;
  PublishMode mode_;
  std::string publisher_;  // whose publications these are, once known
  std::unordered_set<std::string> uploaded_;
};

}  // namespace gulou::cli
