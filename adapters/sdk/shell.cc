#include "adapters/sdk/shell.h"

#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/base/mailbox.h"
#include "common/base/service.h"
#include "common/crypto/digest.h"
#include "common/net/dealer.h"
#include "common/net/poller.h"
#include "common/wire/codec.h"

#include <algorithm>
#include <thread>
#include <variant>

namespace gulou::sdk {
namespace {

struct ProgressAsk {
  uint8_t part = 0;
  std::string platform_id;
};

struct BlobAsk {
  Digest digest;
  uint64_t offset = 0;
  uint32_t length = 0;
};

struct BlobReply {
  Digest digest;
  uint64_t offset = 0;
  std::string bytes;
};

using FromCall = std::variant<Report, ProgressAsk, BlobAsk>;
using ToCall = std::variant<Status, Result<BlobReply>>;

// The call thread's side of Helper: asks the link thread and waits, at most as long as a call may
// take.
class MailboxHelper final : public Helper {
 public:
  MailboxHelper(Mailbox<FromCall>& asks, Mailbox<ToCall>& replies, int64_t wait_ms)
      : asks_(asks), replies_(replies), wait_ms_(wait_ms) {}

  Status progress(uint8_t part, std::string_view platform_id) override {
    const ToCall reply = TRY(ask(ProgressAsk{part, std::string(platform_id)}));
    const auto* status = std::get_if<Status>(&reply);
    return status != nullptr ? *status : Status(fail(ErrorCode::internal, "reply_unexpected"));
  }

  Status read_blob(const Digest& digest,
                   uint64_t size_bytes,
                   const std::function<Status(std::string_view)>& sink) override {
    Sha256 hash;
    uint64_t offset = 0;
    while (offset < size_bytes) {
      const auto length =
          static_cast<uint32_t>(std::min<uint64_t>(limits::blob_chunk_bytes, size_bytes - offset));
      const ToCall reply = TRY(ask(BlobAsk{digest, offset, length}));
      const auto* piece = std::get_if<Result<BlobReply>>(&reply);
      if (piece == nullptr || (*piece && ((*piece)->digest != digest ||
                                          (*piece)->offset != offset || (*piece)->bytes.empty()))) {
        return fail(ErrorCode::internal, "reply_unexpected");
      }
      if (!*piece) {
        return fail((*piece).error());
      }
      hash.update((*piece)->bytes);
      TRY(sink((*piece)->bytes));
      offset += (*piece)->bytes.size();
    }
    if (hash.finish() != digest) {
      return fail(ErrorCode::corrupt, "blob_digest_differs", "digest", {to_hex(digest)});
    }
    return {};
  }

 private:
  Result<ToCall> ask(FromCall question) {
    replies_.take(SIZE_MAX);  // of a question given up before
    if (!asks_.send(std::move(question))) {
      return fail(ErrorCode::unavailable, "adapter_stopping");
    }
    auto replies = replies_.receive(1, std::chrono::milliseconds(wait_ms_));
    if (replies.empty()) {
      return fail(ErrorCode::timed_out, "broker_silent");
    }
    return std::move(replies.front());
  }

  Mailbox<FromCall>& asks_;
  Mailbox<ToCall>& replies_;
  int64_t wait_ms_;
};

Report carry_out(ChannelAdapter& adapter, const Call& call, Helper& helper) {
  switch (call.kind) {
    case CallKind::find:
      return adapter.find(call.delivery, helper);
    case CallKind::publish:
      return adapter.publish(call.delivery, helper);
    case CallKind::update:
      return adapter.update(call.delivery, helper);
    case CallKind::withdraw:
      return adapter.withdraw(call.delivery, helper);
  }
  return content("call_unknown", {});
}

class Shell {
 public:
  Shell(ChannelAdapter& adapter, const ShellOptions& options, net::DealerSocket socket)
      : options_(options),
        runner_(options.runner),
        socket_(std::move(socket)),
        helper_(asks_, replies_, options.runner.call_ms_max),
        call_thread_([this, &adapter] { call_loop(adapter); }) {}

  ~Shell() {
    calls_.close();
    asks_.close();
    replies_.close();
    call_thread_.join();
  }

  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  Shell(Shell&&) = delete;
  Shell& operator=(Shell&&) = delete;

  int run(int stop_fd) {
    net::Poller poller;
    poller.add(socket_.socket());
    poller.add(asks_.fd());
    const size_t stop = poller.add(stop_fd);
    if (options_.callbacks != nullptr) {
      poller.add(options_.callbacks->box().fd());
    }
    while (true) {
      static_cast<void>(poller.wait(wait_time()));
      const Now now = read_clocks();
      stopping_ = stopping_ || poller.readable(stop);
      receive(now);
      follow_link(now);
      answer_call(now);
      take_callbacks();
      runner_.on_time(now);
      if (options_.turn) {
        options_.turn({now, runner_.take_confirmed(), runner_.clock_ahead_ms()});
      }
      if (stopping_ && !calling_) {
        flush();
        send({0, wire::Goodbye{"adapter_stopping"}});
        return 0;
      }
      if (!stopping_) {
        start_call(now);
      }
      flush();
      notify_alive();
    }
  }

 private:
  std::chrono::milliseconds wait_time() const {
    int64_t wait = 1000;
    if (const auto deadline = runner_.next_deadline()) {
      wait = std::clamp<int64_t>(deadline->ms - read_clocks().mono.ms, 0, wait);
    }
    return std::chrono::milliseconds(wait);
  }

