// Notify: a test of whom notify.toml names.
#include "broker/admin/notify.h"

#include "broker/admin/request_body.h"
#include "broker/admin/routes.h"
#include "common/json/writer.h"

#include <utility>

namespace gulou {
namespace {

void answer_test(const Exchange& exchange, const std::vector<NotifyTestLine>& lines) {
  uint64_t failed = 0;
  JsonWriter json;
  json.begin_object().key("messages").begin_array();
  for (const NotifyTestLine& line : lines) {
    json.begin_object()
        .member("person", line.person)
        .member("way", line.way)
        .member("sent", line.sent.has_value());
    if (!line.sent) {
      ++failed;
      json.member("reason", line.sent.error().reason)
          .member("detail", exchange.say(line.sent.error()));
    }
    json.end_object();
  }
  json.end_array().member("failed", failed).end_object();
  exchange.answer(200, json.take());
}

Status test(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  std::string person = body.text("to");
  if (const auto errors = body.errors(); !errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  const NotifyTest& send = exchange.context().notify_test;
  if (send == nullptr) {
    return fail(ErrorCode::not_found, "notify_nobody");
  }
  const auto done = [exchange](const Result<std::vector<NotifyTestLine>>& lines) {
    if (lines) {
      answer_test(exchange, *lines);
    } else {
      exchange.refuse(lines.error());
    }
  };
  if (!send(std::move(person), done)) {
    return fail(ErrorCode::unavailable, "broker_busy");
  }
  return {};
}

}  // namespace

AdminRoutes notify_routes() {
  return {{"POST", "/v1/notify/test", Access::operates, test}};
}

}  // namespace gulou
