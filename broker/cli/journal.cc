#include "broker/cli/nouns.h"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace gulou::cli {

// The broker beside this binary, so that both are of one version; else the one on the path.
Exit journal(const Shell& shell, const std::string& verb) {
  const size_t slash = shell.program.rfind('/');
  const std::string beside = slash == std::string::npos
                                 ? "gulou-broker"
                                 : shell.program.substr(0, slash) + "/gulou-broker";
  const char* const arguments[] = {
      "gulou-broker", "--home", shell.home.c_str(), "journal", verb.c_str(), nullptr};
  // exec takes arguments as not const and leaves them alone.
  char* const* const argv = const_cast<char* const*>(arguments);
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
