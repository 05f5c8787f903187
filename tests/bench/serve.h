// The hidden halves of gulou-bench: what the measured processes run. Each is started by child.h as
// a process of its own, on the machine's other core, says on standard output when it is ready, and
// ends when its standard input closes.
#pragma once

#include "tests/bench/material.h"

#include <string>
#include <vector>

namespace gulou::bench {

// A whole broker on `home`, made of the parts gulou-broker is made of. Says
// "ready <publisher endpoint> <adapter endpoint>"; ends when standard input closes.
int serve_broker(const std::string& home, size_t adapters, int io_threads, Policy policy);

// The same with one fleet and so many devices enrolled, whose keys stand behind the publisher's.
// Says "ready <publisher endpoint> <device endpoint>".
int serve_fleet(const std::string& home, size_t devices, const std::string& endpoint);

// home endpoint first count: devices of it. Says "welcomed <seconds>" and "settled <seconds>" when
// all are; a line of standard input: the broker is a new one.
int serve_devices(const std::vector<std::string>& arguments);

// A bare ROUTER with CURVE: fan, stream or relay. Says "ready <endpoint>", "met" when all peers are
// there, and "took <seconds>" at the end.
int serve_bare(const std::vector<std::string>& arguments);

}  // namespace gulou::bench
