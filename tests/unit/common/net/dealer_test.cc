#include "common/net/dealer.h"

#include "tests/unit/common/net/loopback.h"

#include <vector>

namespace gulou::net {
namespace {

class DealerTest : public testing::Test {
 protected:
  KeyPair keys_ = generate_keys();
  std::unique_ptr<ZapHandler> zap_ =
      admit({{keys_, {.name = "screen-1", .domains = {"adapters"}}}});

  // Another listener in the place of one that goes.
  static RouterSocket restart(std::unique_ptr<Loopback>& loopback) {
    const KeyPair keys = loopback->server_keys();
    const std::string endpoint = loopback->router().endpoint();
    loopback.reset();
    RouterSocket router =
        must(RouterSocket::open(test_context(), {.domain = "adapters", .keys = keys, .link = {}}));
    CHECK(until({}, [&] { return router.bind(endpoint).has_value(); }));
    return router;
  }
};

// ZeroMQ looks for news of its connections at every hundredth frame it is asked for, which may be
// within a message.
TEST_F(DealerTest, BrokerMayGoWhileItsMessagesAreRead) {
  const std::vector<OutFrame> message(7, OutFrame(std::string("a frame")));
  auto loopback = std::make_unique<Loopback>(LinkOptions{.linger_ms = 10'000});
  DealerSocket dealer = loopback->dial(keys_);
  ASSERT_TRUE(send_when_connected(dealer, "hello"));
  const auto hello = next_message(loopback->router());
  ASSERT_TRUE(hello);
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(loopback->router().send(hello->peer, message), SendOutcome::sent);
  }
  ASSERT_TRUE(next_message(dealer));

  const auto again = restart(loopback);
  ASSERT_TRUE(until({}, [&] { return zap_->counts().admitted == 2; }));

  size_t read = 1;
  for (; const auto incoming = dealer.receive(); ++read) {
    EXPECT_EQ(incoming->frames.size(), message.size());
  }
  EXPECT_EQ(read, 60u);
  EXPECT_TRUE(send_when_connected(dealer, "hello"));
}

TEST_F(DealerTest, NothingMeantForALostConnectionReachesTheNext) {
  auto loopback = std::make_unique<Loopback>();
  DealerSocket dealer = loopback->dial(keys_);
  ASSERT_TRUE(send_when_connected(dealer, "hello"));
  ASSERT_TRUE(next_message(loopback->router()));
  RouterSocket router = restart(loopback);

  static_cast<void>(send_text(dealer, "of the old connection"));
  ASSERT_TRUE(until({&dealer.socket()}, [&] {
    dealer.receive();
    return !dealer.link().connected;
  }));

  ASSERT_TRUE(send_when_connected(dealer, "of the new one"));
  const auto first = next_message(router);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->frames[0].view(), "of the new one");
}

}  // namespace
}  // namespace gulou::net
