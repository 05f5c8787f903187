// Reading the QR codes of signed sheets beside the running broker: the process's matter
// (broker/app), which this room knows as a function; empty where a test has none.
#pragma once

#include "broker/facts/facts.h"

#include <functional>
#include <vector>

namespace gulou {

// done is called later, on another thread, with every scan asked for. False: too many wait.
using ReadScans =
    std::function<bool(std::vector<Digest> scans, std::function<void(ScansRead)> done)>;

}  // namespace gulou
