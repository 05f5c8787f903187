#include "broker/cli/nouns.h"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace gulou::cli {

// The broker beside this binary, so that both are of one version; else the one on the path.
Exit run_broker(const Shell& shell, const std::vector<std::string>& words) {
  const size_t slash = shell.program.rfind('/');
  const std::string beside = slash == std::string::npos
                                 ? "gulou-broker"
                                 : shell.program.substr(0, slash) + "/gulou-broker";
  std::vector<const char*> arguments{"gulou-broker", "--home", shell.home.c_str()};
  for (const std::string& one : words) {
    arguments.push_back(one.c_str());
  }
  arguments.push_back(nullptr);
  // exec takes arguments as not const and leaves them alone.
  char* const* const argv = const_cast<char* const*>(arguments.data());
  ::execv(beside.c_str(), argv);
  ::execvp("gulou-broker", argv);
  return shell.fail({ErrorCode::not_found,
                     "broker_program_missing",
                     {},
                     {beside, std::generic_category().message(errno)}});
}

Exit version(const Shell& shell) {
  shell.json ? shell.print_json("{\"version\":\"" GULOU_VERSION "\"}")
             : shell.print("gulou " GULOU_VERSION);
  return Exit::done;
}

}  // namespace gulou::cli
