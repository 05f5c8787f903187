// `gulou withdraw`: shows what will happen at each place, asks once, then follows live until each
// place is confirmed or waits for a person. Ending it early ends nothing: the broker goes on. Main
// thread.
#pragma once

#include "broker/cli/shell.h"

#include <string>
#include <vector>

namespace gulou::cli {

struct WithdrawOptions {
  std::vector<std::string> selectors;
  std::string kind;
  std::string reason;
  std::string public_note;
  std::string successor;
  bool yes = false;
  bool detach = false;  // do not follow
};

Exit withdraw(const Shell& shell, const WithdrawOptions& options);

}  // namespace gulou::cli
