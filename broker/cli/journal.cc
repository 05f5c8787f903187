#include "broker/cli/nouns.h"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace gulou::cli {

// The program beside this binary, so that both are of one version; else the one on the path.
Exit run_beside(const Shell& shell,
                const std::string& program,
                const std::vector<std::string>& words) {
  const size_t slash = shell.program.rfind('/');
  const std::string beside =
      slash == std::string::npos ? program : shell.program.substr(0, slash) + "/" + program;
  std::vector<const char*> arguments{program.c_str()};
  for (const std::string& one : words) {
    arguments.push_back(one.c_str());
  }
  arguments.push_back(nullptr);
  // exec takes arguments as not const and leaves them alone.
  char* const* const argv = const_cast<char* const*>(arguments.data());
  ::execv(beside.c_str(), argv);
  ::execvp(program.c_str(), argv);
  return shell.fail({ErrorCode::not_found,
                     "broker_program_missing",
                     {},
                     {beside, std::generic_category().message(errno)}});
}

Exit run_broker(const Shell& shell, const std::vector<std::string>& words) {
  std::vector<std::string> all{"--home", shell.home};
  all.insert(all.end(), words.begin(), words.end());
  return run_beside(shell, "gulou-broker", all);
}

Exit check_adapter(const Shell& shell, const AdapterCheck& check) {
  std::vector<std::string> words{"--language", shell.language == Language::en ? "en" : "zh"};
  if (!check.look.empty()) {
    words.insert(words.end(), {"--look", check.look});
  }
  if (check.seconds > 0) {
    words.insert(words.end(), {"--seconds", std::to_string(check.seconds)});
  }
  words.emplace_back("--");
  words.insert(words.end(), check.command.begin(), check.command.end());
  return run_beside(shell, "gulou-adapter-check", words);
}

Exit version(const Shell& shell) {
  shell.json ? shell.print_json("{\"version\":\"" GULOU_VERSION "\"}")
             : shell.print("gulou " GULOU_VERSION);
  return Exit::done;
}

}  // namespace gulou::cli
