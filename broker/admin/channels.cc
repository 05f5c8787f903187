// Channels: who serves them, how far behind they are, what waits there, their policy; and what an
// operator decides about them.
#include "broker/admin/answers.h"
#include "broker/admin/decisions.h"
#include "broker/admin/routes.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

Status answer_list(const Exchange& exchange, const BrokerView& view) {
  JsonWriter json;
  json.begin_object().key("channels").begin_array();
  for (const ChannelLine& line : channel_lines(exchange.history(), exchange.county(), view)) {
    append_channel(json.begin_object(), line, view.now);
    json.end_object();
  }
  exchange.answer(200, json.end_array().end_object().take());
  return {};
}

Status list(const Exchange& exchange) {
  return exchange.with_view(answer_list);
}

void append_filter(JsonWriter& json, const ChannelFilter& filter) {
  json.begin_object().key("columns").begin_array();
  for (const std::string& column : filter.columns) {
    json.value(column);
  }
  json.end_array().key("kinds").begin_array();
  for (const Kind kind : filter.kinds) {
    json.value(name_of(kind));
  }
  json.end_array().member("imports", filter.imports).member("drill", filter.drill).end_object();
}

void append_policy(JsonWriter& json, const Channel& policy) {
  json.key("policy").begin_object();
  append_filter(json.key("filter"), policy.filter);
  json.key("limits")
      .begin_object()
      .member("title_chars_max", policy.content_limits.title_chars_max)
      .member("summary_chars_max", policy.content_limits.summary_chars_max)
      .member("body_chars_max", policy.content_limits.body_chars_max)
      .member("body_bytes_max", policy.content_limits.body_bytes_max)
      .member("attachment_bytes_max", policy.content_limits.attachment_bytes_max)
      .end_object()
      .member("attempts_max", policy.attempts_max)
      .member("backoff_first_ms", policy.backoff_first_ms)
      .member("backoff_ms_max", policy.backoff_ms_max)
      .member("lease_ms", policy.lease_ms)
      .member("age_ms_max", policy.age_ms_max)
      .member("exclusive", policy.exclusive)
      .member("can_look", policy.can_look)
      .member("circuit_failures", policy.circuit_failures)
      .member("probe_ms", policy.probe_ms)
      .member("takedown_ms_max", policy.takedown_ms_max)
      .end_object();
}

Status answer_one(const Exchange& exchange, const BrokerView& view) {
  const auto lines = channel_lines(exchange.history(), exchange.county(), view);
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const ChannelLine& one) {
    return one.view.id == exchange.path("id");
  });
  if (line == lines.end()) {
    return fail(ErrorCode::not_found, "channel_unknown", "channel", {exchange.path("id")});
  }
  JsonWriter json;
  append_channel(json.begin_object(), *line, view.now);
  if (line->policy != nullptr) {
    append_policy(json, *line->policy);
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

Status show(const Exchange& exchange) {
  return exchange.with_view(answer_one);
}

// ---- decisions ----------------------------------------------------------------------------------

Status decide_on(const Exchange& exchange,
                 ChannelDecided::Verb verb,
                 std::vector<ChannelNo> channels) {
  ChannelDecided decision;
  decision.operator_name = exchange.principal().name;
  decision.channels = std::move(channels);
  decision.verb = verb;
  decision.reason = TRY(only_reason(exchange));
  return decide(exchange, std::move(decision));
}

AdminRoute on_one(std::string_view pattern, ChannelDecided::Verb verb) {
  return {"POST", pattern, Access::operates, [verb](const Exchange& exchange) -> Status {
            const ChannelNames names(exchange.history());
            const ChannelNo channel = TRY(names.require(exchange.path("id")));
            return decide_on(exchange, verb, std::vector{channel});
          }};
}

// Stops publishing everywhere, never withdrawing. What was retired stays so.
AdminRoute on_all(std::string_view pattern, ChannelDecided::Verb verb) {
  return {"POST", pattern, Access::operates, [verb](const Exchange& exchange) {
            const auto conditions = exchange.history().conditions();
            std::vector<ChannelNo> channels;
            for (const ChannelDefined& channel : exchange.history().channels()) {
              const bool retired =
                  std::any_of(conditions.begin(), conditions.end(), [&](const auto& one) {
                    return one.channel == channel.channel && one.retired;
                  });
              if (!retired) {
                channels.push_back(channel.channel);
              }
            }
            return decide_on(exchange, verb, std::move(channels));
          }};
}

}  // namespace

AdminRoutes channel_routes() {
  using Verb = ChannelDecided::Verb;
  return {{"GET", "/v1/channels", Access::viewer, list},
          {"GET", "/v1/channels/{id}", Access::viewer, show},
          on_all("/v1/channels/pause", Verb::pause),
          on_all("/v1/channels/resume", Verb::resume),
          on_one("/v1/channels/{id}/pause", Verb::pause),
          on_one("/v1/channels/{id}/resume", Verb::resume),
          on_one("/v1/channels/{id}/retire", Verb::retire)};
}

}  // namespace gulou
