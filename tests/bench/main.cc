// gulou-bench: how fast the broker is on this machine, as ratios to what the machine itself can do.
#include "tests/bench/figures.h"
#include "tests/bench/limits.h"
#include "tests/bench/material.h"
#include "tests/bench/serve.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace gulou::bench {

void measure_limits(const Options& options, Book& book) {
  const Bodies bodies(options.body_bytes);
  const size_t bytes = bodies.json_bytes();
  book.add(limit_append_sync(options));
  book.add(limit_put_sync(options, bytes));
  book.add(limit_batch_sync(options, bytes));
  book.add(limit_fan(options, 64, bytes));
  book.add(limit_fan(options, 512, bytes));
  book.add(limit_stream(options, bytes));
  book.add(limit_paced(options, 64, bytes));
}

namespace {

struct Group {
  const char* name;
  void (*measure)(const Options&, Book&);
};

constexpr Group groups[] = {{"limits", measure_limits},
                            {"ingest", measure_ingest},
                            {"approvals", measure_approvals},
                            {"fanout", measure_fanout},
                            {"paced", measure_paced},
                            {"catchup", measure_catchup},
                            {"store", measure_store},
                            {"fleet", measure_fleet},
                            {"site", measure_site}};

constexpr double quick_scale = 0.2;

int usage() {
  std::fprintf(
      stderr,
      "usage: gulou-bench all|limits|ingest|approvals|fanout|paced|catchup|store|fleet|site ...\n"
      "  --quick       a fifth of times and counts\n"
      "  --smoke       hardly anything: does each figure come?\n"
      "  --size N      bytes of a release's text (4096); 11/4 of it where larger ones are "
      "measured\n"
      "  --repeat N    everything N times; the table shows medians\n"
      "  --profile DIR perf(1) records the broker while it is measured\n"
      "  --dir DIR     where homes are made: on the disk to be measured (here)\n");
  return 2;
}

bool asked(const Options& options, const char* name) {
  return std::any_of(options.figures.begin(), options.figures.end(), [&](const std::string& one) {
    return one == "all" || one == name;
  });
}

int run(const std::vector<std::string>& words) {
  Options options;
  options.dir = std::filesystem::current_path().string();
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool has_value = i + 1 < words.size();
    if (word == "--quick" || word == "--smoke") {
      options.scale = word == "--quick" ? quick_scale : Options::smoke_scale;
    } else if (word == "--size" && has_value) {
      options.body_bytes = std::strtoull(words[++i].c_str(), nullptr, 10);
    } else if (word == "--repeat" && has_value) {
      options.repeat = std::strtoull(words[++i].c_str(), nullptr, 10);
    } else if (word == "--dir" && has_value) {
      options.dir = words[++i];
    } else if (word == "--profile" && has_value) {
      options.profile_dir = words[++i];
    } else if (word == "all" ||
               std::any_of(std::begin(groups), std::end(groups), [&](const Group& group) {
                 return word == group.name;
               })) {
      options.figures.push_back(word);
    } else {
      return usage();
    }
  }
  if (options.figures.empty() || options.body_bytes < 64 || options.body_bytes > 256 * 1024 ||
      options.repeat == 0) {
    return usage();
  }
  Book book;
  for (size_t i = 0; i < options.repeat; ++i) {
    for (const Group& group : groups) {
      if (asked(options, group.name)) {
        group.measure(options, book);
      }
    }
  }
  book.print_table();
  return 0;
}

}  // namespace
}  // namespace gulou::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if ((words.size() == 4 || words.size() == 5) && words[0] == "serve") {
    const auto policy = gulou::bench::policy_of(words.size() == 5 ? words[4] : "none");
    return gulou::bench::serve_broker(words[1], std::stoull(words[2]), std::stoi(words[3]), policy);
  }
  if (words.size() == 4 && words[0] == "serve-fleet") {
    return gulou::bench::serve_fleet(words[1], std::stoull(words[2]), words[3]);
  }
  if (!words.empty() && words[0] == "serve-devices") {
    return gulou::bench::serve_devices({words.begin() + 1, words.end()});
  }
  if (!words.empty() && words[0] == "serve-bare") {
    return gulou::bench::serve_bare({words.begin() + 1, words.end()});
  }
  return gulou::bench::run(words);
}
