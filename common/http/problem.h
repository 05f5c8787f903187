// Refusals over HTTP: problem details of RFC 9457 with our code and one line per wrong field. The
// sentences come from the catalogue, which stands on this room's own floor; so whoever wires a
// server hands in a Sentences function, and without one there are codes and titles only.
#pragma once

#include "common/base/result.h"
#include "common/http/message.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct FieldProblem {
  std::string field;
  std::string code;
  std::string sentence;
};

struct Problem {
  int status = 500;
  std::string code;    // the reason of the error: "title_too_long"
  std::string title;   // short, the same for all problems of this status; empty: the phrase
  std::string detail;  // the sentence for this one
  std::vector<FieldProblem> errors;
};

// {"status":…,"code":…,"title":…,"detail":…,"errors":[{"field":…,"code":…,"sentence":…}]}
std::string to_json(const Problem& problem);
// A JSON string with its quotes; bytes that are not UTF-8 become '?'.
std::string json_string(std::string_view text);

int status_of(ErrorCode code);

// The sentence of an error in the language an Accept-Language value asks for. Any thread.
using Sentences = std::function<std::string(const Error& error, std::string_view accept_language)>;

// The first error names code and status; every error with a field is listed.
Problem problem_of(std::span<const Error> errors,
                   const Sentences& sentences,
                   std::string_view accept_language);

HttpResponse problem_answer(const Problem& problem);
HttpResponse problem_answer(const Error& error,
                            const Sentences& sentences,
                            std::string_view accept_language);

}  // namespace gulou
