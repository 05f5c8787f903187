// FleetWorld is a county of screens in simulated time: the real core, pump, sessions and codec, the
// real Device machine and playlist, and between them links that break and boxes that lose power at
// any message, with clocks that are wrong by hours and years. It knows what was published and
// withdrawn, and looks at every glass after every message. One seed, one run.
#pragma once

#include "adapters/screen/device.h"
#include "adapters/screen/playlist.h"
#include "broker/net/sessions.h"
#include "tests/simulation/random.h"
#include "tests/support/bench.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gulou::simulation {

struct FleetOptions {
  uint64_t seed = 1;
  size_t devices = 30;
  size_t steps = 250;
  // Faults put in on purpose: the checker must see them.
  bool planted = false;        // shelves forget to remove
  bool planted_clock = false;  // kernels call clocks synchronised that are not
};

struct FleetOutcome {
  std::string failure;  // empty: all is well
  uint64_t frames = 0;  // looks at a glass
  uint64_t messages = 0;
  uint64_t power_cuts = 0;
  uint64_t manifests = 0;
  uint64_t withdrawals = 0;
  uint64_t leased = 0;  // items on a glass that had a lease
  uint64_t dark = 0;    // items kept dark
};

class FleetWorld final : private Outlet, private BodySource {
 public:
  explicit FleetWorld(FleetOptions options);
  FleetOutcome run();

 private:
  // What a box keeps through a power cut.
  class Shelf final : public DeviceShelf {
   public:
    const ScreenContent& content() const override { return content_; }

    Status apply(ScreenChange change) override;

    LeaseStamp lease() const override { return lease_; }

    Status keep(const LeaseStamp& stamp) override {
      lease_ = stamp;
      return {};
    }

    bool forgets = false;

   private:
    ScreenContent content_;
    LeaseStamp lease_;
  };

  struct Box {
    SubscriberNo device;
    std::string area;
    Shelf shelf;
    std::unique_ptr<Device> machine;  // null: no power
    int64_t clock_ms = 0;             // how far its own clock is off
    bool synchronised = false;        // says the kernel
    uint64_t boots = 0;
    Mono booted_at;
    Mono contact;  // when the broker was certainly heard last
    bool linked = false;
    std::string routing_id;
    std::deque<std::vector<std::string>> inbox;
    Seq manifest;  // of this session: what it was told to hold
  };

  // What the county knows of one publication.
  struct Published {
    uint32_t revision = 0;
    std::vector<std::string> audience;
    Utc expires;
    Seq withdrawn;  // of all its revisions
    Digest digest;
    int64_t lease_ms = 0;
  };

  net::SendOutcome send(Door door,
                        std::string_view peer,
                        std::span<const net::OutFrame> frames) override;
  std::vector<SharedBytes> bodies(std::span<const std::pair<Seq, uint8_t>> places) override;
  std::vector<Utc> published_on(std::span<const Seq> first_seqs) override;

  void step();
  void publish();
  void withdraw();
  void change_power(Box& box);
  void boot(Box& box);
  void link(Box& box);
  void unlink(Box& box, bool noticed);
  void round();
  // Messages until nothing moves; cuts: boxes may lose power in between.
  void settle(bool cuts);
  bool deliver_one(Box& box, bool cuts);
  void say(Box& box);
  Now time_of(const Box& box) const;
  void pass_time(Box& box);
  void look(const Box& box);
  void fail(const Box& box, const std::string& what);
  bool confirmed(const Box& box, Seq withdrawal);
  void check_end();

  FleetOptions options_;
  Random random_;
  test::Bench bench_;
  Metrics metrics_;
  Sessions sessions_;
  Inbox inbox_;
  std::vector<Box> boxes_;
  std::map<std::string, Published> published_;
  std::map<std::pair<Seq, uint8_t>, SharedBytes> bodies_;
  std::vector<std::string> areas_;
  uint64_t links_ = 0;
  FleetOutcome outcome_;
};

}  // namespace gulou::simulation
