// broker_certificate: with which certificate the broker of this home answers over HTTPS. The CLI
// trusts that one for what it is, since a county's certificate is often signed by nobody this
// machine knows. Main thread.
#pragma once

#include <string>

namespace gulou::cli {

// The chain of certificates the broker of this home shows, which is trusted for what it is; empty:
// it has none, or there is no home here.
std::string broker_certificate(const std::string& home);

}  // namespace gulou::cli
