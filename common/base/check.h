// CHECK states an invariant of our own code. It is on in every build: a broken invariant stops the
// process before it can become a wrong answer. Never for input of peers (that is an Error).
#pragma once

namespace gulou {

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace gulou

#define CHECK(condition)                                     \
  do {                                                       \
    if (!(condition)) [[unlikely]] {                         \
      ::gulou::check_failed(#condition, __FILE__, __LINE__); \
    }                                                        \
  } while (false)
