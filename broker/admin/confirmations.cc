// Confirmations: what waits for a second person, what became of it; confirming and refusing.
#include "broker/admin/confirmations.h"

#include "broker/admin/decisions.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "common/base/limits.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += (all.empty() ? "" : " ") + text;
  }
  return all;
}

// What a withdrawal is about.
std::vector<std::string> publications_of(const History& history, Seq withdrawal) {
  std::vector<std::string> names;
  if (const auto row = history.entry(withdrawal)) {
    for (const EntryPart& part : row->entry.parts) {
      names.push_back(row->entry.publisher + "/" + part.id);
    }
  }
  return names;
}

std::string give_command(ConfirmationNo no) {
  return "gulou confirmation give " + std::to_string(no.value);
}

std::string link_to(ConfirmationNo no) {
  return "/confirmations/" + std::to_string(no.value);
}

// Arguments of the sentences "<prefix>_<act>": {0} its number, {1} who asked, {2} … what about.
std::vector<std::string> args_of(const History& history, const Confirmation& one) {
  std::vector<std::string> args{std::to_string(one.no.value), one.asked_by};
  switch (one.act) {
    case TwoPersonAct::erase:
      args.push_back(std::to_string(one.seq.value));
      args.push_back(joined(publications_of(history, one.seq)));
      break;
    case TwoPersonAct::replay_duplicate:
      args.push_back(ChannelNames(history).id(one.selection.channel));
      args.push_back(std::to_string(one.selection.from.value));
      args.push_back(std::to_string(one.selection.to.value));
      break;
    case TwoPersonAct::personal_data:
      args.push_back(joined(one.ids));
      args.push_back(one.allowed_by);
      args.push_back(joined(one.places));
      break;
    case TwoPersonAct::none:
      break;
  }
  return args;
}

void append_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) {
    return;
  }
  json.key(name).begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

void append_subject(JsonWriter& json, const History& history, const Confirmation& one) {
  if (one.act == TwoPersonAct::erase) {
    append_texts(json, "publications", publications_of(history, one.seq));
  }
  if (one.act == TwoPersonAct::replay_duplicate) {
    json.member("channel", ChannelNames(history).id(one.selection.channel))
        .member("from", one.selection.from.value)
        .member("to", one.selection.to.value);
  }
  if (one.act == TwoPersonAct::personal_data) {
    json.member("bundle_digest", to_hex(one.bundle_digest))
        .text_member("allowed_by", one.allowed_by);
    append_texts(json, "ids", one.ids);
    append_texts(json, "places", one.places);
  }
  if (one.seq) {
    json.member("seq", one.seq.value);
  }
  if (one.job) {
    json.member("job", one.job.value);
  }
}

Result<Confirmation> named_in(const Exchange& exchange) {
  const std::string& text = exchange.path("no");
  const auto number = parse_seq(text);
  auto one = number ? exchange.history().confirmation({number->value}) : std::nullopt;
  if (!one) {
    return fail(ErrorCode::not_found, "confirmation_unknown", "confirmation", {text});
  }
  return *std::move(one);
}

void answer_one(const Exchange& exchange, const Confirmation& one) {
  JsonWriter json;
  append_confirmation(json.begin_object(), exchange, one);
  exchange.answer(200, json.end_object().take());
}

Status list(const Exchange& exchange) {
  const uint64_t limit =
      TRY(exchange.number("limit", limits::page_rows_default, limits::page_rows_max));
  const bool open = exchange.parameter("open") == "1";
  JsonWriter json;
  json.begin_object().key("confirmations").begin_array();
  for (const Confirmation& one : exchange.history().confirmations(limit)) {
    if (!open || one.open) {
      append_confirmation(json.begin_object(), exchange, one);
      json.end_object();
    }
  }
  exchange.answer(200, json.end_array().end_object().take());
  return {};
}

Status show(const Exchange& exchange) {
  answer_one(exchange, TRY(named_in(exchange)));
  return {};
}

