// The shell puts devices on the network, one or all behind a gateway: one thread for links, stores
// and pictures. Each connects after a random wait, so that a county whose power comes back does not
// come all at once.
#pragma once

#include "adapters/screen/device.h"
#include "adapters/screen/device_files.h"
#include "adapters/screen/glass.h"
#include "common/base/mailbox.h"
#include "common/net/context.h"
#include "common/net/dealer.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gulou {

// One device: where its broker is, what it keeps. What is named here outlives serving.
struct DeviceSeat {
  DeviceOptions device;
  ScreenStore& store;
  DeviceClock& clock;
  Mailbox<Seq>& shown;      // entries a page has drawn
  std::vector<Seq> marked;  // those drawn before the start
  Glass& glass;             // hears of the display lease
  std::string endpoint;
  std::string server_key;
  net::KeyPair keys;
  std::string dir;                // of the store
  bool touch = false;             // PDFs too
  int64_t spread_ms = 0;          // the first connection comes within
  std::function<void()> changed;  // the store has
};

// The device listener's side of a link: long handshakes, rare heartbeats.
net::DealerOptions device_link(const std::string& endpoint,
                               const std::string& server_key,
                               const net::KeyPair& keys);

// Serves all of them until stop_fd is readable; returns the process's exit code.
int serve_devices(std::vector<DeviceSeat> seats, const net::Context& context, int stop_fd);

}  // namespace gulou
