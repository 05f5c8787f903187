#include "adapters/sdk/check_broker.h"

#include "common/crypto/digest.h"
#include "common/json/writer.h"
#include "common/net/poller.h"
#include "common/wire/codec.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace gulou::sdk {
namespace {

constexpr int64_t lease_ms = 60'000;
constexpr int64_t ping_every_ms = 5'000;
constexpr std::string_view publisher = "check";

// Canonical: keys in order, no blanks.
std::string release_json(const CheckRelease& release) {
  const std::string number = std::to_string(release.revision);
  JsonWriter json;
  json.begin_object().key("body").begin_object();
  json.member("content", "一致性检查的稿件 " + release.id + "，第 " + number + " 版。");
  json.member("format", "text").end_object();
  json.text_member("change_note", release.revision > 1 ? "更正" : "");
  json.member("column", "tzgg").member("disclosure_type", "proactive").member("id", release.id);
  json.key("issuer").begin_object().member("name", "云溪县人民政府办公室");
  json.member("org_code", "014820037").end_object().member("kind", "notice");
  if (release.revision > 1) {
    json.member("previous_revision", release.revision - 1);
  }
  json.member("revision", release.revision).member("title", "一致性检查" + release.id);
  json.text_member("update", release.revision > 1 ? "major" : "");
  json.member("written_on", "2026-11-20").end_object();
  return json.take();
}

const std::vector<std::string> nothing;

}  // namespace

Result<CheckBroker> CheckBroker::open(const net::Context& context) {
  net::KeyPair keys = net::generate_keys();
  net::KeyPair adapter = net::generate_keys();
  net::AllowList list;
  TRY(list.add(adapter.public_key, {std::string(check_instance), {"adapters"}}));
  auto zap = TRY(net::ZapHandler::start(context, std::move(list)));
  auto router = TRY(net::RouterSocket::open(context, {.domain = "adapters", .keys = keys}));
  TRY(router.bind("tcp://127.0.0.1:*"));
  return CheckBroker(std::move(keys), std::move(adapter), std::move(zap), std::move(router));
}

void CheckBroker::send(wire::Body body, uint64_t correlation) {
  const wire::Message message{correlation, std::move(body)};
  const wire::Encoded encoded = wire::encode(message);
  std::vector<net::OutFrame> frames;
  for (const std::string_view frame : encoded.frames()) {
    frames.emplace_back(std::string(frame));
  }
  if (!peer_.empty()) {
    static_cast<void>(router_.send(peer_, frames));
  }
}

LeaseNo CheckBroker::hand_out(wire::DeliverItem item, const std::string& bodies) {
  const LeaseNo lease{++next_};
  item.seq = {next_};
  leases_[lease] = {.seq = item.seq, .parts = item.parts.size()};
  ++delivered_;
  if (delivered_ > credit_) {
    violations_.emplace_back("check_no_credit");
  }
  wire::Deliver deliver{.lease = lease, .lane = Lane::normal, .lease_ms = lease_ms};
  deliver.lane = item.action == wire::Action::withdraw ? Lane::withdrawal : Lane::normal;
  deliver.items.push_back(std::move(item));
  deliver.bodies = bodies;
  send(std::move(deliver));
  return lease;
}

LeaseNo CheckBroker::deliver(const CheckRelease& release,
                             const std::function<void(wire::DeliverItem&)>& change) {
  const std::string body = release_json(release);
  wire::DeliverPart part{.publisher = std::string(publisher), .id = release.id};
  part.revision = release.revision;
  part.digest = sha256(body);
  part.body_bytes = body.size();
  part.index_no = "014820037/2026-00001";
  part.published_on = read_clocks().utc;
  part.first_seq = {1};
  part.portal_url = "http://127.0.0.1/" + release.id;
  wire::DeliverItem item;
  item.parts.push_back(std::move(part));
  if (change) {
    change(item);
  }
  return hand_out(std::move(item), body);
}

LeaseNo CheckBroker::withdraw(const CheckRelease& release, const PartReceipt& there) {
  wire::DeliverPart part{.publisher = std::string(publisher), .id = release.id};
  part.revision = release.revision;
  part.first_seq = {1};
  part.old_platform_id = there.platform_id;
  part.old_url = there.url;
  part.old_revision = there.revision;
  wire::DeliverItem item{.action = wire::Action::withdraw, .withdrawal = WithdrawalKind::remove};
  item.parts.push_back(std::move(part));
  return hand_out(std::move(item), {});
}

void CheckBroker::recall(LeaseNo lease) {
  send(wire::Recall{lease, leases_.at(lease).seq});
}

void CheckBroker::ping(uint64_t number) {
  send(wire::Ping{number, false});
}

void CheckBroker::say_goodbye() {
  send(wire::Goodbye{"check"});
  forget();
}

void CheckBroker::forget() {
  if (!peer_.empty()) {
    gone_.insert(std::exchange(peer_, {}));
  }
  credit_ = 0;
  delivered_ = 0;
  unanswered_.clear();
}

