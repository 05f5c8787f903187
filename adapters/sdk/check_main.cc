// gulou-adapter-check: the conformance test as a program; `gulou adapter check` runs it.
//   gulou-adapter-check [--language zh|en] [--look COMMAND] [--seconds N] -- COMMAND [WORD]...
#include "adapters/sdk/conformance.h"
#include "common/text/catalogue.h"
#include "common/text/language.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {
namespace {

void print(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

// "check_no_report" or "check_seen_more VALUE" as a sentence.
std::string in_words(Language language, const std::string& broken) {
  const size_t blank = std::min(broken.find(' '), broken.size());
  const std::vector<std::string> values{blank < broken.size() ? broken.substr(blank + 1)
                                                              : std::string()};
  return sentence(language, broken.substr(0, blank), {}, values);
}

void print_finding(Language language, const sdk::Finding& finding) {
  print((finding.broken.empty() ? "✓ " : "✗ ") +
        sentence(language, "check_" + finding.rule, {}, {}));
  for (const std::string& broken : finding.broken) {
    print("    " + in_words(language, broken));
  }
}

int run_check(const std::vector<std::string>& words) {
  constexpr int usage = 2;
  sdk::ConformanceOptions options;
  Language language = Language::zh;
  size_t at = 0;
  for (; at + 1 < words.size() && words[at] != "--"; at += 2) {
    const std::string& value = words[at + 1];
    if (words[at] == "--look") {
      options.look = value;
    } else if (words[at] == "--language") {
      language = value == "en" ? Language::en : Language::zh;
    } else if (words[at] == "--seconds") {
      constexpr int64_t second_ms = 1000;
      int64_t seconds = 0;
      std::from_chars(value.data(), value.data() + value.size(), seconds);
      options.answer_ms_max = std::max<int64_t>(seconds, 1) * second_ms;
    } else {
      break;
    }
  }
  if (at + 1 >= words.size() || words[at] != "--") {
    std::fputs("gulou-adapter-check [--look COMMAND] [--seconds N] -- COMMAND [WORD]...\n", stderr);
    return usage;
  }
  options.command.assign(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  const auto kept = sdk::check_conformance(
      options, [language](const sdk::Finding& finding) { print_finding(language, finding); });
  if (!kept) {
    print(sentence(language, kept.error().reason, kept.error().field, kept.error().args));
    return 1;
  }
  print(sentence(language, *kept ? "check_kept" : "check_broken", {}, {}));
  return *kept ? 0 : 1;
}

}  // namespace
}  // namespace gulou

int main(int argc, char** argv) {
  return gulou::run_check({argv + 1, argv + argc});
}
