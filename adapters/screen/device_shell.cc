#include "adapters/screen/device_shell.h"

#include "adapters/screen/limits.h"
#include "common/base/fleet_limits.h"
#include "common/base/log.h"
#include "common/base/service.h"
#include "common/crypto/random.h"
#include "common/net/poller.h"
#include "common/wire/codec.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace gulou {
namespace {

constexpr int64_t look_ms = 1'000;
constexpr int64_t picture_wait_ms = 5'000;     // after the broker was busy
constexpr int64_t picture_answer_ms = 30'000;  // then it is asked again
constexpr int64_t silence_ms_max = 3 * limits::device_ping_every_ms;

int64_t at_most(int64_t ms) {
  return ms <= 0 ? 0 : static_cast<int64_t>(random_u64() % static_cast<uint64_t>(ms));
}

class StoreShelf final : public DeviceShelf {
 public:
  StoreShelf(ScreenStore& store, std::string dir) : store_(store), dir_(std::move(dir)) {}

  const ScreenContent& content() const override { return store_.content(); }

  Status apply(ScreenChange change) override { return store_.apply(std::move(change)); }

  LeaseStamp lease() const override { return read_lease(dir_); }

  Status keep(const LeaseStamp& stamp) override { return write_lease(dir_, stamp); }

 private:
  ScreenStore& store_;
  std::string dir_;
};

// Pictures on their way, of all devices of this process: those that share one content do not fetch
// the same one twice.
using Fetched = std::set<Digest>;

// Pictures of what is held, one piece at a time.
class Pictures {
 public:
  Pictures(const ScreenStore& store, std::string dir, bool touch, Fetched& fetched)
      : store_(store), dir_(std::move(dir)), touch_(touch), fetched_(fetched) {}

  // Everybody wants a new picture at once: each device begins at its own time.
  void look(Now now, bool urgent) {
    if (!wanted_) {
      begin_at_ = {now.mono.ms + (urgent ? 0 : at_most(limits::device_connect_ms_max))};
    }
    looked_ = false;
  }

  std::optional<wire::Message> next(Now now) {
    if (now.mono < begin_at_ || (asked_ && now.mono.ms - asked_at_.ms < picture_answer_ms)) {
      return std::nullopt;
    }
    if (!std::exchange(looked_, true)) {
      leave();
      wanted_ = first_lacking();
      if (wanted_) {
        fetched_.insert(wanted_->digest);
      }
    }
    if (!wanted_) {
      return std::nullopt;
    }
    asked_ = true;
    asked_at_ = now.mono;
    const uint64_t offset = partial_blob_bytes(dir_, wanted_->digest);
    const auto length = std::min<uint64_t>(limits::blob_chunk_bytes, wanted_->size_bytes - offset);
    return wire::Message{++correlation_,
                         wire::BlobGet{wanted_->digest, offset, static_cast<uint32_t>(length)}};
  }

  // True: one is whole.
  bool take(const wire::BlobPart& part, Now now) {
    asked_ = false;
    const auto whole = append_partial_blob(dir_, part.digest, part.offset, part.total, part.bytes);
    if (!whole) {
      log::warn("screen.picture_failed", {{"error", describe(whole.error())}});
      begin_at_ = {now.mono.ms + picture_wait_ms + at_most(picture_wait_ms)};
      given_up_.push_back(part.digest);
      disk_full_ = disk_full_ || whole.error().reason == "screen_disk_full";
    }
    looked_ = looked_ && whole && !*whole;
    return whole && *whole;
  }

  bool disk_full() const { return disk_full_; }

  bool is_about(uint64_t correlation) const {
    return correlation != 0 && correlation == correlation_;
  }

  void refused(Now now) {
    asked_ = false;
    begin_at_ = {now.mono.ms + picture_wait_ms + at_most(picture_wait_ms)};
  }

  void on_disconnected() {
    asked_ = false;
    looked_ = !wanted_ && looked_;
    leave();
  }

 private:
  void leave() {
    if (wanted_) {
      fetched_.erase(wanted_->digest);
      wanted_.reset();
    }
  }

