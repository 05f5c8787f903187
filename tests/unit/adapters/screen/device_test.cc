// A device of a fleet as a machine: what it shows it has stored before it says so.
#include "adapters/screen/device.h"

#include "adapters/screen/limits.h"
#include "common/crypto/digest.h"
#include "common/json/release_json.h"

#include <memory>

namespace gulou {
namespace {

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
    mark_shown(content_.items, change);
    return {};
  }

 private:
  ScreenContent content_;
};

class DeviceShownTest : public testing::Test {
 protected:
  void boot() {
    device_ = std::make_unique<Device>(DeviceOptions{"screens", "hall-1", "test"}, shelf_);
  }

  void connect() {
    device_->on_connected(now_);
    wire::Welcome welcome;
    welcome.head = {9};
    welcome.server_time = now_.utc;
    hear(welcome);
  }

  void hear(wire::Body body) { device_->on_message({0, std::move(body)}, now_); }

  void pass(int64_t ms) {
    now_.mono.ms += ms;
    now_.utc.ms += ms;
    device_->on_time(now_);
  }

  // One item of this seq arrives.
  void get(uint64_t seq) {
    Release release;
    release.id = "n" + std::to_string(seq);
    release.revision = 1;
    release.kind = Kind::notice;
    release.title = "停水通知";
    release.body = {BodyFormat::text, "正文。"};
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

  MemoryShelf shelf_;
  std::unique_ptr<Device> device_;
  Now now_{{3'600'000}, {1'795'492'800'000}};
  std::string bytes_;
};

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
  pass(2 * limits::screen_said_ms);
  EXPECT_EQ(shelf_.content().items.at("oa/n9").shown, Shown::said);

  boot();
  connect();
  pass(1);

  EXPECT_TRUE(shown().empty());
}

}  // namespace
}  // namespace gulou
