// Errors are values. Every function that can fail for a reason outside its own code returns
// Result<T>; nothing of ours throws. An Error names a reaction (code), a stable word that wire,
// HTTP, CLI and logs share (reason), the field it is about and the values its sentence is filled
// with. The sentence itself stands in common/text, in Chinese and English.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace gulou {

// One code per possible reaction of a caller. The words are the same on wire, in JSON and in logs.
enum class ErrorCode : uint8_t {
  invalid_argument = 1,  // the peer's input is wrong; sending it again cannot help
  not_found = 2,
  already_exists = 3,  // conflicts with what is there
  refused = 4,         // well-formed, but not allowed
  unavailable = 5,     // try again later
  timed_out = 6,
  exhausted = 7,  // a limit was reached
  corrupt = 8,    // stored bytes are not what was stored
  internal = 9,
};

std::string_view name_of(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string reason;             // stable, snake_case, a key of the catalogue: "title_too_long"
  std::string field;              // "parts[0].title", a file position, or empty
  std::vector<std::string> args;  // fill {0}, {1} … of the sentence; never secrets

  friend bool operator==(const Error&, const Error&) = default;
};

// For logs and developers: "invalid_argument title_too_long field=title [41, 32]".
std::string describe(const Error& error);

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code,
                                  std::string reason,
                                  std::string field = {},
                                  std::vector<std::string> args = {}) {
  return tl::unexpected<Error>(Error{code, std::move(reason), std::move(field), std::move(args)});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

namespace detail {
template <class T>
T take(Result<T>& result) {
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}
}  // namespace detail

}  // namespace gulou

// Takes the value out of a Result, or returns its Error from the enclosing function.
#define TRY(expression)                                     \
  __extension__({                                           \
    auto try_result_ = (expression);                        \
    if (!try_result_) {                                     \
      return ::gulou::fail(std::move(try_result_.error())); \
    }                                                       \
    ::gulou::detail::take(try_result_);                     \
  })
