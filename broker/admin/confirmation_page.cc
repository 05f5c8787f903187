#include "broker/admin/confirmation_page.h"

#include "broker/admin/confirmations.h"
#include "broker/admin/decisions.h"
#include "broker/admin/form_page.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "common/base/limits.h"
#include "common/html/template.h"
#include "common/http/url.h"
#include "common/text/catalogue.h"

#include <utility>

namespace gulou {
namespace {

TemplateData page_data(std::string_view path, Language language) {
  TemplateData data;
  data.set("title",
           std::string(word(language, "noun_confirmation")) + " " +
               std::string(path.substr(path.rfind('/') + 1)));
  data.set("action", std::string(path));
  data.set("token_label", word(language, "confirmation_token"));
  data.set("reason_label", word(language, "confirmation_reason"));
  data.set("give_label", word(language, "confirmation_give"));
  data.set("refuse_label", word(language, "confirmation_refuse"));
  data.set("show_label", word(language, "confirmation_show"));
  return data;
}

HttpResponse page(int status, Language language, TemplateData data) {
  return form_page(status, language, "confirmation.html", std::move(data));
}

void add_row(TemplateData& data, std::string_view label, const std::string& value) {
  if (!value.empty()) {
    TemplateData row;
    row.set("label", label).set("value", value);
    data.add("rows", std::move(row));
  }
}

std::string time_text(Utc time) {
  return time ? format_shanghai(time) : std::string();
}

// What is to be decided, or what was.
void answer_page(const Exchange& exchange, const Confirmation& one, const std::string& message) {
  const Language language = exchange.language();
  TemplateData data = page_data(exchange.request().path, language);
  data.set("about", about(exchange, one));
  data.set("message", message);
  const auto label = [&](std::string_view key) { return word(language, key); };
  add_row(
      data, label("noun_state"), std::string(word(language, "confirmation", word_of(one.state))));
  add_row(data, label("noun_asked_by"), one.asked_by);
  add_row(data, label("noun_time"), time_text(one.asked_at));
  add_row(data, label("noun_reason"), one.reason);
  add_row(data, label("confirmation_until"), time_text(one.until));
  add_row(data, label("noun_decided_by"), one.decided_by);
  add_row(data, label("noun_decided_reason"), one.decided_reason);
  const bool asks = one.state == ConfirmationState::waiting;
  data.set("asks", asks);
  data.set("known", true);
  data.set("token", asks ? form_field(exchange.request().body, "token") : std::string());
  exchange.answer(page(200, language, std::move(data)));
}

std::optional<Confirmation> named_in(const Exchange& exchange) {
  const auto number = parse_seq(exchange.path("no"));
  return number ? exchange.history().confirmation({number->value}) : std::nullopt;
}

Status answer_now(const Exchange& exchange, const std::string& message) {
  const auto one = named_in(exchange);
  if (!one) {
    return fail(
        ErrorCode::not_found, "confirmation_unknown", "confirmation", {exchange.path("no")});
  }
  answer_page(exchange, *one, message);
  return {};
}

// The link: whoever opens it says who they are first.
Status ask_token(const Exchange& exchange) {
  exchange.answer(confirmation_form(exchange.request().path, exchange.language(), {}, 200));
  return {};
}

Status style(const Exchange& exchange) {
  exchange.answer(form_page_style());
  return {};
}

Status submitted(const Exchange& exchange) {
  const std::string& form = exchange.request().body;
  const std::string decided = form_field(form, "decision");
  const auto one = named_in(exchange);
  if (!one || (decided != "give" && decided != "refuse")) {
    return answer_now(exchange, {});
  }
  ConfirmationDecided decision;
  decision.confirmation = one->no;
  decision.operator_name = exchange.principal().name;
  decision.gives = decided == "give";
  decision.reason = form_field(form, "reason").substr(0, limits::note_bytes_max);
  const bool taken = exchange.context().desk.decide(
      std::move(decision), [exchange](const Result<DecisionTaken>& done) {
        const std::string message = done ? std::string() : exchange.say(done.error());
        const Status asked =
            exchange.with_view([message](const Exchange& held, const BrokerView&) -> Status {
              return answer_now(held, message);
            });
        if (!asked) {
          exchange.refuse(asked.error());
        }
      });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

}  // namespace

std::string form_field(std::string_view form, std::string_view name) {
  const auto target = parse_target("/?" + std::string(form));
  if (target) {
    for (const auto& [field, value] : target->query) {
      if (field == name) {
        return value;
      }
    }
  }
  return {};
}

HttpResponse confirmation_form(std::string_view path,
                               Language language,
                               const std::optional<Error>& wrong,
                               int status) {
  TemplateData data = page_data(path, language);
  data.set("asks", true);
  data.set("known", false);
  data.set("message", wrong ? sentence(language, *wrong) : std::string());
  return page(status, language, std::move(data));
}

AdminRoutes confirmation_page_routes() {
  return {{"GET", "/confirmations/style.css", Access::open, style, true},
          {"GET", "/confirmations/{no}", Access::open, ask_token, true},
          {.method = "POST",
           .pattern = "/confirmations/{no}",
           .access = Access::operates,
           .handler = submitted,
           .form = true}};
}

}  // namespace gulou
