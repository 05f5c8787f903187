#include "broker/cli/broker_client.h"

#include "broker/cli/certificate.h"
#include "broker/cli/home.h"
#include "common/http/url.h"

#include <algorithm>
#include <utility>

namespace gulou::cli {
namespace {

constexpr int too_many_requests = 429;
constexpr int busy_tries_max = 60;
constexpr int64_t busy_wait_ms = 500;

bool says_nothing(const JsonValue& problem) {
  return problem.text("detail").empty() && problem.items("errors").empty();
}

}  // namespace

BrokerClient::BrokerClient(std::string url, std::string token, const Shell& shell)
    : url_(std::move(url)),
      token_(std::move(token)),
      home_(shell.home),
      language_(shell.language),
      client_({.ca_file = broker_certificate(shell.home)}) {}

Result<BrokerClient> BrokerClient::open(const Shell& shell) {
  const std::string url = shell.url.empty() ? TRY(broker_url(shell.home)) : shell.url;
  const std::string token = shell.token.empty() ? TRY(read_token(shell.home)) : shell.token;
  return BrokerClient(url, token, shell);
}

Result<HttpAnswer> BrokerClient::send(const HttpCall& request) {
  auto answer = client_.call(request);
  for (int i = 0; i < busy_tries_max && answer && answer->status == too_many_requests; ++i) {
    pause_ms(busy_wait_ms);
    answer = client_.call(request);
  }
  if (!answer) {
    const Error& error = answer.error();
    const std::string why = error.args.empty() ? error.reason : error.args.back();
    return error.reason == "http_no_answer"
               ? gulou::fail(ErrorCode::timed_out, "broker_silent", {}, {url_, why})
               : gulou::fail(ErrorCode::unavailable, "broker_unreachable", {}, {url_, why, home_});
  }
  return answer;
}

Result<HttpAnswer> BrokerClient::download(std::string_view path, size_t bytes_max) {
  constexpr size_t refusal_bytes = 64 * 1024;
  HttpAnswer answer = TRY(send({.method = "GET",
                                .url = url_ + std::string(path),
                                .headers = {{"Authorization", "Bearer " + token_},
                                            {"Accept-Language", std::string(name_of(language_))}},
                                .timeout_ms = limits::http_answer_ms_max,
                                .bytes_max = std::max(bytes_max, refusal_bytes)}));
  if (answer.status != 200) {
    Answer refused{.status = answer.status, .text = answer.body, .value = {}};
    refused.value = JsonValue::parse(answer.body).value_or(JsonValue());
    return gulou::fail(refusal_of(refused));
  }
  return answer;
}

Result<Answer> BrokerClient::call(std::string_view method,
                                  std::string_view path,
                                  std::string body,
                                  HttpFields headers,
                                  bool repeatable) {
  headers.emplace_back("Authorization", "Bearer " + token_);
  headers.emplace_back("Accept-Language", std::string(name_of(language_)));
  // Nearly all this program sends may be sent twice: submissions, withdrawals and chunks are
  // idempotent, and a second retry or cancel finds the first one done.
  const HttpCall request{.method = std::string(method),
                         .url = url_ + std::string(path),
                         .headers = std::move(headers),
                         .body = std::move(body),
                         .timeout_ms = limits::http_client_ms_default,
                         .bytes_max = limits::http_client_answer_bytes_default,
                         .repeatable = repeatable};
  HttpAnswer answer = TRY(send(request));
  Answer result{.status = answer.status, .text = std::move(answer.body), .value = {}};
  if (method == "HEAD" || result.text.empty()) {
    return result;
  }
  auto value = JsonValue::parse(result.text);
  if (!value) {
    const std::string status = std::to_string(result.status);
    return gulou::fail(ErrorCode::corrupt, "broker_unclear", {}, {url_, status});
  }
  result.value = std::move(*value);
  return result;
}

Result<std::string> BrokerClient::bytes(std::string_view path, size_t bytes_max) {
  return TRY(download(path, bytes_max)).body;
}

Result<Answer> BrokerClient::get(std::string_view path) {
  Answer answer = TRY(call("GET", path));
  if (!answer.good()) {
    return gulou::fail(refusal_of(answer));
  }
  return answer;
}

Result<Answer> BrokerClient::post(std::string_view path, std::string body) {
  Answer answer = TRY(call("POST", path, std::move(body), {{"Content-Type", "application/json"}}));
  if (!answer.good()) {
    return gulou::fail(refusal_of(answer));
  }
  return answer;
}

Result<Answer> BrokerClient::post_once(std::string_view path, std::string body) {
  Answer answer =
      TRY(call("POST", path, std::move(body), {{"Content-Type", "application/json"}}, false));
  if (!answer.good()) {
    return gulou::fail(refusal_of(answer));
  }
  return answer;
}

Exit show_answer(const Shell& shell,
                 const std::string& path,
                 const std::function<void(const JsonValue&)>& print) {
  auto client = BrokerClient::open(shell);
  const auto answer = client ? client->get(path) : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
  } else {
    print(answer->value);
  }
  return Exit::done;
}

std::string problem_text(const JsonValue& problem) {
  std::string text(problem.text("detail", says_nothing(problem) ? problem.text("title") : ""));
  for (const JsonValue& error : problem.items("errors")) {
    const std::string_view sentence = error.text("sentence", error.text("code"));
    if (sentence != problem.text("detail")) {
      text += text.empty() ? "" : "\n  ";
      text += sentence;
    }
  }
  return text;
}

bool has_code(const JsonValue& problem, std::string_view code) {
  return problem.text("code") == code ||
         std::ranges::any_of(problem.items("errors"),
                             [code](const JsonValue& error) { return error.text("code") == code; });
}

Error refusal_of(const Answer& answer) {
  ErrorCode code = ErrorCode::refused;
  if (answer.status == 404) {
    code = ErrorCode::not_found;
  } else if (answer.status == 409) {
    code = ErrorCode::already_exists;
  } else if (answer.status >= 500) {
    code = ErrorCode::unavailable;
  }
  std::string text = problem_text(answer.value);
  if (text.empty()) {
    text = "HTTP " + std::to_string(answer.status);
  }
  return {code,
          std::string(broker_said),
          {},
          {std::move(text),
           answer.text.empty() ? "{}" : answer.text,
           std::string(answer.value.text("code"))}};
}

std::string segment(std::string_view text) {
  return percent_encode(text);
}

}  // namespace gulou::cli
