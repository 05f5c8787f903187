#include "tests/simulation/fleet_world.h"

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/json/canonical.h"
#include "common/json/release_json.h"
#include "common/model/device.h"
#include "common/wire/codec.h"

#include <algorithm>
#include <utility>

namespace gulou::simulation {
namespace {

constexpr char channel_name[] = "screens";
constexpr int64_t hour_ms = 3600LL * 1000;
constexpr int64_t day_ms = 24 * hour_ms;
constexpr int64_t year_ms = 365 * day_ms;

Channel fleet_channel(uint64_t seed) {
  Channel made = test::channel(channel_name);
  // Every third county asks its screens to confirm.
  made.must_confirm_every_s = seed % 3 == 0 ? static_cast<uint32_t>(6 + seed % 60) * 3600 : 0;
  made.filter.imports = false;
  made.fleet = true;
  return made;
}

Release release_of(
    const std::string& id, uint32_t revision, Utc expires, bool urgent, int64_t lease_ms) {
  Release release;
  release.id = id;
  release.revision = revision;
  release.kind = Kind::notice;
  release.column = "tzgg";
  release.title = "关于" + id + "的通知";
  release.body.format = BodyFormat::text;
  release.body.content = "第" + std::to_string(revision) + "版";
  release.must_confirm_every_s = static_cast<uint32_t>(lease_ms / 1000);
  release.priority = urgent ? Priority::urgent : Priority::normal;
  release.expires = expires ? format_utc(expires) : std::string();
  return release;
}

}  // namespace

Status FleetWorld::Shelf::apply(ScreenChange change) {
  if (change.position) {
    content_.position = change.position;
  }
  mark_shown(content_.items, change);
  for (ScreenPut& put : change.put) {
    const auto held = content_.items.find(put.item.publication);
    if (held == content_.items.end() ||
        held->second.release.revision <= put.item.release.revision) {
      content_.items.insert_or_assign(put.item.publication, put.item);
    }
  }
  if (change.portal_url) {
    content_.portal_url = *change.portal_url;
  }
  for (const ScreenRemoval& removal : change.remove) {
    const auto held = content_.items.find(removal.publication);
    if (!forgets && held != content_.items.end() &&
        held->second.release.revision <= removal.revision) {
      content_.items.erase(held);
    }
  }
  return {};
}

FleetWorld::FleetWorld(FleetOptions options)
    : options_(options),
      random_(options.seed),
      bench_({fleet_channel(options.seed)}),
      sessions_(
          {},
          *this,
          *this,
          [](uint64_t epoch, Seq seq, const Digest&) {
            return sha256(std::to_string(epoch) + "/" + std::to_string(seq.value));
          },
          metrics_),
      boxes_(options.devices),
      areas_{"341822101001", "341822101002", "341822102001"} {
  for (Box& box : boxes_) {
    box.area = random_.pick(areas_);
    box.shelf.forgets = options_.planted;
    DeviceDecided decision;
    decision.from = {{uint64_t{1} << 62U}, 1};
    decision.operator_name = "li";
    decision.channel = channel_name;
    decision.wanted.reach.area = box.area;
    decision.wanted.key = "code-" + std::to_string(&box - boxes_.data());
    decision.wanted.code_until = {bench_.now.utc.ms + day_ms};
    bench_.take(decision);
    bench_.round();
    box.device = {bench_.took<SendDone>().back().job.value};
    bench_.take(EnrolAsked{
        {{uint64_t{1} << 62U}, 1}, box.device, "key-" + std::to_string(box.device.value)});
    bench_.round();
  }
  bench_.sends.clear();
}

// ---- the broker's surroundings ------------------------------------------------------------------

net::SendOutcome FleetWorld::send(Door /*door*/,
                                  std::string_view peer,
                                  std::span<const net::OutFrame> frames) {
  for (Box& box : boxes_) {
    if (box.linked && box.routing_id == peer) {
      std::vector<std::string> message;
      for (const net::OutFrame& frame : frames) {
        message.emplace_back(frame.view());
      }
      box.inbox.push_back(std::move(message));
      return net::SendOutcome::sent;
    }
  }
  return net::SendOutcome::gone;
}

std::vector<SharedBytes> FleetWorld::bodies(std::span<const std::pair<Seq, uint8_t>> places) {
  std::vector<SharedBytes> found;
  for (const auto& place : places) {
    CHECK(bodies_.contains(place));
    found.push_back(bodies_.at(place));
  }
  return found;
}

std::vector<Utc> FleetWorld::published_on(std::span<const Seq> first_seqs) {
  return std::vector<Utc>(first_seqs.size());
}

void FleetWorld::round() {
  for (const Event& event : std::exchange(inbox_, {}).events) {
    bench_.take(event);
  }
  bench_.round();
  for (const Send& one : std::exchange(bench_.sends, {})) {
    if (!std::holds_alternative<SendDoor>(one) && !std::holds_alternative<SendDone>(one)) {
      sessions_.send(one, bench_.now, inbox_);
    }
  }
}

// ---- what happens -------------------------------------------------------------------------------

void FleetWorld::publish() {
  const bool revises = !published_.empty() && random_.per_mille(250);
  std::string id = "n" + std::to_string(published_.size());
  uint32_t previous = 0;
  if (revises) {
    const auto at =
        std::next(published_.begin(), static_cast<ptrdiff_t>(random_.below(published_.size())));
    if (at->second.withdrawn) {
      return;
    }
    id = at->first;
    previous = at->second.revision;
  }
  const Utc expires =
      random_.per_mille(300)
          ? Utc{(bench_.now.utc.ms + random_.between(hour_ms, 10 * day_ms)) / 1000 * 1000}
          : Utc{};
  const bool urgent = random_.per_mille(150);
  const int64_t lease_ms = random_.per_mille(300) ? random_.between(1, 96) * hour_ms : 0;
  const Release release = release_of(id, previous + 1, expires, urgent, lease_ms);
  const auto canonical = canonicalise(to_json(release));
  CHECK(canonical.has_value());
  PartFacts facts = test::part(id, previous + 1);
  facts.previous_revision = previous;
  facts.bytes = std::make_shared<const std::string>(*canonical);
  facts.digest = sha256(*canonical);
  facts.expires = expires;
  facts.urgent = urgent;
  facts.display_lease_ms = lease_ms;
  if (random_.per_mille(400)) {
    facts.audience = {random_.pick(areas_)};
  } else if (random_.per_mille(200)) {
    facts.audience = {"341822101000"};
  }
  const Published known{previous + 1, facts.audience, expires, {}, facts.digest, lease_ms};
  const SharedBytes bytes = facts.bytes;
  const Seq seq = bench_.accept({std::move(facts)});
  if (seq) {
    published_[id] = known;
    bodies_[{seq, 0}] = bytes;
  }
  round();
}

void FleetWorld::withdraw() {
  std::vector<std::string> live;
  for (const auto& [id, one] : published_) {
    if (!one.withdrawn) {
      live.push_back(id);
    }
  }
  if (live.empty()) {
    return;
  }
  const std::string id = random_.pick(live);
  WithdrawalAsked asked;
  asked.from = {{uint64_t{1} << 62U}, 1};
  asked.by = "oa";
  asked.targets.push_back({{"oa", id}, 0});
  asked.kind = random_.per_mille(200) ? WithdrawalKind::mark_invalid : WithdrawalKind::remove;
  asked.reason = "wrong";
  const Seq before = bench_.ledger().head();
  bench_.take(asked);
  const Seq at = bench_.ledger().head();
  round();
  if (at > before) {  // refused: it expired before
    published_[id].withdrawn = at;
    ++outcome_.withdrawals;
  }
}

Now FleetWorld::time_of(const Box& box) const {
  return {{bench_.now.mono.ms - box.booted_at.ms + 1}, {bench_.now.utc.ms + box.clock_ms}};
}

void FleetWorld::boot(Box& box) {
  if (random_.per_mille(300)) {
    box.clock_ms = random_.per_mille(300) ? random_.between(-30, 10) * year_ms
                                          : random_.between(-20, 20) * hour_ms;
  }
  box.synchronised = random_.per_mille(400);
  if (box.synchronised) {
    box.clock_ms = options_.planted_clock ? random_.between(-20, 0) * hour_ms : 0;
  }
  box.booted_at = bench_.now.mono;
  const std::string boot = "boot-" + std::to_string(++box.boots);
  box.machine = std::make_unique<Device>(DeviceOptions{channel_name, "d", "sim", boot}, box.shelf);
  pass_time(box);
}

void FleetWorld::pass_time(Box& box) {
  box.machine->on_time(time_of(box), box.synchronised);
  if (box.linked) {
    say(box);
  }
}

void FleetWorld::link(Box& box) {
  box.linked = true;
  box.routing_id = "r" + std::to_string(++links_);
  box.inbox.clear();
  box.manifest = {};
  box.machine->on_connected(time_of(box));
  say(box);
}

void FleetWorld::unlink(Box& box, bool noticed) {
  box.linked = false;
  box.inbox.clear();
  if (box.machine) {
    box.machine->on_disconnected();
  }
  if (noticed) {
    net::Incoming bye;
    bye.peer = box.routing_id;
    bye.principal = device_principal({box.device, false});
    const wire::Encoded encoded = wire::encode({0, wire::Goodbye{}});
    bye.frames.emplace_back(encoded.envelope);
    sessions_.receive(Door::devices, bye, bench_.now, inbox_);
  }
}

void FleetWorld::change_power(Box& box) {
  if (box.machine) {
    unlink(box, random_.per_mille(500));
    box.machine.reset();
    ++outcome_.power_cuts;
  } else {
    boot(box);
  }
}

void FleetWorld::say(Box& box) {
  for (const wire::Message& message : box.machine->take_sends()) {
    const wire::Encoded encoded = wire::encode(message);
    net::Incoming incoming;
    incoming.peer = box.routing_id;
    incoming.principal = device_principal({box.device, false});
    for (const std::string_view frame : encoded.frames()) {
      incoming.frames.emplace_back(frame);
    }
    sessions_.receive(Door::devices, incoming, bench_.now, inbox_);
    ++outcome_.messages;
  }
}

bool FleetWorld::deliver_one(Box& box, bool cuts) {
  if (!box.linked || box.inbox.empty()) {
    return false;
  }
  const std::vector<std::string> frames = std::move(box.inbox.front());
  box.inbox.pop_front();
  if (cuts && random_.per_mille(20)) {
    change_power(box);  // before it could act
    return true;
  }
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  const auto message = wire::decode(views);
  CHECK(message.has_value());
  ++outcome_.messages;
  box.contact = bench_.now.mono;
  box.machine->on_message(*message, time_of(box));
  if (const auto* manifest = std::get_if<wire::Manifest>(&message->body)) {
    box.manifest = manifest->head;
    ++outcome_.manifests;
  }
  look(box);
  if (cuts && random_.per_mille(20)) {
    change_power(box);  // it acted, and nobody heard of it
    return true;
  }
  if (!box.machine->goodbye().empty()) {
    unlink(box, false);
    return true;
  }
  pass_time(box);
  return true;
}

void FleetWorld::settle(bool cuts) {
  for (bool moved = true; moved && outcome_.failure.empty();) {
    moved = !inbox_.events.empty();
    round();
    for (Box& box : boxes_) {
      if (random_.per_mille(700)) {
        moved = deliver_one(box, cuts) || moved;
      } else {
        moved = moved || (box.linked && !box.inbox.empty());
      }
    }
  }
}

void FleetWorld::step() {
  bench_.advance(random_.between(1, 4 * hour_ms));
  const int64_t what = random_.between(0, 999);
  if (what < 420) {
    publish();
  } else if (what < 560) {
    withdraw();
  } else {
    for (size_t i = 0; i < std::max<size_t>(3, boxes_.size() / 10); ++i) {
      Box& box = boxes_[random_.below(boxes_.size())];
      if (box.machine && !box.linked) {
        link(box);
      } else if (box.linked && random_.per_mille(300)) {
        unlink(box, random_.per_mille(500));
      } else {
        change_power(box);
      }
    }
  }
  if (random_.per_mille(30)) {
    bench_.restart();  // of the broker: every device connects anew
    for (Box& box : boxes_) {
      if (box.linked) {
        unlink(box, true);
      }
    }
    inbox_ = {};
  }
  for (Box& box : boxes_) {
    if (box.machine) {
      pass_time(box);
    }
  }
  settle(true);
  for (const Box& box : boxes_) {
    look(box);
  }
}

// ---- the checker --------------------------------------------------------------------------------

void FleetWorld::fail(const Box& box, const std::string& what) {
  if (outcome_.failure.empty()) {
    outcome_.failure = "device " + std::to_string(slot_of(box.device)) + ": " + what;
  }
}

// What stands on its glass now must be neither withdrawn, as far as it was told, nor over.
void FleetWorld::look(const Box& box) {
  if (!box.machine) {
    return;
  }
  ++outcome_.frames;
  const LeaseView lease = box.machine->lease();
  const auto is_dark = [&lease, mono = time_of(box).mono](const auto& one) {
    return lease_left_ms(one.second, lease, mono) == 0;
  };
  ScreenContent lit;
  const ScreenContent& held = box.shelf.content();
  const bool any_dark = std::any_of(held.items.begin(), held.items.end(), is_dark);
  if (any_dark) {
    lit = held;
    outcome_.dark += std::erase_if(lit.items, is_dark);
  }
  const ScreenContent& content = any_dark ? lit : held;
  const bool knows_time = box.machine->clock_ahead_ms().has_value();
  const Utc now{time_of(box).utc.ms + box.machine->clock_ahead_ms().value_or(0)};
  const Seq told = std::max(content.position, box.manifest);
  for (const PlaylistEntry& entry : playlist(content.items, {}, now).entries) {
    const std::string id = entry.item->release.id;
    const Published& known = published_.at(id);
    if (known.withdrawn && known.withdrawn <= told) {
      return fail(box, "shows " + id + ", withdrawn by #" + std::to_string(known.withdrawn.value));
    }
    const uint32_t channel_s = fleet_channel(options_.seed).must_confirm_every_s;
    const int64_t lease_ms =
        lease_ms_of(*entry.item, {.kept = true, .channel_ms = int64_t{channel_s} * 1000});
    outcome_.leased += lease_ms != 0 ? 1 : 0;
    if (lease_ms != 0 && bench_.now.mono.ms - box.contact.ms > lease_ms) {
      return fail(box, "shows " + id + " after its lease");
    }
    const Utc expires = parse_utc(entry.item->release.expires).value_or(Utc{});
    if (knows_time && expires && expires <= bench_.now.utc) {
      return fail(box, "shows " + id + ", which is over");
    }
  }
}

bool FleetWorld::confirmed(const Box& box, Seq withdrawal) {
  const ChannelNo channel = channel_of(box.device);
  for (const auto& [page, row] : bench_.journal().history().fleet_pages(channel, withdrawal)) {
    if (page == page_of(box.device) && has_bit(row.received, box.device)) {
      return true;
    }
  }
  return false;
}

void FleetWorld::check_end() {
  for (Box& box : boxes_) {
    if (!box.machine) {
      boot(box);
    }
    if (box.linked) {
      unlink(box, true);
    }
  }
  round();
  for (int i = 0; i < 4; ++i) {
    // Whoever asked for a manifest just now has to wait a minute.
    bench_.advance(2 * limits::http_idle_ms_max);
    for (Box& box : boxes_) {
      if (!box.linked) {
        link(box);
      }
      pass_time(box);
    }
    settle(false);
  }
  const Seq head = bench_.ledger().head();
  for (const Box& box : boxes_) {
    std::map<std::string, Digest> expected;
    DeviceReach reach;
    reach.area = box.area;
    for (const auto& [id, one] : published_) {
      const bool over = one.expires && one.expires <= bench_.now.utc;
      if (!one.withdrawn && !over && reaches(reach, one.audience, "tzgg", Kind::notice, false)) {
        expected.emplace("oa/" + id, one.digest);
      }
    }
    std::map<std::string, Digest> held;
    for (const auto& [publication, item] : box.shelf.content().items) {
      held.emplace(publication, item.digest);
    }
    if (held != expected) {
      fail(box,
           "holds " + std::to_string(held.size()) + " of " + std::to_string(expected.size()) +
               " that it should");
    }
    for (const auto& [publication, item] : box.shelf.content().items) {
      if (lease_left_ms(item, box.machine->lease(), time_of(box).mono) == 0) {
        fail(box, "keeps " + publication + " dark in contact");
      }
    }
    const Seq position = bench_.ledger().fleet().device(box.device)->position;
    if (box.shelf.content().position > head || position > head) {
      fail(box, "stands ahead of the head");
    }
    for (const auto& [id, one] : published_) {
      const bool matters = reaches(reach, one.audience, "tzgg", Kind::notice, false);
      if (one.withdrawn && matters && position < one.withdrawn && !confirmed(box, one.withdrawn)) {
        fail(box, "has not confirmed #" + std::to_string(one.withdrawn.value));
      }
    }
  }
}

FleetOutcome FleetWorld::run() {
  for (size_t i = 0; i < options_.steps && outcome_.failure.empty(); ++i) {
    step();
  }
  if (outcome_.failure.empty()) {
    check_end();
  }
  if (outcome_.failure.empty()) {
    outcome_.failure = bench_.core().audit();
  }
  return outcome_;
}

}  // namespace gulou::simulation
