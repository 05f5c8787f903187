// A device of a fleet as a machine: what it shows it has stored before it says so, and a lease is
// drawn on only while the broker confirms.
#include "adapters/screen/device.h"

#include "common/crypto/digest.h"
#include "common/json/release_json.h"

#include <memory>

namespace gulou {
namespace {

constexpr int64_t device_minute_ms = 60'000;
constexpr int64_t device_hour_ms = 60 * device_minute_ms;

// What a box keeps through a loss of power.
class MemoryShelf final : public DeviceShelf {
 public:
  const ScreenContent& content() const override { return content_; }

  Status apply(ScreenChange change) override {
    if (change.position) {
      content_.position = change.position;
    }
    for (ScreenPut& put : change.put) {
      content_.items.insert_or_assign(put.item.publication, put.item);
    }
    for (const ScreenRemoval& removal : change.remove) {
      content_.items.erase(removal.publication);
    }
    if (change.portal_url) {
      content_.portal_url = *change.portal_url;
    }
    mark_shown(content_.items, change);
    return {};
  }

  LeaseStamp lease() const override { return lease_; }

  Status keep(const LeaseStamp& stamp) override {
    lease_ = stamp;
    return {};
  }

 private:
  ScreenContent content_;
  LeaseStamp lease_;
};

class DeviceTest : public testing::Test {
 protected:
  void boot(const std::string& boot = "boot-1") {
    device_ = std::make_unique<Device>(DeviceOptions{"screens", "hall-1", "test", boot}, shelf_);
  }

  void connect(int64_t lease_ms = 0) {
    device_->on_connected(now_);
    wire::Welcome welcome;
    welcome.head = {9};
    welcome.server_time = now_.utc;
    welcome.display_lease_ms = lease_ms;
    hear(welcome);
  }

  void hear(wire::Body body) { device_->on_message({0, std::move(body)}, now_); }

  void pass(int64_t ms, bool synchronised = false) {
    now_.mono.ms += ms;
    now_.utc.ms += ms;
    device_->on_time(now_, synchronised);
  }

  // One item of this seq arrives.
  void get(uint64_t seq, uint32_t must_confirm_every_s = 0) {
    Release release;
    release.id = "n" + std::to_string(seq);
    release.revision = 1;
    release.kind = Kind::notice;
    release.title = "停水通知";
    release.body = {BodyFormat::text, "正文。"};
    release.must_confirm_every_s = must_confirm_every_s;
    bytes_ = to_json(release);
    wire::Deliver deliver;
    deliver.position = {seq};
    wire::DeliverItem item;
    item.seq = {seq};
    wire::DeliverPart part;
    part.publisher = "oa";
    part.id = release.id;
    part.revision = 1;
    part.digest = sha256(bytes_);
    part.body_bytes = bytes_.size();
    item.parts.push_back(part);
    deliver.items.push_back(item);
    deliver.bodies = bytes_;
    hear(deliver);
  }

  // Seqs it says it has shown, of what it said since the last call.
  std::vector<uint64_t> shown() {
    std::vector<uint64_t> seqs;
    for (const wire::Message& message : device_->take_sends()) {
      if (const auto* batch = std::get_if<wire::ReportBatch>(&message.body)) {
        for (const wire::ReportItem& item : batch->items) {
          if (item.report.receipt.level == ReceiptLevel::shown) {
            seqs.push_back(item.from.value);
          }
        }
      }
    }
    return seqs;
  }

  std::optional<wire::Sync> last_sync() {
    std::optional<wire::Sync> last;
    for (const wire::Message& message : device_->take_sends()) {
      if (const auto* sync = std::get_if<wire::Sync>(&message.body)) {
        last = *sync;
      }
    }
    return last;
  }

  std::optional<int64_t> left_ms(const std::string& publication) {
    return lease_left_ms(shelf_.content().items.at(publication), device_->lease(), now_.mono);
  }

  void confirm() {
    wire::Manifest same;
    same.head = shelf_.content().position;
    same.same = true;
    hear(same);
  }

