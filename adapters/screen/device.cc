#include "adapters/screen/device.h"

#include "adapters/screen/limits.h"
#include "common/base/fleet_limits.h"
#include "common/json/release_json.h"
#include "common/model/device.h"

#include <algorithm>
#include <map>
#include <utility>

namespace gulou {
namespace {

// One question for texts stays well below what one DELIVER may hold.
constexpr size_t asked_at_once = 64;

std::string publication_of(const std::string& publisher, const std::string& id) {
  return publisher + "/" + id;
}

Utc embargo_of(const Release& release, const std::string& channel) {
  if (!release.embargo) {
    return {};
  }
  const auto& outlets = release.embargo->outlets;
  const bool named = std::find(outlets.begin(), outlets.end(), channel) != outlets.end();
  return named ? Utc{} : parse_utc(release.embargo->until).value_or(Utc{});
}

}  // namespace

void Device::say(wire::Body body) {
  sends_.push_back({0, std::move(body)});
}

std::vector<wire::Message> Device::take_sends() {
  return std::exchange(sends_, {});
}

void Device::on_connected(Now now) {
  connected_ = true;
  welcomed_ = false;
  synced_ = false;
  manifest_.reset();
  goodbye_.clear();
  refusal_.reset();
  fault_.reset();
  sends_.clear();
  saying_.clear();
  asked_at_ = {};
  said_last_ = now.mono;
  say(wire::Hello{options_.channel, options_.instance, options_.software, last_goodbye_, known_});
}

void Device::on_disconnected() {
  connected_ = false;
  welcomed_ = false;
  synced_ = false;
  manifest_.reset();
  sends_.clear();
}

Digest Device::held() const {
  Digest held;
  for (const auto& [publication, item] : shelf_.content().items) {
    fold_held(held, item.digest);
  }
  return held;
}

void Device::sync(Now now, bool asks) {
  synced_ = true;
  sync_at_ = {now.mono.ms + limits::device_sync_every_ms};
  wire::Sync ask{shelf_.content().position, held(), {}};
  ask.display_lease_ms = lease_.view().channel_ms;
  ask.faults = device_fault_words(faults_);
  ask.confirm = asks && confirm_every_ms() != 0;
  if (ask.confirm) {
    asked_last_ = now.mono;
    asked_at_ = asked_at_.ms != 0 ? asked_at_ : now.mono;
  }
  say(std::move(ask));
}

bool Device::store(ScreenChange change) {
  const bool shows_other = !change.put.empty() || !change.remove.empty();
  if (const Status status = shelf_.apply(std::move(change)); !status) {
    fault_ = status.error();
    return false;
  }
  changed_ = changed_ || shows_other;
  return true;
}

void Device::on_message(const wire::Message& message, Now now) {
  if (!connected_) {
    return;
  }
  if (const auto* welcomed = std::get_if<wire::Welcome>(&message.body)) {
    welcome(*welcomed, now);
  } else if (const auto* listed = std::get_if<wire::Manifest>(&message.body)) {
    manifest(*listed, now);
  } else if (const auto* delivered = std::get_if<wire::Deliver>(&message.body)) {
    known_ = delivered->cursor.epoch != 0 ? delivered->cursor : known_;
    if (delivered->position) {
      deliver(*delivered, now);
    } else {
      take_asked(*delivered, now);
    }
  } else if (const auto* ping = std::get_if<wire::Ping>(&message.body)) {
    if (!ping->answer) {
      say(wire::Ping{ping->number, true});
    }
  } else if (const auto* goodbye = std::get_if<wire::Goodbye>(&message.body)) {
    goodbye_ = goodbye->reason.empty() ? "goodbye" : goodbye->reason;
    last_goodbye_ = goodbye_;
  } else if (const auto* error = std::get_if<wire::ErrorMessage>(&message.body)) {
    if (!welcomed_) {
      refusal_ = error->error;
    }
  }
}

void Device::welcome(const wire::Welcome& welcome, Now now) {
  welcomed_ = true;
  last_goodbye_.clear();
  head_ = welcome.head;
  known_ = welcome.cursor.epoch != 0 ? welcome.cursor : known_;
  ping_every_ms_ = welcome.ping_every_ms;
  clock_ahead_ms_ = welcome.server_time.ms - now.utc.ms;
  caught_up_said_ = false;
  if (welcome.portal_url != shelf_.content().portal_url) {
    ScreenChange change;
    change.portal_url = welcome.portal_url;
    changed_ = store(std::move(change)) || changed_;
  }
  lease_.on_channel(welcome.display_lease_ms);
  keep_lease(now, true);
  sync(now);
}

// What is not listed goes at once, before anything is fetched.
void Device::manifest(const wire::Manifest& manifest, Now now) {
  if (manifest.same) {
    manifest_.reset();
    confirmed(now);
    const bool further = manifest.head > shelf_.content().position;
    if (!further || store({.put = {}, .remove = {}, .position = manifest.head})) {
      sync(now, false);
    }
    return;
  }
  std::map<std::string, const wire::ManifestPart*> listed;
  for (const wire::ManifestPart& part : manifest.items) {
    listed.emplace(publication_of(part.publisher, part.id), &part);
  }
  ScreenChange change;
  for (const auto& [publication, item] : shelf_.content().items) {
    const auto at = listed.find(publication);
    if (at == listed.end() || at->second->digest != item.digest) {
      change.remove.push_back({publication, item.release.revision});
    }
  }
  if (!change.remove.empty() && !store(std::move(change))) {
    return;
  }
  Fetching fetching;
  fetching.head = manifest.head;
  for (const wire::ManifestPart& part : manifest.items) {
    if (!shelf_.content().items.contains(publication_of(part.publisher, part.id))) {
      fetching.lacking.push_back(part);
    }
  }
  manifest_ = std::move(fetching);
  reached_ = manifest.head;
  ask_more(now);
}

void Device::ask_more(Now now) {
  if (manifest_->lacking.empty()) {
    const bool skipped = manifest_->skipped;
    const Seq position = std::max(manifest_->head, reached_);
    manifest_.reset();
    if (store({.put = {}, .remove = {}, .position = position})) {
      sync(now);
      if (skipped) {
        sync_at_ = {now.mono.ms + limits::fleet_manifest_every_ms_min + 1'000};
      }
    }
    return;
  }
  wire::Sync ask;
  manifest_->asked.clear();
  while (!manifest_->lacking.empty() && manifest_->asked.size() < asked_at_once) {
    const wire::ManifestPart& part = manifest_->lacking.front();
    ask.wants.push_back({part.seq, part.part});
    manifest_->asked.push_back(part);
    manifest_->lacking.pop_front();
  }
  say(std::move(ask));
}

Status Device::put_items(const wire::Deliver& deliver, ScreenChange& change) const {
  size_t offset = 0;
  for (const wire::DeliverItem& item : deliver.items) {
    for (const wire::DeliverPart& part : item.parts) {
      const std::string publication = publication_of(part.publisher, part.id);
      if (item.action == wire::Action::withdraw || part.invalid) {
        change.remove.push_back({publication, part.revision});
        offset += part.body_bytes;
        continue;
      }
      const std::string_view canonical = deliver.bodies.substr(offset, part.body_bytes);
      offset += part.body_bytes;
      Release release = TRY(parse_release(canonical));
      ScreenItem one;
      one.publication = publication;
      one.seq = item.seq;
      one.digest = part.digest;
      one.published_on = part.published_on;
      one.from = embargo_of(release, options_.channel);
      one.release = std::move(release);
      change.put.push_back({std::move(one), std::string(canonical)});
    }
  }
  return {};
}

// What a manifest named and was asked for. Parts that did not come were taken back meanwhile, or
// come with the next question.
void Device::take_asked(const wire::Deliver& deliver, Now now) {
  if (!manifest_) {
    return;
  }
  ScreenChange change;
  if (const Status status = put_items(deliver, change); !status) {
    fault_ = status.error();
    return;
  }
  std::vector<Digest> came;
  for (const ScreenPut& put : change.put) {
    came.push_back(put.item.digest);
  }
  if (!came.empty() && !store(std::move(change))) {
    return;
  }
  for (const wire::ManifestPart& part : manifest_->asked) {
    const bool here = std::find(came.begin(), came.end(), part.digest) != came.end();
    if (!here && !came.empty()) {
      manifest_->lacking.push_front(part);
    }
    manifest_->skipped = manifest_->skipped || (!here && came.empty());
  }
  ask_more(now);
}

void Device::deliver(const wire::Deliver& deliver, Now now) {
  ScreenChange change;
  Report report;
  Status status = put_items(deliver, change);
  if (status) {
    // While a manifest is carried out the position stays: what it stands for is not all there.
    change.position = manifest_ ? Seq{} : deliver.position;
    if (!store(std::move(change))) {
      status = fail(*fault_);
    }
  }
  if (status) {
    report.outcome = Outcome::published;
    report.receipt.level = ReceiptLevel::accepted;
    report.receipt.at = now.utc;
    reached_ = std::max(reached_, deliver.position);
  } else {
    fault_ = status.error();
    report.outcome = Outcome::transient;
    report.reason = status.error().reason;
  }
  if (!deliver.items.empty()) {
    say(wire::ReportBatch{{}, {{deliver.items.front().seq, deliver.items.back().seq, report}}});
  }
  // At the head of when it came: what it holds is compared.
  if (status && !manifest_ && !caught_up_said_ && deliver.position >= head_) {
    caught_up_said_ = true;
    sync(now);
  }
}

void Device::on_shown(Seq seq) {
  if (shown_.size() < limits::screen_items_max) {
    shown_.push_back(seq);
  }
}

// What the broker has not certainly heard. It makes durable what it hears within moments, or dies
// and ends the session: where the session goes on it knows.
void Device::tell_shown(Now now) {
  if (!saying_.empty() && now.mono.ms - said_at_.ms >= limits::screen_said_ms) {
    ScreenChange change;
    change.said = std::exchange(saying_, {});
    if (!store(std::move(change))) {
      return;
    }
  }
  Report report;
  report.outcome = Outcome::published;
  report.receipt.level = ReceiptLevel::shown;
  report.receipt.at = now.utc;
  wire::ReportBatch batch;
  for (const auto& [publication, item] : shelf_.content().items) {
    const bool said = std::find(saying_.begin(), saying_.end(), item.seq) != saying_.end();
    if (item.shown == Shown::yes && !said && batch.items.size() < limits::deliver_entries_max) {
      batch.items.push_back({item.seq, item.seq, report});
      saying_.push_back(item.seq);
    }
  }
  if (!batch.items.empty()) {
    said_at_ = now.mono;
    say(std::move(batch));
  }
}

// A quarter of the shortest lease; 0: nothing is leased.
int64_t Device::confirm_every_ms() const {
  const LeaseView lease = lease_.view();
  int64_t shortest_ms = lease.channel_ms;
  for (const auto& [publication, item] : shelf_.content().items) {
    const int64_t lease_ms = lease_ms_of(item, lease);
    if (lease_ms != 0 && (shortest_ms == 0 || lease_ms < shortest_ms)) {
      shortest_ms = lease_ms;
    }
  }
  return shortest_ms == 0
             ? 0
             : std::clamp(
                   shortest_ms / 4, limits::device_confirm_ms_min, limits::device_sync_every_ms);
}

void Device::confirmed(Now now) {
  if (asked_at_.ms != 0) {
    const Utc utc{now.utc.ms + clock_ahead_ms_.value_or(0)};
    lease_.on_confirmed(std::exchange(asked_at_, {}), {now.mono, utc, true});
    keep_lease(now, true);
  }
}

void Device::keep_lease(Now now, bool clock_synchronised) {
  const LeaseTime time{now.mono,
                       {now.utc.ms + clock_ahead_ms_.value_or(0)},
                       clock_ahead_ms_.has_value() || clock_synchronised};
  lease_.on_time(time);
  if (auto stamp = lease_.due(time)) {
    if (const Status status = shelf_.keep(*stamp); !status) {
      fault_ = status.error();
    } else {
      lease_.stored(*std::move(stamp));
    }
  }
  const LeaseView lease = lease_.view();
  size_t dark = 0;
  for (const auto& [publication, item] : shelf_.content().items) {
    dark += lease_left_ms(item, lease, now.mono) == 0 ? 1U : 0U;
  }
  changed_ = std::exchange(dark_, dark) != dark || changed_;
}

void Device::set_faults(uint8_t faults, Now now) {
  if (faults != std::exchange(faults_, faults)) {
    sync_at_ = std::min(sync_at_, Mono{now.mono.ms + limits::device_confirm_ms_min});
  }
}

void Device::on_time(Now now, bool clock_synchronised) {
  if (!shown_.empty()) {
    ScreenChange change;
    change.shown = std::exchange(shown_, {});
    static_cast<void>(store(std::move(change)));
  }
  keep_lease(now, clock_synchronised);
  if (!in_step()) {
    return;
  }
  tell_shown(now);
  const int64_t every_ms = confirm_every_ms();
  const int64_t again_ms =
      dark_ > 0 ? std::min(every_ms, limits::device_confirm_ms_dark) : every_ms;
  const bool unconfirmed = every_ms != 0 && now.mono.ms - asked_last_.ms >= again_ms;
  if (now.mono >= sync_at_ || unconfirmed) {
    sync(now);
  }
}

}  // namespace gulou
