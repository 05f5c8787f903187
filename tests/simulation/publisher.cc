#include "tests/simulation/publisher.h"

#include "common/base/limits.h"
#include "common/json/release_json.h"
#include "common/wire/codec.h"

#include <algorithm>

namespace gulou::simulation {

SimPublisher::SimPublisher(Parts parts, std::string name) : parts_(parts), name_(std::move(name)) {}

void SimPublisher::start() {
  parts_.network.connect(*this, Door::publishers, name_);
}

void SimPublisher::on_link_up() {
  connected_ = true;
  for (const auto& [correlation, submission] : open_) {
    send(correlation);
  }
}

void SimPublisher::on_link_lost() {
  connected_ = false;
  start();
}

// ---- ideas --------------------------------------------------------------------------------------

void SimPublisher::idea() {
  if (open_.size() > 6) {
    return;
  }
  Random& random = parts_.random;
  const Options& options = parts_.options;
  const bool done = (random.per_mille(options.revise) && revise()) ||
                    (random.per_mille(options.resubmit) && resubmit()) ||
                    (random.per_mille(options.conflict) && conflict()) ||
                    (random.per_mille(options.duplicate) && duplicate()) ||
                    (random.per_mille(options.withdraw) && withdraw());
  if (!done) {
    new_bundle();
  }
}

Release SimPublisher::draft() {
  Random& random = parts_.random;
  Release release;
  release.id = name_ + "-" + std::to_string(++last_id_);
  release.revision = 1;
  release.kind = Kind::notice;
  release.title = "关于第" + std::to_string(last_id_) + "号事项的通知（" + name_ + "）";
  release.body = {BodyFormat::text,
                  "各村民委员会：现将第" + std::to_string(last_id_) + "号事项通知如下。"};
  release.issuer = {"鼓楼县教育局", "000014349"};
  release.doc_no =
      "鼓教发〔2026〕" + name_.substr(name_.size() - 1) + std::to_string(last_id_) + "号";
  release.written_on = "2026-11-20";
  release.disclosure_type = DisclosureType::proactive;
  release.classification = Classification::open;
  release.column = random.per_mille(400) ? "zcwj" : "tzgg";
  return release;
}

void SimPublisher::place_in_time(Release& release) {
  Random& random = parts_.random;
  const int64_t utc = now().utc.ms;
  if (random.per_mille(parts_.options.scheduled)) {
    release.not_before = format_utc({utc + random.between(1'000, 60'000)});
  } else if (random.per_mille(parts_.options.expiring)) {
    release.expires = format_utc({utc + random.between(5'000, 60'000)});
  }
  if (random.per_mille(parts_.options.embargoed)) {
    const auto& channels = parts_.options.channels;
    release.embargo = Embargo{format_utc({utc + random.between(3'000, 40'000)}),
                              {channels[random.below(channels.size())].policy.id}};
  }
}

bool SimPublisher::new_bundle() {
  Random& random = parts_.random;
  const Options& options = parts_.options;
  const int64_t count = random.per_mille(options.bundles) ? random.between(2, 3) : 1;
  const bool imported = random.per_mille(options.imported);
  const bool drill = random.per_mille(options.drill);
  const bool urgent = random.per_mille(options.urgent);
  std::vector<Release> releases;
  Expect expect = Expect::accepted;
  for (int64_t i = 0; i < count; ++i) {
    Release release = draft();
    release.test = drill;
    release.priority = urgent ? Priority::urgent : Priority::normal;
    if (imported) {
      release.imported = Imported{"旧网站", "2019-04-18"};
    }
    place_in_time(release);
    if (random.per_mille(options.supplied_index)) {
      std::string serial = std::to_string(random.between(1, 60));
      release.index_no = "000014349/2026-000" + std::string(2 - serial.size(), '0') + serial;
      expect = Expect::maybe_index_taken;
    }
    releases.push_back(std::move(release));
  }
  submit(std::move(releases), expect);
  return true;
}

// One whose newest revision is known for certain.
const std::string* SimPublisher::some_publication() {
  std::vector<const std::string*> idle;
  for (const auto& [id, publication] : publications_) {
    if (publication.unanswered == 0 && !publication.ended) {
      idle.push_back(&id);
    }
  }
  return idle.empty() ? nullptr : parts_.random.pick(idle);
}

bool SimPublisher::revise() {
  const std::string* id = some_publication();
  if (id == nullptr) {
    return false;
  }
  Release release = publications_.at(*id).newest;
  release.previous_revision = release.revision;
  release.revision += static_cast<uint32_t>(parts_.random.between(1, 2));
  release.update = UpdateClass::minor;
  release.change_note = "更正";
  release.distinct_from.clear();
  release.body.content += "（第" + std::to_string(release.revision) + "版）";
  release.not_before.clear();
  release.expires.clear();
  release.embargo.reset();
  release.index_no.clear();
  place_in_time(release);
  submit({release}, Expect::accepted);
  return true;
}

bool SimPublisher::resubmit() {
  if (accepted_.empty()) {
    return false;
  }
  const Submission again = parts_.random.pick(accepted_);
  submit(again.releases, Expect::accepted);
  return true;
}

bool SimPublisher::conflict() {
  const std::string* id = some_publication();
  if (id == nullptr) {
    return false;
  }
  Release release = publications_.at(*id).newest;
  release.body.content += "（另一份）";
  submit({release}, Expect::conflict);
  return true;
}

bool SimPublisher::duplicate() {
  const std::string* id = some_publication();
  if (id == nullptr) {
    return false;
  }
  Release release = draft();
  release.doc_no = publications_.at(*id).newest.doc_no;
  if (!parts_.random.per_mille(300)) {
    submit({release}, Expect::duplicate);
    return true;
  }
  for (const auto& [other, publication] : publications_) {
    if (publication.newest.doc_no == release.doc_no &&
        release.distinct_from.size() < limits::relations_max) {
      release.distinct_from.push_back(other);
    }
  }
  submit({release}, Expect::distinct);
  return true;
}

bool SimPublisher::withdraw() {
  const std::string* id = some_publication();
  if (id == nullptr) {
    return false;
  }
  static const char* const kinds[] = {"mark_invalid", "replace", "remove", "erase"};
  Submission submission;
  submission.releases = {publications_.at(*id).newest};
  submission.expect = Expect::withdrawn;
  wire::WithdrawRequest& asked = submission.withdrawal;
  asked.id = *id;
  asked.revision = parts_.random.per_mille(500) ? submission.releases[0].revision : 0;
  asked.kind = kinds[parts_.random.below(4)];
  asked.reason = "发布有误";
  const std::string* successor = some_publication();
  if (asked.kind == "replace") {
    if (*successor == *id) {
      return false;
    }
    asked.successor = *successor;
  }
  open(std::move(submission));
  return true;
}

// ---- sending until there is an answer -----------------------------------------------------------

void SimPublisher::submit(std::vector<Release> releases, Expect expect) {
  Submission submission;
  for (const Release& release : releases) {
    submission.parts.push_back(to_json(release));
    parts_.checker.promised(name_, release);
  }
  submission.releases = std::move(releases);
  submission.expect = expect;
  open(std::move(submission));
}

void SimPublisher::open(Submission submission) {
  for (const Release& release : submission.releases) {
    const auto known = publications_.find(release.id);
    if (known != publications_.end()) {
      ++known->second.unanswered;
    }
  }
  const uint64_t correlation = ++last_correlation_;
  open_.emplace(correlation, std::move(submission));
  send(correlation);
  if (parts_.random.per_mille(parts_.options.repeat_submit)) {
    send(correlation);
  }
}

void SimPublisher::send(uint64_t correlation) {
  Submission& submission = open_.at(correlation);
  submission.sent = now().mono;
  parts_.schedule.after(parts_.random.between(3'000, 8'000), [this] { check_open(); });
  if (!connected_) {
    return;
  }
  wire::Submit submit;
  for (const std::string& part : submission.parts) {
    submit.parts.push_back(part);
  }
  const bool withdraws = submission.expect == Expect::withdrawn;
  const wire::Encoded encoded = withdraws ? wire::encode({correlation, submission.withdrawal})
                                          : wire::encode({correlation, submit});
  Frames frames;
  for (const std::string_view frame : encoded.frames()) {
    frames.emplace_back(frame);
  }
  parts_.network.to_broker(*this, std::move(frames));
}

void SimPublisher::check_open() {
  for (auto& [correlation, submission] : open_) {
    if (now().mono.ms - submission.sent.ms >= 3'000) {
      send(correlation);
    }
  }
}

void SimPublisher::on_frames(const Frames& frames) {
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  const auto message = wire::decode(views);
  if (!message) {
    return parts_.checker.violated("a publisher cannot read: " + describe(message.error()));
  }
  const auto* accepted = std::get_if<wire::Accepted>(&message->body);
  const auto* refused = std::get_if<wire::Refused>(&message->body);
  if (accepted != nullptr || refused != nullptr) {
    done(message->correlation, accepted, refused);
  }
}

void SimPublisher::done(uint64_t correlation,
                        const wire::Accepted* accepted,
                        const wire::Refused* refused) {
  const auto at = open_.find(correlation);
  if (at == open_.end()) {
    return;  // an answer to an answered question
  }
  const std::string reason = refused == nullptr ? std::string() : refused->errors.at(0).reason;
  if (refused != nullptr && refused->errors[0].code == ErrorCode::unavailable) {
    return;  // asked again later
  }
  Submission submission = std::move(at->second);
  open_.erase(at);
  std::string identity;
  for (const std::string& part : submission.parts) {
    identity += part;
  }
  if (!is_expected(submission, accepted, reason)) {
    parts_.checker.violated("submission of " + submission.releases[0].id + "/" +
                            std::to_string(submission.releases[0].revision) + " was answered " +
                            (accepted != nullptr ? "accepted" : describe(refused->errors[0])));
  }
  for (const Release& release : submission.releases) {
    const auto known = publications_.find(release.id);
    if (known != publications_.end() && known->second.unanswered > 0) {
      --known->second.unanswered;
    }
  }
  if (accepted == nullptr) {
    return;
  }
  if (submission.expect == Expect::withdrawn) {
    const bool ended = submission.withdrawal.kind != "mark_invalid";
    publications_.at(submission.withdrawal.id).ended = ended;
    return;
  }
  parts_.checker.answered(identity, *accepted);
  for (const Release& release : submission.releases) {
    Publication& publication = publications_[release.id];
    if (release.revision > publication.newest.revision) {
      publication.newest = release;
    }
    if (!publication.first || accepted->seq < publication.first) {
      publication.first = accepted->seq;
    }
  }
  accepted_.push_back(std::move(submission));
}

bool SimPublisher::is_expected(const Submission& submission,
                               const wire::Accepted* accepted,
                               const std::string& reason) const {
  const Release& release = submission.releases[0];
  const bool ended = parts_.checker.has_ended({name_, release.id});
  switch (submission.expect) {
    case Expect::accepted:
      return accepted != nullptr || (ended && reason == "publication_withdrawn");
    case Expect::maybe_index_taken:
      return accepted != nullptr || reason == "index_no_taken";
    case Expect::conflict:
      return reason == "conflict" || (ended && reason == "publication_withdrawn");
    case Expect::distinct:  // from all that we knew of then
      return accepted != nullptr || reason == "duplicate_document";
    case Expect::duplicate:
      // The document may come again when every publication that had it before has ended.
      return reason == "duplicate_document" ||
             (accepted != nullptr &&
              std::all_of(publications_.begin(), publications_.end(), [&](const auto& one) {
                return one.second.newest.doc_no != release.doc_no ||
                       one.second.first >= accepted->seq ||
                       parts_.checker.has_ended({name_, one.first});
              }));
    case Expect::withdrawn:
      return accepted != nullptr || reason == "already_withdrawn" ||
             (reason == "successor_unknown" &&
              parts_.checker.was_down({name_, submission.withdrawal.successor}));
  }
  return false;
}

}  // namespace gulou::simulation
