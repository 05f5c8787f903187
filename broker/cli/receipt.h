// Receipts held against what the broker has, and what to do when it has lost something. Main
// thread.
#pragma once

#include "broker/cli/shell.h"

#include <string>

namespace gulou::cli {

// file: a receipt as JSON, or "-" for standard input. Known, or what is wrong about it.
Exit check_receipt(const Shell& shell, const std::string& file);

struct LossAcceptance {
  std::string reason;
  bool yes = false;  // without it: says what it would do
};

Exit accept_loss(const Shell& shell, const LossAcceptance& acceptance);

}  // namespace gulou::cli