  std::optional<Attachment> first_lacking() {
    for (const auto& [publication, item] : store_.content().items) {
      for (const Attachment& one : item.release.attachments) {
        const bool pdf = one.media_type == "application/pdf" && touch_ &&
                         one.size_bytes <= limits::screen_pdf_bytes_max;
        const bool picture = one.media_type.starts_with("image/") &&
                             one.size_bytes <= limits::screen_picture_bytes_max;
        const bool failed =
            std::find(given_up_.begin(), given_up_.end(), one.digest) != given_up_.end();
        if (one.is_private || (!pdf && !picture) || one.size_bytes == 0 || failed ||
            store_.has_blob(one.digest)) {
          continue;
        }
        if (!fetched_.contains(one.digest)) {
          return one;
        }
        looked_ = false;  // another one fetches it: look again
      }
    }
    return std::nullopt;
  }

  const ScreenStore& store_;
  std::string dir_;
  bool touch_;
  bool looked_ = true;
  std::optional<Attachment> wanted_;
  std::vector<Digest> given_up_;  // until the next start
  Fetched& fetched_;
  bool disk_full_ = false;
  bool asked_ = false;
  Mono asked_at_;
  Mono begin_at_;
  uint64_t correlation_ = 0;
};

class Shell {
 public:
  Shell(DeviceSeat seat, const net::Context& context, Fetched& fetched)
      : seat_(std::move(seat)),
        shelf_(seat_.store, seat_.dir),
        device_(seat_.device, shelf_),
        pictures_(seat_.store, seat_.dir, seat_.touch, fetched),
        context_(context),
        begin_at_{read_clocks().mono.ms + at_most(seat_.spread_ms)} {
    for (const Seq seq : seat_.marked) {
      device_.on_shown(seq);  // drawn before the start, and perhaps never said
    }
  }

  // What becomes readable when there is something to do; the link's socket once it is open.
  void add_to(net::Poller& poller) { poller.add(seat_.shown.fd()); }

  Status step(net::Poller& poller, Now now) {
    if (!socket_ && now.mono < begin_at_) {
      step_lease(now);
      return {};
    }
    if (!socket_) {
      socket_ = TRY(net::DealerSocket::open(
          context_, device_link(seat_.endpoint, seat_.server_key, seat_.keys)));
      poller.add(socket_->socket());
      pictures_.look(now, false);
    }
    receive(now);
    follow_link(now);
    for (const Seq seq : seat_.shown.take(limits::screen_items_max)) {
      device_.on_shown(seq);
    }
    step_lease(now);
    if (device_.take_changed()) {
      seat_.changed();
      pictures_.look(now, false);
    }
    ask_picture(now);
    flush();
    seat_.clock.keep(now.utc);
    return {};
  }

  int64_t ms_to_begin(Now now) const {
    return socket_ ? look_ms : std::clamp(begin_at_.ms - now.mono.ms, int64_t{0}, look_ms);
  }

  void leave() {
    if (socket_) {
      send({0, wire::Goodbye{"device_stopping"}});
    }
  }

 private:
  void step_lease(Now now) {
    uint8_t faults = seat_.glass.faults(seat_.clock.now(now.utc));
    if (seat_.clock.is_wrong()) {
      faults |= static_cast<uint8_t>(DeviceFault::clock);
    }
    if (pictures_.disk_full()) {
      faults |= static_cast<uint8_t>(DeviceFault::disk);
    }
    device_.set_faults(faults, now);
    device_.on_time(now, clock_is_synchronised());
    seat_.glass.set_lease(device_.lease());
  }

  void receive(Now now) {
    while (auto incoming = socket_->receive()) {
      heard_ = now.mono;
      const auto message = wire::decode(incoming->views());
      if (!message) {
        log::warn("message.malformed", {{"error", describe(message.error())}});
        continue;
      }
      if (const auto* part = std::get_if<wire::BlobPart>(&message->body)) {
        if (pictures_.take(*part, now)) {
          seat_.changed();
        }
        continue;
      }
      if (const auto* error = std::get_if<wire::ErrorMessage>(&message->body)) {
        log::warn("broker.error", {{"error", describe(error->error)}});
        if (pictures_.is_about(message->correlation)) {
          pictures_.refused(now);
          continue;
        }
      }
      device_.on_message(*message, now);
      if (const auto ahead_ms = device_.clock_ahead_ms(); ahead_ms && device_.welcomed()) {
        seat_.clock.correct(*ahead_ms);
      }
    }
  }

