#include "broker/cli/nouns.h"

#include <utility>
#include <vector>

namespace gulou::cli {

Exit ask_board(const Shell& shell, const BoardQuestion& question) {
  std::vector<std::string> words{question.verb, "--home", shell.home};
  words.insert(words.end(), {"--lang", shell.language == Language::en ? "en" : "zh"});
  for (const auto& [name, value] : {std::pair("--area", &question.area),
                                    std::pair("--board", &question.board),
                                    std::pair("--out", &question.out)}) {
    if (!value->empty()) {
      words.insert(words.end(), {name, *value});
    }
  }
  if (shell.json) {
    words.insert(words.end(), {"--json", "yes"});
  }
  return run_beside(shell, "gulou-board", words);
}

}  // namespace gulou::cli
