// BrokerClient asks the broker over HTTP: address and token come from the shell or its home. One
// connection, one thread; commands that want several calls at once make several clients. Every
// answer of a broker is JSON; a problem document is an Answer to call() and an Error to the others.
#pragma once

#include "broker/cli/shell.h"
#include "common/http/client.h"
#include "common/json/value.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace gulou::cli {

// Reason of an Error whose sentence came from the broker: args are the text, the problem document
// and the problem's code.
inline constexpr std::string_view broker_said = "broker_said";

struct Answer {
  int status = 0;
  std::string text;
  JsonValue value;

  bool good() const { return status >= 200 && status < 300; }
};

class BrokerClient {
 public:
  // Errors: those of reading the home (home_missing) and its token.
  static Result<BrokerClient> open(const Shell& shell);

  // Any status is an Answer. Errors: broker_unreachable, broker_silent, broker_unclear.
  Result<Answer> call(std::string_view method,
                      std::string_view path,
                      std::string body = {},
                      HttpFields headers = {},
                      bool repeatable = true);

  // 2xx or an Error (broker_said).
  Result<Answer> get(std::string_view path);
  Result<Answer> post(std::string_view path, std::string body);
  // Never sent twice: doing it twice would do more.
  Result<Answer> post_once(std::string_view path, std::string body);

  // What is no JSON: an attachment.
  Result<std::string> bytes(std::string_view path, size_t bytes_max);
  // The same with its headers.
  Result<HttpAnswer> download(std::string_view path, size_t bytes_max);

  const std::string& url() const { return url_; }

  Language language() const { return language_; }

 private:
  BrokerClient(std::string url, std::string token, const Shell& shell);

  // Any status. Errors as of call().
  Result<HttpAnswer> send(const HttpCall& request);

  std::string url_;
  std::string token_;
  std::string home_;
  Language language_;
  HttpClient client_;
};

// Asks for one thing and shows it: as it came with --json, else by `print`.
Exit show_answer(const Shell& shell,
                 const std::string& path,
                 const std::function<void(const JsonValue&)>& print);

// What a problem document says: its detail, and a line per field.
std::string problem_text(const JsonValue& problem);
// The code of the problem, or of one of its errors, is this one.
bool has_code(const JsonValue& problem, std::string_view code);
Error refusal_of(const Answer& answer);

// One segment of a path: percent-encoded.
std::string segment(std::string_view text);

}  // namespace gulou::cli