Status decide_about(const Exchange& exchange, bool gives) {
  RequestBody body = TRY(RequestBody::read(exchange));
  ConfirmationDecided decision;
  decision.confirmation = TRY(named_in(exchange)).no;
  decision.operator_name = exchange.principal().name;
  decision.gives = gives;
  decision.reason = gives ? body.text("reason") : body.reason();
  if (const auto errors = body.errors(); !errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  return decide(exchange, std::move(decision), [](const Exchange& held, const DecisionTaken&) {
    const Status asked = held.with_view(
        [](const Exchange& again, const BrokerView&) -> Status { return show(again); });
    if (!asked) {  // it is durable all the same
      held.answer(200, "{}");
    }
  });
}

Status give(const Exchange& exchange) {
  return decide_about(exchange, true);
}

Status refuse(const Exchange& exchange) {
  return decide_about(exchange, false);
}

}  // namespace

std::string_view word_of(ConfirmationState state) {
  switch (state) {
    case ConfirmationState::waiting:
      return "waiting";
    case ConfirmationState::given:
      return "given";
    case ConfirmationState::refused:
      return "refused";
    case ConfirmationState::expired:
      return "expired";
    case ConfirmationState::done:
      return "done";
  }
  return {};
}

std::string about(const Exchange& exchange, const Confirmation& one) {
  return exchange.say({ErrorCode::internal,
                       "confirmation_about_" + std::string(name_of(one.act)),
                       {},
                       args_of(exchange.history(), one)});
}

void append_confirmation(JsonWriter& json, const Exchange& exchange, const Confirmation& one) {
  json.member("confirmation", one.no.value)
      .member("state", word_of(one.state))
      .member("open", one.open)
      .member("act", name_of(one.act))
      .member("sentence", about(exchange, one))
      .member("asked_by", one.asked_by)
      .text_member("reason", one.reason);
  append_time(json, "asked_at", one.asked_at);
  append_time(json, "until", one.until);
  json.text_member("decided_by", one.decided_by).text_member("decided_reason", one.decided_reason);
  append_time(json, "decided_at", one.decided_at);
  append_time(json, "at", one.at);
  append_subject(json, exchange.history(), one);
  if (one.state == ConfirmationState::waiting) {
    json.member("command", give_command(one.no)).member("link", link_to(one.no));
  }
}

void append_asked(JsonWriter& json, const Exchange& exchange, ConfirmationNo no) {
  const std::string number = std::to_string(no.value);
  json.member("confirmation", no.value)
      .member("sentence", exchange.say({ErrorCode::internal, "confirmation_asked", {}, {number}}))
      .member("command", give_command(no))
      .member("link", link_to(no));
}

void append_bytes(JsonWriter& json, const Exchange& exchange, const EntryAccepted& withdrawal) {
  const History& history = exchange.history();
  const auto all = history.confirmations(limits::page_rows_max);
  const auto one = std::ranges::find_if(all, [&](const Confirmation& held) {
    return held.act == TwoPersonAct::erase && held.seq == withdrawal.seq;
  });
  json.key("bytes").begin_object();
  if (one == all.end()) {
    json.member("state", "kept");
  } else {
    append_confirmation(json, exchange, *one);
  }
  json.end_object();
}

void add_confirmations(std::vector<Attention>& list,
                       const History& history,
                       const BrokerView& view) {
  for (const Confirmation& one : view.core.confirmations) {
    if (one.state == ConfirmationState::waiting) {
      list.push_back({.code = "confirmation_" + std::string(name_of(one.act)),
                      .since = one.asked_at,
                      .count = 1,
                      .args = args_of(history, one),
                      .who = "who_second_operator",
                      .command = give_command(one.no)});
    }
  }
}

AdminRoutes confirmation_routes() {
  return {{"GET", "/v1/confirmations", Access::viewer, list},
          {"GET", "/v1/confirmations/{no}", Access::viewer, show},
          {"POST", "/v1/confirmations/{no}/give", Access::operates, give},
          {"POST", "/v1/confirmations/{no}/refuse", Access::operates, refuse}};
}

}  // namespace gulou
