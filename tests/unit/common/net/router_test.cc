#include "common/net/router.h"

#include "tests/unit/common/net/loopback.h"

#include <zmq.h>

namespace gulou::net {
namespace {

class RouterTest : public testing::Test {
 protected:
  KeyPair keys_ = generate_keys();
  std::unique_ptr<ZapHandler> zap_ =
      admit({{keys_, {.name = "screen-1", .domains = {"adapters"}}}});
};

TEST_F(RouterTest, AnswerReachesTheConnectionThatAsked) {
  Loopback loopback;
  DealerSocket one = loopback.dial(keys_);
  DealerSocket two = loopback.dial(keys_);
  ASSERT_TRUE(send_when_connected(one, "one"));
  const auto from_one = next_message(loopback.router());
  ASSERT_TRUE(send_when_connected(two, "two"));
  const auto from_two = next_message(loopback.router());
  ASSERT_TRUE(from_one && from_two);
  EXPECT_NE(from_one->peer, from_two->peer);

  const OutFrame frames[] = {OutFrame(std::string("envelope")), OutFrame(std::string())};
  ASSERT_EQ(loopback.router().send(from_two->peer, frames), SendOutcome::sent);

  const auto answer = next_message(two);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->frames.size(), 2u);
  EXPECT_EQ(answer->frames[0].view(), "envelope");
  EXPECT_EQ(answer->frames[1].view(), "");
  EXPECT_FALSE(one.receive());
}

TEST_F(RouterTest, UnknownAndDepartedPeersAreGone) {
  Loopback loopback;
  const OutFrame frames[] = {OutFrame(std::string("x"))};
  EXPECT_EQ(loopback.router().send("nobody", frames), SendOutcome::gone);

  auto dealer = std::make_unique<DealerSocket>(loopback.dial(keys_));
  ASSERT_TRUE(send_when_connected(*dealer, "hello"));
  const auto incoming = next_message(loopback.router());
  ASSERT_TRUE(incoming);
  dealer.reset();

  EXPECT_TRUE(until({&loopback.router().socket()}, [&] {
    loopback.router().receive();
    return loopback.router().send(incoming->peer, frames) == SendOutcome::gone;
  }));
}

TEST_F(RouterTest, PeerThatDoesNotReadFillsOnlyItsOwnQueue) {
  Loopback loopback;
  DealerSocket lazy = loopback.dial(keys_);
  DealerSocket keen = loopback.dial(keys_);
  ASSERT_TRUE(send_when_connected(lazy, "lazy"));
  const auto from_lazy = next_message(loopback.router());
  ASSERT_TRUE(send_when_connected(keen, "keen"));
  const auto from_keen = next_message(loopback.router());
  ASSERT_TRUE(from_lazy && from_keen);

  const OutFrame big[] = {OutFrame(std::make_shared<const std::string>(256 * 1024, 'x'))};
  SendOutcome outcome = SendOutcome::sent;
  for (int i = 0; i < 10'000 && outcome == SendOutcome::sent; ++i) {
    outcome = loopback.router().send(from_lazy->peer, big);
  }
  EXPECT_EQ(outcome, SendOutcome::full);

  EXPECT_EQ(loopback.router().send(from_keen->peer, big), SendOutcome::sent);
  EXPECT_TRUE(next_message(keen));
}

TEST_F(RouterTest, SharedBufferGoesToManyPeersAndIsLetGo) {
  Loopback loopback;
  std::vector<DealerSocket> dealers;
  std::vector<std::string> peers;
  for (int i = 0; i < 3; ++i) {
    dealers.push_back(loopback.dial(keys_));
    ASSERT_TRUE(send_when_connected(dealers.back(), "hello"));
    const auto incoming = next_message(loopback.router());
    ASSERT_TRUE(incoming);
    peers.push_back(incoming->peer);
  }
  const auto shared = std::make_shared<const std::string>(100'000, 's');

  {
    const OutFrame frames[] = {OutFrame(std::string("envelope")), OutFrame(shared)};
    for (const std::string& peer : peers) {
      ASSERT_EQ(loopback.router().send(peer, frames), SendOutcome::sent);
    }
  }

  for (DealerSocket& dealer : dealers) {
    const auto incoming = next_message(dealer);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(incoming->frames.at(1).view(), *shared);
  }
  EXPECT_TRUE(until({&loopback.router().socket()}, [&] {
    loopback.router().receive();
    return shared.use_count() == 1;
  }));
}

TEST_F(RouterTest, OversizedFrameEndsOnlyThatConnection) {
  Loopback loopback({.frame_bytes_max = 1000});
  DealerSocket rude = loopback.dial(keys_);
  DealerSocket polite = loopback.dial(keys_);
  ASSERT_TRUE(send_when_connected(polite, std::string(1000, 'p')));
  ASSERT_TRUE(send_when_connected(rude, std::string(1100, 'r')));

  EXPECT_TRUE(until({&rude.socket()}, [&] {
    rude.receive();
    return rude.link().disconnects > 0;
  }));
  const auto incoming = next_message(loopback.router());
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->frames[0].view().front(), 'p');
  EXPECT_FALSE(loopback.router().receive());
}

TEST_F(RouterTest, TooManyFramesAreThrownAwayAndFlagged) {
  Loopback loopback;
  DealerSocket dealer = loopback.dial(keys_);
  ASSERT_TRUE(send_when_connected(dealer, "first"));
  ASSERT_TRUE(next_message(loopback.router()));

  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(zmq_send(dealer.socket().handle(), "x", 1, i < 99 ? ZMQ_SNDMORE : 0), 1);
  }
  ASSERT_EQ(send_text(dealer, "after"), SendOutcome::sent);

