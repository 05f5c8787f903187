#include "common/net/poller.h"

#include "common/base/mailbox.h"
#include "tests/unit/common/net/loopback.h"

#include <gtest/gtest.h>

namespace gulou::net {
namespace {

constexpr std::chrono::milliseconds long_enough(10'000);

class PollerTest : public testing::Test {
 protected:
  KeyPair keys_ = generate_keys();
  std::unique_ptr<ZapHandler> zap_ =
      admit({{keys_, {.name = "screen-1", .domains = {"adapters"}}}});
};

TEST_F(PollerTest, MessagesThatWereLeftAreToldOfAgain) {
  Loopback loopback;
  DealerSocket dealer = loopback.dial(keys_);
  ASSERT_TRUE(send_when_connected(dealer, "0"));
  ASSERT_TRUE(next_message(loopback.router()));
  for (const char* text : {"1", "2", "3", "4"}) {
    ASSERT_EQ(send_text(dealer, text), SendOutcome::sent);
  }
  Poller poller;
  const size_t source = poller.add(loopback.router().socket());

  for (const char* text : {"1", "2", "3", "4"}) {
    std::optional<Incoming> incoming;
    while (!incoming) {
      ASSERT_TRUE(poller.wait(long_enough)) << text;
      ASSERT_TRUE(poller.readable(source));
      incoming = loopback.router().receive();
    }
    EXPECT_EQ(incoming->frames.at(0).view(), text);
  }
  EXPECT_FALSE(loopback.router().receive());
  EXPECT_FALSE(poller.wait(std::chrono::milliseconds(0)));
}

TEST_F(PollerTest, SendingHidesNoMessage) {
  Loopback loopback;
  DealerSocket dealer = loopback.dial(keys_);
  ASSERT_TRUE(send_when_connected(dealer, "0"));
  const auto first = next_message(loopback.router());
  ASSERT_TRUE(first);
  const OutFrame answer[] = {OutFrame(std::string("answer"))};
  Poller poller;
  poller.add(loopback.router().socket());

  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(send_text(dealer, "again"), SendOutcome::sent);
    ASSERT_TRUE(poller.wait(long_enough));
    // Each send may take in what the descriptor told of.
    for (int j = 0; j < 8; ++j) {
      loopback.router().send(first->peer, answer);
    }
    std::optional<Incoming> incoming;
    while (!incoming) {
      ASSERT_TRUE(poller.wait(long_enough)) << i;
      incoming = loopback.router().receive();
    }
    while (dealer.receive()) {
    }
  }
}

TEST_F(PollerTest, AConnectionThatEndsIsToldOf) {
  Loopback loopback;
  auto dealer = std::make_unique<DealerSocket>(loopback.dial(keys_));
  ASSERT_TRUE(send_when_connected(*dealer, "0"));
  ASSERT_TRUE(next_message(loopback.router()));
  dealer.reset();
  Poller poller;
  poller.add(loopback.router().socket());

  while (loopback.router().link().disconnects == 0) {
    ASSERT_TRUE(poller.wait(long_enough));
    EXPECT_FALSE(loopback.router().receive());
  }
}

TEST_F(PollerTest, AMailboxIsToldOfUntilItIsEmpty) {
  Mailbox<int> box(8);
  ASSERT_TRUE(box.send(1));
  Poller poller;
  const size_t source = poller.add(box.fd());  // asked for after the first item came

  EXPECT_TRUE(poller.wait(long_enough));
  EXPECT_TRUE(poller.readable(source));
  ASSERT_TRUE(box.send_all({2, 3}));
  EXPECT_EQ(box.take(2).size(), 2U);
  EXPECT_TRUE(poller.wait(long_enough));
  EXPECT_EQ(box.take(2), std::vector<int>{3});
  EXPECT_FALSE(poller.wait(std::chrono::milliseconds(0)));
  EXPECT_FALSE(poller.readable(source));

  ASSERT_TRUE(box.send_all({4, 5}));
  EXPECT_TRUE(poller.wait(long_enough));
  EXPECT_EQ(box.take(8), (std::vector<int>{4, 5}));
  box.close();
  EXPECT_TRUE(poller.wait(long_enough));
  EXPECT_FALSE(box.send_all({6}));
}

}  // namespace
}  // namespace gulou::net
