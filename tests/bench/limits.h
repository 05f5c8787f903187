// What this machine can do at all, measured in the same run as the figures that are held against
// it. The names are those of the JSON lines.
#pragma once

#include "tests/bench/figure.h"
#include "tests/bench/options.h"

#include <string>

namespace gulou::bench {

// ---- disk
// append + fdatasync of 4 KiB.
Figure limit_append_sync(const Options& options);
// One put of `bytes`, synced.
Figure limit_put_sync(const Options& options, size_t bytes);
// 64 releases of `bytes` in one synced batch, each looked up by id before.
Figure limit_batch_sync(const Options& options, size_t bytes);

// ---- ZeroMQ with CURVE, two processes
// A message to each of `peers` and an acknowledgement of each, 32 on the way to each peer.
Figure limit_fan(const Options& options, size_t peers, size_t bytes);
// One message to each of so many peers and an acknowledgement of each: seconds until the last. At
// most 9,000, which is what descriptors of one process allow.
Figure limit_fleet(const Options& options, size_t peers, size_t bytes);
// One way to one peer.
Figure limit_stream(const Options& options, size_t bytes);
// 20 messages a second to a process that passes them on to `peers`: sent → received.
Figure limit_paced(const Options& options, size_t peers, size_t bytes);

}  // namespace gulou::bench
