// The certificate of this home's broker. Main thread.
#pragma once

#include <string>

namespace gulou::cli {

// The chain of certificates the broker of this home shows, which is trusted for what it is; empty:
// it has none, or there is no home here.
std::string broker_certificate(const std::string& home);

}  // namespace gulou::cli
