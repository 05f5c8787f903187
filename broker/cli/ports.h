// Which TCP ports of this machine are free: `gulou init` chooses them, `gulou doctor` asks again.
// An answer is about now; another program may take the port a moment later, and the broker then
// says so. Any thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>

namespace gulou::cli {

// On 127.0.0.1.
bool is_port_free(uint16_t port);
// One that no outgoing connection is given, where there is any. Error: socket_failed.
Result<uint16_t> find_free_port();

}  // namespace gulou::cli
