// Device is a screen's side of a fleet as a pure machine: messages and time go in, messages to send
// come out, and what must change goes to its Shelf at once. It has no socket, thread or clock, so
// the simulator runs the real one; device_shell.h puts it on the network. What has to go goes
// before anything new is fetched; its position is stored in the same step as what it stands for.
// What was shown is stored before it is said, and said at every contact until a session has lasted
// long enough for the broker to have made it durable. Its mono time counts from the machine's start
// and goes on in sleep.
#pragma once

#include "adapters/screen/lease.h"
#include "adapters/screen/store.h"
#include "common/base/time.h"
#include "common/wire/messages.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gulou {

// What the device holds. apply(): all of it or nothing, durable when it returns.
class DeviceShelf {
 public:
  virtual ~DeviceShelf() = default;
  virtual const ScreenContent& content() const = 0;
  virtual Status apply(ScreenChange change) = 0;
  // The same of its display lease.
  virtual LeaseStamp lease() const = 0;
  virtual Status keep(const LeaseStamp& stamp) = 0;
};

struct DeviceOptions {
  std::string channel;
  std::string instance;
  std::string software;
  std::string boot;  // which start of the machine this is
};

class Device {
 public:
  // shelf outlives it.
  Device(DeviceOptions options, DeviceShelf& shelf)
      : options_(std::move(options)), shelf_(shelf), lease_(options_.boot, shelf.lease()) {}

  // The link is up: HELLO.
  void on_connected(Now now);
  void on_disconnected();
  void on_message(const wire::Message& message, Now now);
  // The page has drawn what came with this entry.
  void on_shown(Seq seq);
  // clock_synchronised: the kernel says so.
  void on_time(Now now, bool clock_synchronised);

  std::vector<wire::Message> take_sends();

  bool welcomed() const { return welcomed_; }

  // All it should hold is held, as far as it knows.
  bool in_step() const { return welcomed_ && synced_ && !manifest_; }

  const std::string& goodbye() const { return goodbye_; }

  const std::optional<Error>& refusal() const { return refusal_; }

  // The shelf failed: connect anew later.
  const std::optional<Error>& fault() const { return fault_; }

  // How far the broker's clock is ahead of this one's; nothing while it was never asked.
  std::optional<int64_t> clock_ahead_ms() const { return clock_ahead_ms_; }

  // Bits of DeviceFault; the broker hears of it soon.
  void set_faults(uint8_t faults, Now now);

  // How long what is held may be drawn.
  LeaseView lease() const { return lease_.view(); }

  // Something that is shown has changed since the last call.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  // A manifest that is being carried out.
  struct Fetching {
    Seq head;
    std::deque<wire::ManifestPart> lacking;
    std::vector<wire::ManifestPart> asked;
    bool skipped = false;
  };

  void welcome(const wire::Welcome& welcome, Now now);
  void manifest(const wire::Manifest& manifest, Now now);
  void deliver(const wire::Deliver& deliver, Now now);
  void take_asked(const wire::Deliver& deliver, Now now);
  void ask_more(Now now);
  void sync(Now now, bool asks = true);
  void confirmed(Now now);
  void keep_lease(Now now, bool clock_synchronised);
  int64_t confirm_every_ms() const;
  void tell_shown(Now now);
  Status put_items(const wire::Deliver& deliver, ScreenChange& change) const;
  bool store(ScreenChange change);
  void say(wire::Body body);
  Digest held() const;

  DeviceOptions options_;
  DeviceShelf& shelf_;
  bool connected_ = false;
  bool welcomed_ = false;
  bool synced_ = false;
  bool changed_ = false;
  std::string goodbye_;
  std::string last_goodbye_;
  std::optional<Error> refusal_;
  std::optional<Error> fault_;
  std::optional<int64_t> clock_ahead_ms_;
  std::optional<Fetching> manifest_;
  Seq reached_;  // of the stream, while a manifest is being carried out
  Seq head_;     // of the broker, when it said WELCOME
  bool caught_up_said_ = false;
  wire::Cursor known_;
  std::vector<Seq> shown_;   // not stored yet
  std::vector<Seq> saying_;  // in this session
  Mono said_at_;             // the last of them
  DisplayLease lease_;
  uint8_t faults_ = 0;
  size_t dark_ = 0;  // items whose lease has ended
  // Of SYNCs that ask for a confirmation: the first without an answer, 0 where there is none; an
  // answer may be to any of them. And the last.
  Mono asked_at_;
  Mono asked_last_;
  std::vector<wire::Message> sends_;
  Mono said_last_;
  Mono sync_at_;
  int64_t ping_every_ms_ = 0;
};

}  // namespace gulou
