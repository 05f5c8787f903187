// How long a text is, as people and platforms count it: a channel's limits are in characters of its
// own kind, and official text is never cut to fit, so the count has to be the platform's. Called
// where releases are checked against channels. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace gulou {

// Characters (code points); combining marks and variation selectors, which nobody sees as
// characters of their own, count nothing. A byte that is not UTF-8 counts one.
size_t count_characters(std::string_view text);

// Weibo's rule: a Chinese character counts one, two ASCII characters count one, rounded up.
size_t count_weibo(std::string_view text);

}  // namespace gulou
