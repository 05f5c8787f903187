#include "common/http/problem.h"

#include "common/base/check.h"
#include "common/http/url.h"

namespace gulou {

namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  out += json_string(value);
}

std::string sentence_of(const Error& error, const Sentences& sentences, std::string_view language) {
  return sentences ? sentences(error, language) : std::string();
}

}  // namespace

std::string json_string(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  const bool valid = is_utf8(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += !valid && byte >= 0x80 ? '?' : c;
    }
  }
  out += '"';
  return out;
}

std::string to_json(const Problem& problem) {
  std::string out = "{\"status\":" + std::to_string(problem.status);
  append_member(out, "code", problem.code);
  append_member(out, "title", problem.title.empty() ? phrase_of(problem.status) : problem.title);
  if (!problem.detail.empty()) {
    append_member(out, "detail", problem.detail);
  }
  if (!problem.errors.empty()) {
    out += ",\"errors\":[";
    for (size_t i = 0; i < problem.errors.size(); ++i) {
      const FieldProblem& error = problem.errors[i];
      out += i == 0 ? "{" : ",{";
      append_member(out, "field", error.field);
      append_member(out, "code", error.code);
      append_member(out, "sentence", error.sentence);
      out += '}';
    }
    out += ']';
  }
  out += '}';
  return out;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::already_exists:
      return 409;
    case ErrorCode::refused:
      return 403;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::timed_out:
      return 504;
    case ErrorCode::exhausted:
      return 429;
    case ErrorCode::corrupt:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Problem problem_of(std::span<const Error> errors,
                   const Sentences& sentences,
                   std::string_view accept_language) {
  CHECK(!errors.empty());
  const Error& first = errors.front();
  Problem problem{.status = status_of(first.code),
                  .code = first.reason,
                  .detail = sentence_of(first, sentences, accept_language)};
  for (const Error& error : errors) {
    if (!error.field.empty() || errors.size() > 1) {
      problem.errors.push_back({.field = error.field,
                                .code = error.reason,
                                .sentence = sentence_of(error, sentences, accept_language)});
    }
  }
  return problem;
}

HttpResponse problem_answer(const Problem& problem) {
  return text_answer(problem.status, "application/problem+json", to_json(problem));
}

HttpResponse problem_answer(const Error& error,
                            const Sentences& sentences,
                            std::string_view accept_language) {
  return problem_answer(problem_of({&error, 1}, sentences, accept_language));
}

}  // namespace gulou
