#include "broker/admin/exchange.h"

#include "common/text/catalogue.h"

#include <charconv>
#include <utility>

namespace gulou {

Exchange::Exchange(std::shared_ptr<AdminContext> context,
                   HttpRequest request,
                   PathValues path,
                   const HttpPrincipal* principal,
                   Responder responder) {
  const Language language = choose_language_http(request.header("accept-language"));
  auto county = context->county;
  state_ = std::make_shared<State>(State{std::move(county),
                                         std::move(context),
                                         std::move(request),
                                         std::move(path),
                                         principal != nullptr ? *principal : HttpPrincipal{},
                                         language,
                                         std::move(responder)});
}

std::string_view Exchange::parameter(std::string_view name) const {
  return request().parameter(name).value_or(std::string_view());
}

Result<uint64_t> Exchange::number(std::string_view name, uint64_t otherwise, uint64_t most) const {
  const auto text = request().parameter(name);
  if (!text) {
    return otherwise;
  }
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number == 0 || number > most) {
    return fail(ErrorCode::invalid_argument,
                "parameter_out_of_range",
                std::string(name),
                {std::string(*text), std::to_string(most)});
  }
  return number;
}

std::string Exchange::say(const Error& error) const {
  return sentence(language(), error);
}

void Exchange::answer(HttpResponse response) const {
  response.add("Content-Language", std::string(name_of(language())));
  state_->responder.answer(std::move(response));
}

void Exchange::answer(int status, std::string json) const {
  answer(json_answer(status, std::move(json)));
}

void Exchange::refuse(const std::vector<Error>& errors) const {
  answer(refusal(errors, request().header("accept-language")));
}

void Exchange::refuse(const Error& error) const {
  refuse(std::vector{error});
}

Status Exchange::with_view(std::function<Status(const Exchange&, const BrokerView&)> then) const {
  const Error busy{ErrorCode::unavailable, "broker_busy", {}, {}};
  const bool asked =
      context().desk.view([exchange = *this, busy, then = std::move(then)](BrokerView view) {
        const auto go_on = [exchange, then, view = std::move(view)] {
          if (const Status status = then(exchange, view); !status) {
            exchange.refuse(status.error());
          }
        };
        if (!exchange.state_->context->workers.try_send(go_on)) {
          exchange.refuse(busy);
        }
      });
  return asked ? Status{} : fail(busy);
}

Status Exchange::outside(std::function<Status(const Exchange&)> then) const {
  const bool taken = state_->context->outside.try_send([exchange = *this, then = std::move(then)] {
    if (const Status status = then(exchange); !status) {
      exchange.refuse(status.error());
    }
  });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

EventStream Exchange::start_events() const {
  return state_->responder.start_events();
}

std::string http_sentence(const Error& error, std::string_view accept_language) {
  return sentence(choose_language_http(accept_language), error);
}

HttpResponse refusal(const std::vector<Error>& errors, std::string_view accept_language) {
  Problem problem = problem_of(errors, http_sentence, accept_language);
  const bool too_often = errors.front().reason == "publisher_rate_exceeded";
  if (errors.front().code == ErrorCode::exhausted && !too_often) {
    problem.status = 413;
  }
  HttpResponse response = problem_answer(problem);
  if (problem.status == 503 || too_often) {
    response.add("Retry-After", "1");
  }
  return response;
}

}  // namespace gulou
