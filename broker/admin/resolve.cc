// Decisions about one delivery: tried now, given up, its gate opened, or what a person did about it
// by hand. A given address is looked at from here first; only a page that plainly is not there
// speaks against the person.
#include "broker/admin/decisions.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "common/base/limits.h"
#include "common/http/client.h"

#include <utility>

namespace gulou {
namespace {

constexpr int http_not_found = 404;
constexpr int http_gone = 410;

// Of the first part with a title; empty: erased.
std::string title_shown(const History& history, Seq seq) {
  const auto row = history.entry(seq);
  return row && !row->entry.parts.empty() ? title_of(history, row->entry, row->entry.parts.front())
                                          : std::string();
}

// seen, differs, unreachable; Error: resolve_not_seen.
Result<std::string> look_at(const std::string& url, const std::string& title) {
  HttpClient client;
  const auto answer = client.call({.url = url,
                                   .timeout_ms = limits::resolve_look_ms_max,
                                   .bytes_max = limits::resolve_look_bytes_max});
  if (!answer) {
    if (answer.error().reason == "url_invalid") {
      return fail(ErrorCode::invalid_argument, "url_invalid", "published_url", {url});
    }
    return std::string("unreachable");
  }
  if (answer->status == http_not_found || answer->status == http_gone) {
    return fail(ErrorCode::refused,
                "resolve_not_seen",
                "published_url",
                {url, std::to_string(answer->status)});
  }
  if (answer->status < 200 || answer->status >= 300) {
    return std::string("unreachable");
  }
  const bool holds = !title.empty() && answer->body.find(title) != std::string::npos;
  return std::string(holds ? "seen" : "differs");
}

struct Resolution {
  std::string published_url;
  bool removed = false;
  bool not_published = false;
  std::string reason;
  Digest proof;
};

Resolution read_resolution(RequestBody& body, const History& history) {
  Resolution asked;
  asked.published_url = body.text("published_url", limits::receipt_url_bytes_max);
  asked.removed = body.flag("removed");
  asked.not_published = body.flag("not_published");
  asked.reason = body.reason();
  const int ways = (asked.published_url.empty() ? 0 : 1) + (asked.removed ? 1 : 0) +
                   (asked.not_published ? 1 : 0);
  if (ways != 1) {
    body.wrong("resolve_one_way", "published_url");
  } else if (!asked.published_url.empty() && !is_url(asked.published_url)) {
    body.wrong("url_invalid", "published_url", {asked.published_url});
  }
  if (const std::string proof = body.text("proof"); !proof.empty()) {
    const auto digest = digest_from_hex(proof);
    if (!digest) {
      body.wrong("field_not_digest", "proof");
    } else if (!history.blob(*digest)) {
      body.wrong("blob_unknown", "proof", {proof});
    } else {
      asked.proof = *digest;
    }
  }
  return asked;
}

OperatorDecided decision_of(const Exchange& exchange, const DeliveryPlace& place) {
  OperatorDecided decision;
  decision.operator_name = exchange.principal().name;
  decision.subscriber = shared_subscriber(place.channel);
  decision.seq = place.seq;
  return decision;
}

Status hand_in(const Exchange& exchange, OperatorDecided decision) {
  const std::string read_back = decision.read_back;
  return decide(
      exchange, std::move(decision), [read_back](const Exchange& held, const DecisionTaken&) {
        JsonWriter json;
        json.begin_object().text_member("read_back", read_back).end_object();
        held.answer(200, json.take());
      });
}

Status resolve(const Exchange& exchange) {
  const ChannelNames names(exchange.history());
  const DeliveryPlace place = TRY(place_in(exchange, names));
  RequestBody body = TRY(RequestBody::read(exchange));
  const Resolution asked = read_resolution(body, exchange.history());
  if (const auto errors = body.errors(); !errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  OperatorDecided decision = decision_of(exchange, place);
  decision.reason = asked.reason;
  decision.proof = asked.proof;
  if (asked.published_url.empty()) {
    decision.verb = asked.removed ? OperatorDecided::Verb::resolve_removed
                                  : OperatorDecided::Verb::resolve_not_published;
    return hand_in(exchange, std::move(decision));
  }
  decision.verb = OperatorDecided::Verb::resolve_published;
  decision.url = asked.published_url;
  return exchange.outside([decision](const Exchange& held) -> Status {
    OperatorDecided looked = decision;
    looked.read_back = TRY(look_at(looked.url, title_shown(held.history(), looked.seq)));
    return hand_in(held, std::move(looked));
  });
}

Status decide_with_reason(const Exchange& exchange, OperatorDecided::Verb verb) {
  const ChannelNames names(exchange.history());
  OperatorDecided decision = decision_of(exchange, TRY(place_in(exchange, names)));
  decision.verb = verb;
  decision.reason = TRY(only_reason(exchange));
  return decide(exchange, std::move(decision));
}

Status retry(const Exchange& exchange) {
  return decide_with_reason(exchange, OperatorDecided::Verb::retry);
}

Status cancel(const Exchange& exchange) {
  return decide_with_reason(exchange, OperatorDecided::Verb::cancel);
}

Status open_gate(const Exchange& exchange) {
  return decide_with_reason(exchange, OperatorDecided::Verb::open_gate);
}

}  // namespace

AdminRoutes resolve_routes() {
  return {{"POST", "/v1/deliveries/{channel}/{seq}/retry", Access::operates, retry},
          {"POST", "/v1/deliveries/{channel}/{seq}/cancel", Access::operates, cancel},
          {"POST", "/v1/deliveries/{channel}/{seq}/open-gate", Access::operates, open_gate},
          {"POST", "/v1/deliveries/{channel}/{seq}/resolve", Access::operates, resolve}};
}

}  // namespace gulou
