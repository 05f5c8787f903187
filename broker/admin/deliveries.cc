// Deliveries: the open ones, one with its history and what a person should do, retry and cancel.
#include "broker/admin/answers.h"
#include "broker/admin/routes.h"
#include "common/base/limits.h"
#include "common/json/value.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace gulou {
namespace {

using Key = std::pair<SubscriberNo, Seq>;

std::optional<Seq> parse_seq(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number != 0
             ? std::optional(Seq{number})
             : std::nullopt;
}

Result<ChannelNo> find_channel(const ChannelNames& names, std::string_view id) {
  if (const auto channel = names.find(id)) {
    return *channel;
  }
  return fail(ErrorCode::not_found, "channel_unknown", "channel", {std::string(id)});
}

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
    query.channel = TRY(find_channel(names, channel));
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
    append_delivery(json.begin_object(), delivery_line(history, names, row));
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

struct Place {
  ChannelNo channel;
  Seq seq;
};

Result<Place> place_in(const Exchange& exchange, const ChannelNames& names) {
  const ChannelNo channel = TRY(find_channel(names, exchange.path("channel")));
  const auto seq = parse_seq(exchange.path("seq"));
  if (!seq) {
    return fail(ErrorCode::invalid_argument, "field_not_integer", "seq");
  }
  return Place{channel, *seq};
}

std::string step_after(Outcome outcome) {
  switch (outcome) {
    case Outcome::auth:
      return "step_auth";
    case Outcome::misconfigured:
      return "step_misconfigured";
    case Outcome::content:
      return "step_content";
    case Outcome::gone:
      return "step_gone";
    case Outcome::published:
    case Outcome::accepted:
    case Outcome::transient:
    case Outcome::ambiguous:
    case Outcome::quota:
      return "step_transient";
  }
  return "step_transient";
}

// What a person should do, in order; {0} the channel, {1} the delivery.
std::vector<std::string> steps_for(const DeliveryChanged& row) {
  std::vector<std::string> steps;
  switch (row.state) {
    case DeliveryState::parked:
      if (row.maybe_published || row.outcome == Outcome::ambiguous) {
        steps.emplace_back("step_look_first");
      }
      steps.push_back(step_after(row.outcome));
      steps.emplace_back("step_retry");
      steps.emplace_back("step_cancel");
      break;
    case DeliveryState::waiting:
    case DeliveryState::confirming:
      steps.emplace_back("step_wait");
      steps.emplace_back("step_retry_now");
      break;
    case DeliveryState::pending:
    case DeliveryState::leased:
      steps.emplace_back("step_adapter");
      break;
    case DeliveryState::published:
    case DeliveryState::superseded:
    case DeliveryState::withdrawn:
    case DeliveryState::expired:
    case DeliveryState::cancelled:
      break;
  }
  return steps;
}

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

void append_steps(JsonWriter& json, const Exchange& exchange, const DeliveryLine& line) {
  const std::string delivery = line.channel + "/" + std::to_string(line.row.seq.value);
  json.key("steps").begin_array();
  for (const std::string& step : steps_for(line.row)) {
    json.value(exchange.say({ErrorCode::internal, step, {}, {line.channel, delivery}}));
  }
  json.end_array();
}

Status show(const Exchange& exchange) {
  const History& history = exchange.history();
  const ChannelNames names(history);
  const Place place = TRY(place_in(exchange, names));
  const auto entry = history.entry(place.seq);
  const Standing stands =
      entry ? standing(history, place.channel, entry->entry) : Standing{.channel = place.channel};
  if (!stands.state) {
    return fail(ErrorCode::not_found,
                "delivery_unknown",
                {},
                {names.id(place.channel) + "/" + std::to_string(place.seq.value)});
  }
  const SubscriberNo subscriber = shared_subscriber(place.channel);
  auto row = history.delivery(subscriber, place.seq);
  if (!row) {
    row = DeliveryChanged{.subscriber = subscriber,
                          .seq = place.seq,
                          .state = *stands.state,
                          .attempts = stands.attempts,
                          .at = stands.since,
                          .instance = stands.instance};
  }
  const DeliveryLine line = delivery_line(history, names, *std::move(row));
  JsonWriter json;
  append_delivery(json.begin_object(), line);
  append_history(json, history.attempts(subscriber, place.seq));
  append_steps(json, exchange, line);
  if (*stands.state == DeliveryState::published) {
    append_receipt(json.key("receipt"), stands.receipt);
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

// ---- decisions ----------------------------------------------------------------------------------

// {"reason": …}: to be found later by whoever asks why.
Result<std::string> reason_in(const std::string& body) {
  const JsonValue json = body.empty() ? JsonValue{} : TRY(JsonValue::parse(body));
  std::string reason(json.text("reason"));
  if (reason.empty() || reason.size() > limits::note_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                "decision_without_reason",
                "reason",
                {std::to_string(limits::note_bytes_max)});
  }
  return reason;
}

Status decide(const Exchange& exchange, OperatorDecided::Verb verb) {
  const ChannelNames names(exchange.history());
  const Place place = TRY(place_in(exchange, names));
  OperatorDecided decision;
  decision.operator_name = exchange.principal().name;
  decision.subscriber = shared_subscriber(place.channel);
  decision.seq = place.seq;
  decision.verb = verb;
  decision.reason = TRY(reason_in(exchange.request().body));
  const bool taken =
      exchange.context().desk.decide(std::move(decision), [exchange](const Status& status) {
        status ? exchange.answer(200, "{}") : exchange.refuse(status.error());
      });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

Status retry(const Exchange& exchange) {
  return decide(exchange, OperatorDecided::Verb::retry);
}

Status cancel(const Exchange& exchange) {
  return decide(exchange, OperatorDecided::Verb::cancel);
}

}  // namespace

AdminRoutes delivery_routes() {
  return {{"GET", "/v1/deliveries", Access::viewer, list},
          {"GET", "/v1/deliveries/{channel}/{seq}", Access::viewer, show},
          {"POST", "/v1/deliveries/{channel}/{seq}/retry", Access::operates, retry},
          {"POST", "/v1/deliveries/{channel}/{seq}/cancel", Access::operates, cancel}};
}

}  // namespace gulou
