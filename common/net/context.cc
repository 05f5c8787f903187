#include "common/net/context.h"

#include "common/base/check.h"

#include <utility>

#include <zmq.h>

namespace gulou::net {

Result<Context> Context::open(int io_threads) {
  if (zmq_has("curve") != 1) {
    return fail(ErrorCode::unavailable, "curve_missing");
  }
  void* handle = zmq_ctx_new();
  CHECK(handle != nullptr);
  CHECK(zmq_ctx_set(handle, ZMQ_IO_THREADS, io_threads) == 0);
  return Context(handle);
}

Context::Context(Context&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Context& Context::operator=(Context&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

Context::~Context() {
  if (handle_ != nullptr) {
    while (zmq_ctx_term(handle_) != 0 && zmq_errno() == EINTR) {
    }
  }
}

}  // namespace gulou::net