  MemoryShelf shelf_;
  std::unique_ptr<Device> device_;
  Now now_{{device_hour_ms}, {1'795'492'800'000}};
  std::string bytes_;
};

using DeviceShownTest = DeviceTest;
using DeviceLeaseTest = DeviceTest;

TEST_F(DeviceShownTest, WhatWasShownIsStoredBeforeItIsSaid) {
  boot();
  connect();
  get(9);
  device_->on_shown({9});
  EXPECT_TRUE(shown().empty());

  pass(1);

  EXPECT_EQ(shelf_.content().items.at("oa/n9").shown, Shown::yes);
  EXPECT_EQ(shown(), std::vector<uint64_t>{9});
  pass(1);
  EXPECT_TRUE(shown().empty());  // once in a session
}

TEST_F(DeviceShownTest, WhatACrashTookIsSaidAgain) {
  boot();
  connect();
  get(9);
  device_->on_shown({9});
  pass(1);
  EXPECT_EQ(shown(), std::vector<uint64_t>{9});

  boot();  // the box died a moment later: perhaps nobody heard of it
  connect();
  pass(1);

  EXPECT_EQ(shown(), std::vector<uint64_t>{9});
}

TEST_F(DeviceShownTest, ShownWithoutALinkIsSaidWithTheNext) {
  boot();
  connect();
  get(9);
  device_->on_disconnected();
  device_->on_shown({9});
  pass(1);
  EXPECT_TRUE(shown().empty());

  connect();
  pass(1);

  EXPECT_EQ(shown(), std::vector<uint64_t>{9});
}

TEST_F(DeviceShownTest, WhatTheBrokerHasHadTimeToStoreIsNotSaidAgain) {
  boot();
  connect();
  get(9);
  device_->on_shown({9});
  pass(1);
  shown();
  pass(2 * device_minute_ms);
  EXPECT_EQ(shelf_.content().items.at("oa/n9").shown, Shown::said);

  boot();
  connect();
  pass(1);

  EXPECT_TRUE(shown().empty());
}

TEST_F(DeviceTest, WhereItsCodesLeadIsStored) {
  boot();
  device_->on_connected(now_);
  wire::Welcome welcome;
  welcome.server_time = now_.utc;
  welcome.portal_url = "https://portal.example";
  hear(welcome);
  EXPECT_EQ(shelf_.content().portal_url, "https://portal.example");
  EXPECT_TRUE(device_->take_changed());

  welcome.portal_url.clear();
  hear(welcome);
  EXPECT_EQ(shelf_.content().portal_url, "");
}

TEST_F(DeviceLeaseTest, ItAsksAndDrawsOnceTheBrokerConfirms) {
  boot();
  connect();
  get(9, 3600);
  EXPECT_EQ(left_ms("oa/n9"), 0);
  const auto ask = last_sync();
  ASSERT_TRUE(ask && ask->confirm);

  confirm();

  EXPECT_EQ(left_ms("oa/n9"), device_hour_ms);
  EXPECT_TRUE(device_->take_changed());
  const auto told = last_sync();
  ASSERT_TRUE(told.has_value());  // where it stands now; it asks nothing
  EXPECT_FALSE(told->confirm);
}

TEST_F(DeviceLeaseTest, AQuarterOfTheLeaseLaterItAsksAgain) {
  boot();
  connect(device_hour_ms);
  get(9);
  pass(1'000);
  confirm();
  device_->take_sends();

  pass(14 * device_minute_ms);
  EXPECT_FALSE(last_sync().has_value());
  pass(device_minute_ms + 1'000);
  const auto ask = last_sync();
  ASSERT_TRUE(ask.has_value());
  EXPECT_TRUE(ask->confirm);
  EXPECT_EQ(ask->display_lease_ms, device_hour_ms);
}

TEST_F(DeviceLeaseTest, WithoutContactItGoesDarkAndTheUnleasedStays) {
  boot();
  connect();
  get(8);
  get(9, 3600);
  pass(1);
  confirm();
  device_->take_changed();
  device_->on_disconnected();

  pass(device_hour_ms - 1'000);
  EXPECT_FALSE(device_->take_changed());
  pass(2'000);

  EXPECT_TRUE(device_->take_changed());
  EXPECT_EQ(left_ms("oa/n9"), 0);
  EXPECT_EQ(left_ms("oa/n8"), std::nullopt);
}

TEST_F(DeviceLeaseTest, WhatArrivesDarkIsAskedForSoon) {
  boot();
  connect();
  get(8, 8 * 3600);
  pass(1);
  confirm();
  pass(90 * device_minute_ms);

  get(9, 3600);  // nobody has looked at what changed yet
  ASSERT_EQ(left_ms("oa/n9"), 0);
  pass(1);
  device_->take_sends();
  pass(6'000);

  EXPECT_TRUE(last_sync().has_value());
}

TEST_F(DeviceLeaseTest, AfterABootItDrawsOnlyWithATrustedClock) {
  boot();
  connect();
  get(9, 3600);
  pass(1);
  confirm();
  pass(device_minute_ms);

  boot("boot-2");
  now_.mono.ms = 1'000;
  pass(1);
  EXPECT_EQ(left_ms("oa/n9"), 0);
  pass(1, true);
  EXPECT_GT(left_ms("oa/n9"), device_hour_ms - 3 * device_minute_ms);
}

TEST_F(DeviceLeaseTest, TheChannelsLeaseIsStoredBeforeItIsTold) {
  boot();
  connect(device_hour_ms);

  EXPECT_EQ(shelf_.lease().channel_ms, device_hour_ms);
  EXPECT_EQ(last_sync()->display_lease_ms, device_hour_ms);
}

TEST_F(DeviceLeaseTest, AnAnswerToAnEarlierSessionConfirmsNothing) {
  boot();
  connect();
  get(9, 3600);
  pass(1);
  device_->on_disconnected();
  device_->on_connected(now_);
  confirm();

  EXPECT_EQ(left_ms("oa/n9"), 0);
}

}  // namespace
}  // namespace gulou
