// The shell puts a Device on the network: one thread for link, store and pictures. It connects
// after a random wait, so that a county whose power comes back does not come all at once.
#pragma once

#include "adapters/screen/device.h"
#include "adapters/screen/device_files.h"
#include "common/base/mailbox.h"
#include "common/net/context.h"
#include "common/net/dealer.h"

#include <cstdint>
#include <functional>
#include <string>

namespace gulou {

struct DeviceShellOptions {
  std::string endpoint;
  std::string server_key;
  net::KeyPair keys;
  std::string dir;        // of the store
  bool touch = false;     // PDFs too
  int64_t spread_ms = 0;  // the first connection comes within
};

// The device listener's side of a link: long handshakes, rare heartbeats.
net::DealerOptions device_link(const std::string& endpoint,
                               const std::string& server_key,
                               const net::KeyPair& keys);

// Serves until stop_fd is readable; returns the process's exit code. shown: entries a page has
// drawn. changed: the store has.
int serve_device(DeviceOptions device,
                 ScreenStore& store,
                 DeviceClock& clock,
                 Mailbox<Seq>& shown,
                 const DeviceShellOptions& options,
                 const net::Context& context,
                 const std::function<void()>& changed,
                 int stop_fd);

}  // namespace gulou
