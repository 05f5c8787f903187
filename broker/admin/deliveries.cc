// Deliveries: the open ones, and one with its history and what a person should do.
#include "broker/admin/answers.h"
#include "broker/admin/decisions.h"
#include "broker/admin/holds.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "broker/admin/steps.h"
#include "common/base/limits.h"

#include <algorithm>
#include <map>
#include <utility>

namespace gulou {
namespace {

using Key = std::pair<SubscriberNo, Seq>;

// ---- list ---------------------------------------------------------------------------------------

struct Query {
  std::optional<ChannelNo> channel;
  std::optional<DeliveryState> state;
  Key after;
  size_t limit = 0;
};

Result<Query> query_of(const Exchange& exchange, const ChannelNames& names) {
  Query query;
  if (const auto channel = exchange.parameter("channel"); !channel.empty()) {
    query.channel = TRY(names.require(channel));
  }
  if (const auto state = exchange.parameter("state"); !state.empty()) {
    query.state = parse_delivery_state(state);
    if (!query.state || is_final(*query.state) || *query.state == DeliveryState::pending) {
      return fail(ErrorCode::invalid_argument, "word_unknown", "state", {std::string(state)});
    }
  }
  if (const auto after = exchange.parameter("after"); !after.empty()) {
    const size_t slash = std::min(after.find('/'), after.size());
    const auto channel = names.find(after.substr(0, slash));
    const auto seq = parse_seq(after.substr(std::min(slash + 1, after.size())));
    if (!channel || !seq) {
      return fail(ErrorCode::invalid_argument, "word_unknown", "after", {std::string(after)});
    }
    query.after = {shared_subscriber(*channel), *seq};
  }
  query.limit = TRY(exchange.number("limit", limits::page_rows_default, limits::page_rows_max));
  return query;
}

// What a lease or a plain success implies where there is no row.
DeliveryChanged implied(SubscriberNo subscriber, Seq seq, const LeaseHeld& lease) {
  return {.subscriber = subscriber,
          .seq = seq,
          .lane = lease.lane,
          .state = DeliveryState::leased,
          .attempts = 1,
          .lease = lease.lease,
          .at = lease.leased_at,
          .first_leased_at = lease.leased_at,
          .instance = lease.instance};
}

// Leases hand out ranges, of which plain deliveries have no rows.
void add_leased(std::map<Key, DeliveryChanged>& rows, const History& history, const Query& query) {
  std::map<Key, const LeaseHeld*> handed;
  const auto leases = history.leases();
  for (const LeaseHeld& lease : leases) {
    if (query.channel && channel_of(lease.subscriber) != *query.channel) {
      continue;
    }
    for (const SeqRun& run : lease.runs) {
      for (uint64_t i = 0; i < run.count; ++i) {
        const Key key{lease.subscriber, {run.first.value + i}};
        if (key <= query.after) {
          continue;
        }
        handed.emplace(key, &lease);
        if (handed.size() > query.limit) {
          handed.erase(std::prev(handed.end()));
        }
      }
    }
  }
  for (const auto& [key, lease] : handed) {
    if (!rows.contains(key)) {
      auto row = history.delivery(key.first, key.second);
      rows.emplace(key, row ? *std::move(row) : implied(key.first, key.second, *lease));
    }
  }
}

// In the order of channels and seq; one more than the limit where there are more.
std::vector<DeliveryChanged> open_rows(const History& history, Query query) {
  ++query.limit;
  std::map<Key, DeliveryChanged> rows;
  if (query.state != DeliveryState::leased) {
    for (DeliveryChanged& row : history.open_deliveries(
             query.channel, query.state, query.after.first, query.after.second, query.limit)) {
      const Key key{row.subscriber, row.seq};
      rows.emplace(key, std::move(row));
    }
  }
  if (!query.state || *query.state == DeliveryState::leased) {
    add_leased(rows, history, query);
  }
  std::vector<DeliveryChanged> list;
  for (auto& [key, row] : rows) {
    if (list.size() < query.limit) {
      list.push_back(std::move(row));
    }
  }
  return list;
}

Status list(const Exchange& exchange) {
  const History& history = exchange.history();
  const ChannelNames names(history);
  const Query query = TRY(query_of(exchange, names));
  auto rows = open_rows(history, query);
  const bool more = rows.size() > query.limit;
  rows.resize(std::min(rows.size(), query.limit));
  JsonWriter json;
  json.begin_object().key("deliveries").begin_array();
  for (const DeliveryChanged& row : rows) {
    const DeliveryLine line = delivery_line(history, names, row);
    append_delivery(json.begin_object(), line);
    if (row.state == DeliveryState::parked) {
      append_steps(json, exchange, line);
    }
    json.end_object();
  }
  json.end_array();
  if (more) {
    json.member(
        "next",
        names.id(channel_of(rows.back().subscriber)) + "/" + std::to_string(rows.back().seq.value));
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

// ---- one delivery -------------------------------------------------------------------------------

void append_history(JsonWriter& json, const std::vector<AttemptEnded>& attempts) {
  json.key("history").begin_array();
  for (const AttemptEnded& attempt : attempts) {
    json.begin_object()
        .member("attempt", attempt.attempt)
        .member("outcome", name_of(attempt.outcome))
        .text_member("reason", attempt.reason)
        .text_member("detail", attempt.detail)
        .text_member("instance", attempt.instance);
    append_time(json, "leased_at", attempt.leased_at);
    append_time(json, "ended_at", attempt.ended_at);
    json.end_object();
  }
  json.end_array();
}

Status answer_one(const Exchange& exchange, const DeliveryPlace& place, const BrokerView& view) {
  const History& history = exchange.history();
  const CountySettings& county = exchange.county();
  const ChannelNames names(history);
  const std::string channel = names.id(place.channel);
  const auto entry = history.entry(place.seq);
  const Standing stands =
      entry ? standing(history, place.channel, entry->entry, gates_of(county, names)(place.channel))
            : Standing{.channel = place.channel};
  if (!stands.state) {
    return fail(ErrorCode::not_found,
                "delivery_unknown",
                {},
                {channel + "/" + std::to_string(place.seq.value)});
  }
  const SubscriberNo subscriber = shared_subscriber(place.channel);
  auto row = history.delivery(subscriber, place.seq);
  if (!row) {
    row = DeliveryChanged{.subscriber = subscriber,
                          .seq = place.seq,
                          .lane = entry->entry.lane,
                          .state = *stands.state,
                          .attempts = stands.attempts,
                          .at = stands.since,
                          .instance = stands.instance};
  }
  const DeliveryLine line = delivery_line(history, names, *std::move(row));
  const Hold hold = hold_of(exchange, view, entry->entry, stands, channel);
  JsonWriter json;
  append_delivery(json.begin_object(), line);
  json.text_member("next", next_step(exchange, stands, channel, entry->entry, hold));
  append_history(json, history.attempts(subscriber, place.seq));
  append_steps(json, exchange, line, hold.gate);
  if (*stands.state == DeliveryState::published) {
    append_receipt(json.key("receipt"), stands.receipt);
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

Status show(const Exchange& exchange) {
  const ChannelNames names(exchange.history());
  const DeliveryPlace place = TRY(place_in(exchange, names));
  return exchange.with_view([place](const Exchange& held, const BrokerView& view) {
    return answer_one(held, place, view);
  });
}

}  // namespace

AdminRoutes delivery_routes() {
  return {{"GET", "/v1/deliveries", Access::viewer, list},
          {"GET", "/v1/deliveries/{channel}/{seq}", Access::viewer, show}};
}

}  // namespace gulou
