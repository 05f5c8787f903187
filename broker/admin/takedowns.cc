#include "broker/admin/takedowns.h"

#include "broker/admin/confirmations.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "broker/admin/withdrawal_plan.h"
#include "common/base/limits.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <set>
#include <utility>

namespace gulou {
namespace {

// What was there before the withdrawal: nothing newer, and not taken down yet.
PublicationRow as_of(PublicationRow row, uint32_t revision) {
  std::erase_if(row.revisions, [&](const RevisionRow& one) { return one.revision > revision; });
  row.withdrawn.reset();
  return row;
}

// What the withdrawal has, or may have, to take back on this channel.
bool find_shown(const History& history,
                const CountySettings& county,
                const ChannelDefined& channel,
                const EntryAccepted& entry,
                TakedownPlace& place) {
  bool any = false;
  for (const EntryPart& part : entry.parts) {
    const auto row = history.publication({entry.publisher, part.id});
    if (!row) {
      continue;
    }
    const Presence shown = presence(history, channel, county, as_of(*row, part.revision));
    any = any || shown.there || shown.may_be_there || shown.leased;
    if (!shown.url.empty()) {
      place.urls.push_back(shown.url);
    }
  }
  return any;
}

void name_move(TakedownPlace& place, const ChannelView* view, Seq seq) {
  const std::string delivery = place.id + "/" + std::to_string(seq.value);
  const bool unserved = view == nullptr || view->sessions.empty();
  if (*place.standing.state == DeliveryState::parked) {
    place.waits_for = "person";
    place.who = "who_operator";
    place.command = "gulou delivery show " + delivery;
    return;
  }
  if (unserved && *place.standing.state != DeliveryState::leased) {
    place.waits_for = "adapter";
    place.who = "who_adapter";
    place.command = "gulou channel show " + place.id;
    return;
  }
  place.waits_for = name_of(*place.standing.state);
  place.command = "gulou delivery show " + delivery;
}

// Many places in one: each device confirms for itself.
std::optional<TakedownPlace> place_of_fleet(const History& history,
                                            const BrokerView& view,
                                            TakedownPlace place,
                                            const EntryAccepted& entry) {
  place.fleet = count_fleet(history, view, *place.policy, place.channel, entry);
  if (place.fleet->devices == 0) {
    return std::nullopt;
  }
  place.deadline = Utc{entry.accepted_at.ms + place.policy->takedown_ms_max};
  place.confirmed = place.fleet->complete();
  place.standing.state = place.confirmed ? DeliveryState::published : DeliveryState::leased;
  place.standing.since = place.fleet->first ? place.fleet->first : entry.accepted_at;
  place.standing.receipt.at = place.fleet->last;
  if (place.open()) {
    place.waits_for = "devices";
    place.who = place.fleet->of(Reached::silent) > 0 && place.deadline < view.now
                    ? "who_device_contact"
                    : "";
    place.command = "gulou takedown show '#" + std::to_string(entry.seq.value) + "'";
  }
  return place;
}

std::optional<TakedownPlace> place_of(const History& history,
                                      const CountySettings& county,
                                      const BrokerView& view,
                                      const ChannelDefined& channel,
                                      const EntryAccepted& entry) {
  TakedownPlace place{
      .channel = channel.channel, .id = channel.id, .policy = county.channel(channel.id)};
  if (place.policy != nullptr && place.policy->fleet) {
    return place_of_fleet(history, view, std::move(place), entry);
  }
  place.standing = standing(history, channel.channel, entry);
  const bool shown = find_shown(history, county, channel, entry, place);
  const int64_t time_ms =
      place.policy != nullptr ? place.policy->takedown_ms_max : limits::takedown_ms_max_default;
  place.deadline = Utc{entry.accepted_at.ms + time_ms};
  const bool leaves = place.policy != nullptr &&
                      policy_for(*place.policy, entry.withdrawal.kind) == OnWithdrawal::leave;
  if (shown && leaves) {
    place.left = true;
    return place;
  }
  const bool unreached = place.standing.state == DeliveryState::pending;
  if (!place.standing.state || (unreached && (!shown || place.policy == nullptr))) {
    return std::nullopt;
  }
  place.confirmed = *place.standing.state == DeliveryState::published;
  place.given_up = is_final(*place.standing.state) && !place.confirmed;
  if (place.open()) {
    name_move(place, view_of(view, channel.channel), entry.seq);
  }
  return place;
}

void add_open(const History& history, DeliveryState state, std::set<Seq>& found) {
  SubscriberNo subscriber;
  Seq after;
  for (size_t looked_at = 0; looked_at < limits::attention_releases_max;) {
    const auto rows = history.open_deliveries({}, state, subscriber, after, limits::page_rows_max);
    for (const DeliveryChanged& row : rows) {
      if (row.lane == Lane::withdrawal) {
        found.insert(row.seq);
      }
    }
    if (rows.size() < limits::page_rows_max) {
      break;
    }
    looked_at += rows.size();
    subscriber = rows.back().subscriber;
    after = rows.back().seq;
  }
}

void add_leased(const History& history, std::set<Seq>& found) {
  for (const LeaseHeld& lease : history.leases()) {
    for (const SeqRun& run : lease.runs) {
      for (uint64_t i = 0; lease.lane == Lane::withdrawal && i < run.count; ++i) {
        found.insert({run.first.value + i});
      }
    }
  }
}

// Up to here every channel has come.
Seq lowest_cursor(const History& history, const CountySettings& county) {
  Seq lowest{UINT64_MAX};
  const auto cursors = history.cursors();
  for (const ChannelDefined& channel : history.channels()) {
    if (county.channel(channel.id) == nullptr) {
      continue;
    }
    Seq at = channel.from;
    for (const CursorMoved& cursor : cursors) {
      const bool own = cursor.subscriber == shared_subscriber(channel.channel) &&
                       cursor.lane == Lane::withdrawal && cursor.kind == CursorKind::log;
      at = own ? cursor.to : at;
    }
    lowest = std::min(lowest, at);
  }
  return lowest;
}

// Numbers of withdrawals that some channel has not finished.
std::set<Seq> unfinished(const History& history, const CountySettings& county) {
  std::set<Seq> found;
  for (const DeliveryState state :
       {DeliveryState::parked, DeliveryState::waiting, DeliveryState::confirming}) {
    add_open(history, state, found);
  }
  add_leased(history, found);
  const Seq lowest = lowest_cursor(history, county);
  const bool has_fleet = std::ranges::any_of(county.channels, &Channel::fleet);
  for (const EntryAccepted& entry : history.withdrawals({}, limits::page_rows_max)) {
    if (entry.seq > lowest || has_fleet) {
      found.insert(entry.seq);
    }
  }
  return found;
}

void append_place(JsonWriter& json,
                  const Exchange& exchange,
                  const TakedownPlace& place,
                  const EntryAccepted& entry,
                  Utc now) {
  const std::string delivery = place.id + "/" + std::to_string(entry.seq.value);
  const Standing& stands = place.standing;
  json.begin_object()
      .member("channel", place.id)
      .member("name", place.policy != nullptr ? place.policy->name : place.id)
      .member("delivery", delivery);
  if (stands.state) {
    json.member("state", name_of(*stands.state));
  }
  append_time(json, "since", stands.since);
  json.member("confirmed", place.confirmed);
  if (place.confirmed) {
    append_time(json, "confirmed_at", stands.receipt.at ? stands.receipt.at : stands.since);
    json.member("source", name_of(stands.receipt.source));
  }
  if (place.fleet) {
    append_fleet(json.key("fleet"), *place.fleet, limits::page_rows_default);
  }
  if (place.left) {
    json.member("left", true);
  }
  if (place.given_up) {
    json.member("given_up", true);
  }
  json.key("urls").begin_array();
  for (const std::string& url : place.urls) {
    json.value(url);
  }
  json.end_array();
  if (place.open()) {
    append_time(json, "deadline", place.deadline);
    json.member("overdue", place.deadline < now)
        .text_member("reason", stands.reason)
        .text_member("detail", stands.detail)
        .member(
            "why",
            exchange.say({ErrorCode::internal,
                          "takedown_" + place.waits_for,
                          {},
                          {place.id,
                           delivery,
                           format_shanghai(stands.due),
                           std::to_string(place.fleet ? place.fleet->devices : 0),
                           std::to_string(place.fleet ? place.fleet->of(Reached::downloading) : 0),
                           std::to_string(place.fleet ? place.fleet->of(Reached::silent) : 0)}}))
        .member("needs_person", place.needs_person());
    if (place.needs_person()) {
      json.member("who", word(exchange.language(), place.who))
          .text_member("contact", contact_of(exchange.county(), entry.parts.front()));
    }
    json.member("command", place.command);
  }
  json.end_object();
}

}  // namespace

bool Takedown::open() const {
  return std::any_of(
      places.begin(), places.end(), [](const TakedownPlace& one) { return one.open(); });
}

bool Takedown::overdue(Utc now) const {
  return std::any_of(places.begin(), places.end(), [now](const TakedownPlace& one) {
    return one.open() && one.deadline < now;
  });
}

Takedown takedown(const History& history,
                  const CountySettings& county,
                  const BrokerView& view,
                  EntryAccepted entry) {
  Takedown found{.entry = std::move(entry)};
  for (const ChannelDefined& channel : history.channels()) {
    if (auto place = place_of(history, county, view, channel, found.entry)) {
      found.places.push_back(*std::move(place));
    }
  }
  return found;
}

std::vector<Takedown> open_takedowns(const History& history,
                                     const CountySettings& county,
                                     const BrokerView& view) {
  std::vector<Takedown> list;
  for (const Seq seq : unfinished(history, county)) {
    auto row = history.entry(seq);
    if (!row) {
      continue;
    }
    Takedown one = takedown(history, county, view, std::move(row->entry));
    if (one.open()) {
      list.push_back(std::move(one));
    }
  }
  return list;
}

void append_places(JsonWriter& json, const Exchange& exchange, const Takedown& takedown, Utc now) {
  json.begin_array();
  for (const TakedownPlace& place : takedown.places) {
    append_place(json, exchange, place, takedown.entry, now);
  }
  json.end_array();
}

void append_takedown(JsonWriter& json,
                     const Exchange& exchange,
                     const Takedown& takedown,
                     Utc now) {
  const EntryAccepted& entry = takedown.entry;
  const auto confirmed = std::count_if(takedown.places.begin(),
                                       takedown.places.end(),
                                       [](const TakedownPlace& one) { return one.confirmed; });
  json.member("seq", entry.seq.value)
      .member("kind", name_of(entry.withdrawal.kind))
      .text_member("by", entry.withdrawal.by)
      .member("reason", entry.withdrawal.reason)
      .text_member("public_note", entry.withdrawal.public_note)
      .text_member("successor", entry.withdrawal.successor);
  append_time(json, "accepted_at", entry.accepted_at);
  json.member("open", takedown.open())
      .member("overdue", takedown.overdue(now))
      .member("confirmed", confirmed)
      .key("parts")
      .begin_array();
  for (const EntryPart& part : entry.parts) {
    json.begin_object()
        .member("publication", entry.publisher + "/" + part.id)
        .member("revision", part.revision)
        .member("title", title_of(exchange.history(), entry, part))
        .end_object();
  }
  json.end_array();
  append_places(json.key("places"), exchange, takedown, now);
  if (entry.withdrawal.kind == WithdrawalKind::erase) {
    append_bytes(json, exchange, entry);
  }
}

// ---- routes -------------------------------------------------------------------------------------

namespace {

Status answer_list(const Exchange& exchange, const BrokerView& view) {
  const History& history = exchange.history();
  const CountySettings& county = exchange.county();
  const uint64_t before = TRY(exchange.number("before", 0, UINT64_MAX));
  const uint64_t limit =
      TRY(exchange.number("limit", limits::page_rows_default, limits::page_rows_max));
  std::vector<Takedown> list;
  Seq next;
  if (exchange.parameter("open") == "1") {
    list = open_takedowns(history, county, view);
    std::reverse(list.begin(), list.end());
    list.resize(std::min<size_t>(list.size(), limit));
  } else {
    auto entries = history.withdrawals(Seq{before}, limit + 1);
    if (entries.size() > limit) {
      entries.resize(limit);
      next = entries.back().seq;
    }
    for (EntryAccepted& entry : entries) {
      list.push_back(takedown(history, county, view, std::move(entry)));
    }
  }
  JsonWriter json;
  json.begin_object().key("takedowns").begin_array();
  for (const Takedown& one : list) {
    append_takedown(json.begin_object(), exchange, one, view.now);
    json.end_object();
  }
  json.end_array();
  if (next) {
    json.member("next", next.value);
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

Status answer_one(const Exchange& exchange, const BrokerView& view) {
  const std::string& text = exchange.path("seq");
  const auto seq = parse_seq(text);
  auto row = seq ? exchange.history().entry(*seq) : std::nullopt;
  if (!row || row->entry.kind != EntryKind::withdrawal) {
    return fail(ErrorCode::not_found, "takedown_unknown", {}, {text});
  }
  JsonWriter json;
  append_takedown(json.begin_object(),
                  exchange,
                  takedown(exchange.history(), exchange.county(), view, std::move(row->entry)),
                  view.now);
  exchange.answer(200, json.end_object().take());
  return {};
}

Status list(const Exchange& exchange) {
  return exchange.with_view(answer_list);
}

Status show(const Exchange& exchange) {
  return exchange.with_view(answer_one);
}

}  // namespace

AdminRoutes takedown_routes() {
  return {{"GET", "/v1/takedowns", Access::viewer, list},
          {"GET", "/v1/takedowns/{seq}", Access::viewer, show}};
}

}  // namespace gulou
