// The shell puts a Runner and a ChannelAdapter on the network: one thread for the link, one for the
// adapter's calls, mailboxes between them. An adapter's main() makes its adapter and calls serve().
#pragma once

#include "adapters/sdk/adapter.h"
#include "adapters/sdk/callbacks.h"
#include "adapters/sdk/runner.h"
#include "common/base/time.h"
#include "common/net/context.h"
#include "common/net/keys.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace gulou::sdk {

// A turn of the link's thread. At least one a second.
struct LinkTurn {
  Now now;
  std::optional<Mono> confirmed;          // Runner::take_confirmed()
  std::optional<int64_t> clock_ahead_ms;  // of the broker's clock
};

struct ShellOptions {
  RunnerOptions runner;
  std::string endpoint;                       // of the broker's adapter listener
  std::string server_public_key;              // Z85
  net::KeyPair keys;                          // of this instance alone
  Callbacks* callbacks = nullptr;             // of a platform that calls back; outlives serve()
  std::function<void(const LinkTurn&)> turn;  // on the link's thread; empty: nobody asks
};

// Serves until stop_fd is readable: the call under way is finished and reported, then GOODBYE.
// Returns the process's exit code; a refusal of the broker is logged and tried again every 30 s,
// since a person may correct the configuration meanwhile.
int serve(ChannelAdapter& adapter,
          const ShellOptions& options,
          const net::Context& context,
          int stop_fd);

}  // namespace gulou::sdk