void CheckBroker::hold_progress(bool hold) {
  holding_ = hold;
  if (!hold) {
    for (const auto& [lease, correlation] : std::exchange(unanswered_, {})) {
      send(wire::ProgressOk{lease, leases_.at(lease).seq}, correlation);
    }
  }
}

const Report* CheckBroker::report_of(LeaseNo lease) const {
  const auto found = leases_.find(lease);
  return found == leases_.end() || !found->second.reported ? nullptr : &found->second.report;
}

const std::vector<std::string>& CheckBroker::platform_ids(LeaseNo lease) const {
  const auto found = leases_.find(lease);
  return found == leases_.end() ? nothing : found->second.platform_ids;
}

size_t CheckBroker::progress_count(LeaseNo lease) const {
  const auto found = leases_.find(lease);
  return found == leases_.end() ? 0 : found->second.progress;
}

bool CheckBroker::listen(int64_t ms, const std::function<bool()>& enough) {
  net::Poller poller;
  poller.add(router_.socket());
  const int64_t deadline = read_clocks().mono.ms + ms;
  while (!enough()) {
    const int64_t left = deadline - read_clocks().mono.ms;
    if (left <= 0) {
      return false;
    }
    constexpr int64_t look_ms = 50;
    static_cast<void>(poller.wait(std::chrono::milliseconds(std::min(left, look_ms))));
    while (auto incoming = router_.receive()) {
      const auto message = wire::decode(incoming->views());
      if (!message) {
        violations_.push_back("check_malformed " + describe(message.error()));
        continue;
      }
      on_message(incoming->peer, *message);
    }
  }
  return true;
}

void CheckBroker::on_message(const std::string& peer, const wire::Message& message) {
  if (const auto* hello = std::get_if<wire::Hello>(&message.body)) {
    if (hello->channel != check_channel) {
      violations_.push_back("check_other_channel " + hello->channel);
    }
    forget();
    peer_ = peer;
    gone_.erase(peer);
    wire::Welcome welcome{.session = {1}, .channel_name = "一致性检查"};
    welcome.server_time = read_clocks().utc;
    welcome.ping_every_ms = ping_every_ms;
    send(std::move(welcome), message.correlation);
  } else if (gone_.contains(peer)) {
    return;
  } else if (peer != peer_) {
    violations_.emplace_back("check_before_hello");
  } else if (const auto* credit = std::get_if<wire::Credit>(&message.body)) {
    if (credit->messages < credit_) {
      violations_.emplace_back("check_credit_fell");
    }
    credit_ = std::max(credit_, credit->messages);
  } else if (const auto* progress = std::get_if<wire::Progress>(&message.body)) {
    on_progress(*progress, message.correlation);
  } else if (const auto* batch = std::get_if<wire::ReportBatch>(&message.body)) {
    on_report(*batch);
  } else if (const auto* ping = std::get_if<wire::Ping>(&message.body)) {
    answered_ = ping->answer ? ping->number : answered_;
    if (!ping->answer) {
      send(wire::Ping{ping->number, true}, message.correlation);
    }
  } else if (std::holds_alternative<wire::BlobGet>(message.body)) {
    send(wire::ErrorMessage{{ErrorCode::not_found, "blob_unknown", "digest", {}}},
         message.correlation);
  } else if (std::holds_alternative<wire::Goodbye>(message.body)) {
    forget();
  }
}

void CheckBroker::on_progress(const wire::Progress& progress, uint64_t correlation) {
  if (progress.lease == LeaseNo{}) {
    return;  // the platform called back
  }
  const auto held = leases_.find(progress.lease);
  if (held == leases_.end() || held->second.seq != progress.seq || held->second.reported) {
    violations_.emplace_back("check_progress_unleased");
    return send(wire::ErrorMessage{{ErrorCode::not_found, "lease_ended", "lease", {}}},
                correlation);
  }
  ++held->second.progress;
  if (!progress.platform_id.empty()) {
    held->second.platform_ids.push_back(progress.platform_id);
  }
  if (holding_) {
    unanswered_.emplace_back(progress.lease, correlation);
    return;
  }
  send(wire::ProgressOk{progress.lease, progress.seq}, correlation);
}

void CheckBroker::on_report(const wire::ReportBatch& batch) {
  for (const wire::ReportItem& item : batch.items) {
    const auto held = leases_.find(batch.lease);
    if (held == leases_.end() || item.from > held->second.seq || item.to < held->second.seq) {
      violations_.emplace_back("check_report_unleased");
      continue;
    }
    if (held->second.reported) {
      violations_.emplace_back("check_report_twice");
    }
    const bool waits =
        std::ranges::any_of(unanswered_, [&](const auto& one) { return one.first == batch.lease; });
    if (waits && item.report.outcome == Outcome::published) {
      violations_.emplace_back("check_did_not_wait");
    }
    held->second.reported = true;
    held->second.report = item.report;
  }
}

}  // namespace gulou::sdk