  const auto flood = next_message(loopback.router());
  ASSERT_TRUE(flood);
  EXPECT_TRUE(flood->too_many_frames);
  EXPECT_EQ(flood->frames.size(), limits::frames_max);
  const auto after = next_message(loopback.router());
  ASSERT_TRUE(after);
  EXPECT_EQ(after->frames[0].view(), "after");
}

TEST_F(RouterTest, PortInUseNamesTheEndpoint) {
  Loopback loopback;
  const std::string taken = loopback.router().endpoint();
  RouterSocket second = must(RouterSocket::open(
      test_context(), {.domain = "publish", .keys = generate_keys(), .link = {}}));

  const Status bound = second.bind(taken);

  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().reason, "port_in_use");
  EXPECT_EQ(bound.error().args, std::vector<std::string>{taken});
  EXPECT_EQ(second.bind("nonsense").error().reason, "endpoint_malformed");
}

TEST_F(RouterTest, ClientKeepsNothingQueuedWhileNotConnected) {
  const KeyPair server = generate_keys();
  DealerSocket dealer = must(DealerSocket::open(test_context(),
                                                {.endpoint = "tcp://127.0.0.1:1",
                                                 .server_key = server.public_key,
                                                 .keys = keys_,
                                                 .link = {}}));

  EXPECT_EQ(send_text(dealer, "lost"), SendOutcome::full);
  EXPECT_FALSE(dealer.link().connected);
}

TEST_F(RouterTest, MalformedKeysAndEndpointsAreErrors) {
  const KeyPair server = generate_keys();

  EXPECT_EQ(DealerSocket::open(test_context(),
                               {.endpoint = "tcp://127.0.0.1:1", .server_key = "?", .keys = keys_})
                .error()
                .reason,
            "key_malformed");
  EXPECT_EQ(DealerSocket::open(test_context(),
                               {.endpoint = "??", .server_key = server.public_key, .keys = keys_})
                .error()
                .reason,
            "endpoint_malformed");
}

}  // namespace
}  // namespace gulou::net
