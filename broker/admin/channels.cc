// Channels: who serves them, how far behind they are, what waits there, and their policy.
#include "broker/admin/answers.h"
#include "broker/admin/routes.h"

#include <algorithm>

namespace gulou {
namespace {

Status answer_list(const Exchange& exchange, const BrokerView& view) {
  JsonWriter json;
  json.begin_object().key("channels").begin_array();
  for (const ChannelLine& line : channel_lines(exchange, view)) {
    append_channel(json.begin_object(), line);
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
      .end_object();
}

Status answer_one(const Exchange& exchange, const BrokerView& view) {
  const auto lines = channel_lines(exchange, view);
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const ChannelLine& one) {
    return one.view.id == exchange.path("id");
  });
  if (line == lines.end()) {
    return fail(ErrorCode::not_found, "channel_unknown", "channel", {exchange.path("id")});
  }
  JsonWriter json;
  append_channel(json.begin_object(), *line);
  if (line->policy != nullptr) {
    append_policy(json, *line->policy);
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

Status show(const Exchange& exchange) {
  return exchange.with_view(answer_one);
}

}  // namespace

AdminRoutes channel_routes() {
  return {{"GET", "/v1/channels", Access::viewer, list},
          {"GET", "/v1/channels/{id}", Access::viewer, show}};
}

}  // namespace gulou
