// cases_test [--update] DIR: runs every .case file of DIR; says where output differs from what
// stands there, or with --update writes it.
#include "tests/cases/script.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gulou::test {
namespace {

struct Block {
  std::string input;  // as written, comments and all
  std::vector<Command> commands;
  std::string expected;
};

Line parse_line(const std::string& text) {
  Line line;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      line.words.push_back(word);
    } else {
      line.named.emplace(word.substr(0, equals), word.substr(equals + 1));
    }
  }
  return line;
}

void add_input(Block& block, const std::string& text) {
  block.input += text + "\n";
  if (text.empty() || text[0] == '#') {
    return;
  }
  if (text[0] == ' ' && !block.commands.empty()) {
    block.commands.back().below.push_back(parse_line(text));
  } else {
    block.commands.push_back({parse_line(text), {}});
  }
}

// Commands up to "----", expected output up to an empty line.
std::vector<Block> parse(const std::string& file) {
  std::vector<Block> blocks(1);
  bool in_output = false;
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (in_output && line.empty()) {
      blocks.emplace_back();
      in_output = false;
    } else if (in_output) {
      blocks.back().expected += line + "\n";
    } else if (line == "----") {
      in_output = true;
    } else {
      add_input(blocks.back(), line);
    }
  }
  if (blocks.back().commands.empty()) {
    blocks.pop_back();
  }
  return blocks;
}

using Fired = std::set<std::pair<DeliveryState, Trigger>>;

// Rows of the transition table that no case tells about.
size_t print_untold(const Fired& fired) {
  size_t untold = 0;
  for (const Transition& row : transitions) {
    if (!fired.contains({row.from, row.trigger})) {
      std::printf("no case for: %s, %s\n",
                  std::string(name_of(row.from)).c_str(),
                  std::string(name_of(row.trigger)).c_str());
      ++untold;
    }
  }
  return untold;
}

// True when the output is as written.
bool run_file(const std::filesystem::path& path, bool update, Fired& fired) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  Script script;
  std::string written;
  bool same = text.str().starts_with("#");
  if (!same) {
    std::printf("%s: no comment that tells the scenario\n", path.c_str());
  }
  for (const Block& block : parse(text.str())) {
    const std::string output = script.run(block.commands);
    if (output != block.expected && !update) {
      std::printf("%s: after\n%sexpected\n%sgot\n%s\n",
                  path.c_str(),
                  block.input.c_str(),
                  block.expected.c_str(),
                  output.c_str());
      same = false;
    }
    written += (written.empty() ? "" : "\n") + block.input + "----\n" + output;
  }
  const Fired here = script.fired();
  fired.insert(here.begin(), here.end());
  if (update) {
    std::ofstream(path) << written;
  }
  return same;
}

int run(const std::string& directory, bool update) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() == ".case") {
      files.push_back(file.path());
    }
  }
  std::sort(files.begin(), files.end());
  size_t failed = 0;
  Fired fired;
  for (const auto& file : files) {
    failed += run_file(file, update, fired) ? 0U : 1U;
  }
  const size_t untold = print_untold(fired);
  std::printf("%zu cases, %zu differ, %zu of %zu transitions untold\n",
              files.size(),
              failed,
              untold,
              transitions.size());
  return failed == 0 && untold == 0 && !files.empty() ? 0 : 1;
}

}  // namespace
}  // namespace gulou::test

int main(int argc, char** argv) {
  const bool update = argc == 3 && std::string(argv[1]) == "--update";
  if (argc != 2 && !update) {
    std::printf("usage: cases_test [--update] DIR\n");
    return 2;
  }
  return gulou::test::run(argv[argc - 1], update);
}