  void follow_link(Now now) {
    const net::Link& link = socket_->link();
    if (link.connected && !connected_) {
      connected_ = true;
      heard_ = now.mono;
      log::info("broker.connected", {{"endpoint", seat_.endpoint}});
      device_.on_connected(now);
    } else if (!link.connected && connected_) {
      lose();
    }
    if (device_.welcomed()) {
      retry_ms_ = limits::adapter_retry_ms_first;
    }
    const bool silent = connected_ && now.mono.ms - heard_.ms > silence_ms_max;
    const bool over =
        connected_ && (!device_.goodbye().empty() || device_.refusal() || device_.fault());
    if ((silent || over || link.dead) && now.mono >= reopen_at_) {
      if (device_.refusal()) {
        log::error("broker.refused", {{"error", describe(*device_.refusal())}});
      }
      if (link.dead) {
        log::error("broker.key_refused", {{"endpoint", seat_.endpoint}});
      }
      if (device_.fault()) {
        log::error("screen.store_failed", {{"error", describe(*device_.fault())}});
      }
      lose();
      if (auto status = socket_->reopen(); !status) {
        log::error("broker.reopen_failed", {{"error", describe(status.error())}});
      }
      reopen_at_ = {now.mono.ms + retry_ms_ / 2 + at_most(retry_ms_)};
      retry_ms_ = std::min(2 * retry_ms_, limits::adapter_retry_ms_max);
    }
  }

  void lose() {
    connected_ = false;
    device_.on_disconnected();
    pictures_.on_disconnected();
  }

  void ask_picture(Now now) {
    if (!device_.in_step()) {
      return;
    }
    if (auto ask = pictures_.next(now)) {
      send(*ask);
    }
  }

  void flush() {
    for (const wire::Message& message : device_.take_sends()) {
      send(message);
    }
  }

  void send(const wire::Message& message) {
    const wire::Encoded encoded = wire::encode(message);
    std::vector<net::OutFrame> frames;
    for (const std::string_view frame : encoded.frames()) {
      frames.emplace_back(std::string(frame));
    }
    if (socket_->send(frames) != net::SendOutcome::sent && connected_) {
      log::warn("message.unsent", {{"verb", wire::verb_of(message.body)}});
    }
  }

  DeviceSeat seat_;
  StoreShelf shelf_;
  Device device_;
  Pictures pictures_;
  const net::Context& context_;
  std::optional<net::DealerSocket> socket_;
  Mono begin_at_;
  bool connected_ = false;
  Mono heard_;
  Mono reopen_at_;
  int64_t retry_ms_ = limits::adapter_retry_ms_first;
};

}  // namespace

net::DealerOptions device_link(const std::string& endpoint,
                               const std::string& server_key,
                               const net::KeyPair& keys) {
  net::DealerOptions options{endpoint, server_key, keys, {}};
  options.link.handshake_ms_max = 60'000;
  options.link.heartbeat_ms = static_cast<int>(limits::device_ping_every_ms);
  options.link.heartbeat_timeout_ms = static_cast<int>(silence_ms_max);
  options.connect_ms_max = 30'000;
  return options;
}

int serve_devices(std::vector<DeviceSeat> seats, const net::Context& context, int stop_fd) {
  net::Poller poller;
  const size_t stop = poller.add(stop_fd);
  Fetched fetched;
  std::deque<Shell> shells;
  for (DeviceSeat& seat : seats) {
    shells.emplace_back(std::move(seat), context, fetched).add_to(poller);
  }
  notify_ready();
  while (true) {
    int64_t wait_ms = look_ms;
    for (const Shell& shell : shells) {
      wait_ms = std::min(wait_ms, shell.ms_to_begin(read_clocks()));
    }
    static_cast<void>(poller.wait(std::chrono::milliseconds(wait_ms)));
    if (poller.readable(stop)) {
      for (Shell& shell : shells) {
        shell.leave();
      }
      return 0;
    }
    for (Shell& shell : shells) {
      if (const Status status = shell.step(poller, read_clocks()); !status) {
        log::error("adapter.socket_failed", {{"error", describe(status.error())}});
        return 1;
      }
    }
    notify_alive();
  }
}

}  // namespace gulou