  void receive(Now now) {
    while (auto incoming = socket_.receive()) {
      heard_ = now.mono;
      const auto message = wire::decode(incoming->views());
      if (!message) {
        log::warn("message.malformed", {{"error", describe(message.error())}});
        continue;
      }
      if (const auto* piece = std::get_if<wire::BlobPart>(&message->body)) {
        static_cast<void>(replies_.try_send(
            Result<BlobReply>(BlobReply{piece->digest, piece->offset, std::string(piece->bytes)})));
        continue;
      }
      const auto* error = std::get_if<wire::ErrorMessage>(&message->body);
      if (error != nullptr) {
        log::warn("broker.error", {{"error", describe(error->error)}});
        if (message->correlation != 0 && message->correlation == blob_correlation_) {
          static_cast<void>(replies_.try_send(Result<BlobReply>(fail(error->error))));
          continue;
        }
      }
      runner_.on_message(*message, now);
    }
  }

  // HELLO whenever the link came up; a new socket when the broker is silent or refused us.
  void follow_link(Now now) {
    const net::Link& link = socket_.link();
    if (link.connected && !connected_) {
      connected_ = true;
      heard_ = now.mono;
      log::info("broker.connected", {{"endpoint", options_.endpoint}});
      runner_.on_connected(now);
    } else if (!link.connected && connected_) {
      connected_ = false;
      log::warn("broker.lost", {{"endpoint", options_.endpoint}});
      runner_.on_disconnected();
    }
    if (runner_.welcomed()) {
      retry_ms_ = limits::adapter_retry_ms_first;
    }
    const bool silent = connected_ && now.mono.ms - heard_.ms > limits::session_silence_ms_max;
    const bool refused =
        connected_ && (!runner_.goodbye().empty() || runner_.refusal().has_value());
    if ((silent || refused || link.dead) && now.mono >= reopen_at_) {
      if (refused && runner_.refusal()) {
        log::error("broker.refused", {{"error", describe(*runner_.refusal())}});
      }
      if (link.dead) {
        log::error("broker.key_refused", {{"endpoint", options_.endpoint}});
      }
      runner_.on_disconnected();
      connected_ = false;
      if (auto status = socket_.reopen(); !status) {
        log::error("broker.reopen_failed", {{"error", describe(status.error())}});
      }
      reopen_at_ = {now.mono.ms + retry_ms_};
      retry_ms_ = std::min(2 * retry_ms_, limits::adapter_retry_ms_max);
    }
  }

  void answer_call(Now now) {
    for (FromCall& from : asks_.take(SIZE_MAX)) {
      if (auto* report = std::get_if<Report>(&from)) {
        calling_ = false;
        runner_.on_result(std::move(*report), now);
      } else if (auto* progress = std::get_if<ProgressAsk>(&from)) {
        runner_.on_progress(progress->part, std::move(progress->platform_id), now);
      } else {
        const auto& blob = std::get<BlobAsk>(from);
        send({++blob_correlation_, wire::BlobGet{blob.digest, blob.offset, blob.length}});
      }
    }
    if (auto answer = runner_.take_progress_answer()) {
      static_cast<void>(replies_.try_send(std::move(*answer)));
    }
  }

  void take_callbacks() {
    if (options_.callbacks == nullptr) {
      return;
    }
    for (std::string& platform_id : options_.callbacks->box().take(SIZE_MAX)) {
      log::info("platform.called_back", {{"platform_id", platform_id}});
      runner_.on_called_back(std::move(platform_id));
    }
  }

  void start_call(Now now) {
    if (calling_) {
      return;
    }
    if (auto call = runner_.take_call(now)) {
      calling_ = true;
      static_cast<void>(calls_.send(std::move(*call)));
    }
  }

  void flush() {
    for (const wire::Message& message : runner_.take_sends()) {
      send(message);
    }
  }

  void send(const wire::Message& message) {
    const wire::Encoded encoded = wire::encode(message);
    std::vector<net::OutFrame> frames;
    for (const std::string_view frame : encoded.frames()) {
      frames.emplace_back(std::string(frame));
    }
    if (socket_.send(frames) != net::SendOutcome::sent && connected_) {
      log::warn("message.unsent", {{"verb", wire::verb_of(message.body)}});
    }
  }

  void call_loop(ChannelAdapter& adapter) {
    while (true) {
      auto calls = calls_.receive(1, std::chrono::milliseconds(1000));
      if (calls.empty() && calls_.closed()) {
        return;
      }
      for (const Call& call : calls) {
        if (!asks_.send(carry_out(adapter, call, helper_))) {
          return;
        }
      }
    }
  }

  const ShellOptions& options_;
  Runner runner_;
  net::DealerSocket socket_;
  Mailbox<Call> calls_{1};
  Mailbox<FromCall> asks_{4};
  Mailbox<ToCall> replies_{4};
  MailboxHelper helper_;
  bool connected_ = false;
  bool calling_ = false;
  bool stopping_ = false;
  Mono heard_;
  Mono reopen_at_;
  int64_t retry_ms_ = limits::adapter_retry_ms_first;
  uint64_t blob_correlation_ = 0;
  std::thread call_thread_;
};

}  // namespace

int serve(ChannelAdapter& adapter,
          const ShellOptions& options,
          const net::Context& context,
          int stop_fd) {
  auto socket = net::DealerSocket::open(
      context, {options.endpoint, options.server_public_key, options.keys, {}});
  if (!socket) {
    log::error("adapter.socket_failed", {{"error", describe(socket.error())}});
    return 1;
  }
  Shell shell(adapter, options, std::move(*socket));
  notify_ready();
  return shell.run(stop_fd);
}

}  // namespace gulou::sdk
