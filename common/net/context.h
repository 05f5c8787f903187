// Context owns ZeroMQ's I/O threads. Exactly one per process (two with CURVE may crash, libzmq
// #4242). Owned by main; outlives every socket made from it. Making sockets from it is safe on any
// thread; a socket then belongs to one thread at a time.
#pragma once

#include "common/base/result.h"

namespace gulou::net {

class Context {
 public:
  // One I/O thread carries about 50,000 encrypted messages a second. Errors: curve_missing.
  static Result<Context> open(int io_threads);

  Context(Context&& other) noexcept;
  Context& operator=(Context&& other) noexcept;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  // Waits until all sockets are closed.
  ~Context();

  void* handle() const { return handle_; }

 private:
  explicit Context(void* handle) : handle_(handle) {}

  void* handle_;
};

}  // namespace gulou::net
