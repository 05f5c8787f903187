#include "common/base/result.h"

namespace gulou {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::refused:
      return "refused";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::exhausted:
      return "exhausted";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

std::string describe(const Error& error) {
  std::string text(name_of(error.code));
  text += ' ';
  text += error.reason;
  if (!error.field.empty()) {
    text += " field=" + error.field;
  }
  for (size_t i = 0; i < error.args.size(); ++i) {
    text += (i == 0 ? " [" : ", ") + error.args[i];
  }
  return error.args.empty() ? text : text + "]";
}

}  // namespace gulou
