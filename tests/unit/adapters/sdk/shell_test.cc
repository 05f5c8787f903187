#include "adapters/sdk/shell.h"

#include "common/base/mailbox.h"
#include "common/wire/codec.h"
#include "tests/unit/common/net/loopback.h"

#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace gulou::sdk {
namespace {

// A channel nothing is delivered to.
class FakeIdleChannel final : public ChannelAdapter {
 public:
  Report publish(const Delivery& /*delivery*/, Helper& /*helper*/) override { return gone(); }

  Report update(const Delivery& /*delivery*/, Helper& /*helper*/) override { return gone(); }

  Report withdraw(const Delivery& /*delivery*/, Helper& /*helper*/) override { return gone(); }

  Report find(const Delivery& /*delivery*/, Helper& /*helper*/) override { return gone(); }
};

TEST(ShellTest, ACallbackFromAnotherThreadReachesTheBroker) {
  const net::KeyPair keys = net::generate_keys();
  const auto zap = net::admit({{keys, {.name = "wechat-1", .domains = {"adapters"}}}});
  net::Loopback loopback;
  FakeIdleChannel channel;
  Callbacks callbacks;
  ShellOptions options;
  options.runner.channel = "wechat";
  options.runner.instance = "wechat-1";
  options.runner.software = "test";
  options.endpoint = loopback.router().endpoint();
  options.server_public_key = loopback.server_keys().public_key;
  options.keys = keys;
  options.callbacks = &callbacks;
  const WakeUp stop;
  std::thread shell([&] { serve(channel, options, net::test_context(), stop.fd()); });

  bool credit_seen = false;
  std::optional<wire::Progress> told;
  net::until({&loopback.router().socket()}, [&] {
    while (const auto incoming = loopback.router().receive()) {
      const auto message = wire::decode(incoming->views());
      if (!message) {
        ADD_FAILURE() << describe(message.error());
        continue;
      }
      if (std::holds_alternative<wire::Hello>(message->body)) {
        const wire::Encoded welcome = wire::encode({0, wire::Welcome{.session = {1}}});
        const net::OutFrame out[] = {net::OutFrame(std::string(welcome.frames()[0]))};
        EXPECT_EQ(loopback.router().send(incoming->peer, out), net::SendOutcome::sent);
      } else if (std::holds_alternative<wire::Credit>(message->body) && !credit_seen) {
        credit_seen = true;  // the session stands and the link is idle
        EXPECT_TRUE(callbacks.called_back("job-1"));
      } else if (const auto* progress = std::get_if<wire::Progress>(&message->body)) {
        told = *progress;
      }
    }
    return told.has_value();
  });
  stop.signal();
  shell.join();

  ASSERT_TRUE(told.has_value());
  EXPECT_FALSE(told->lease);
  EXPECT_EQ(told->platform_id, "job-1");
}

}  // namespace
}  // namespace gulou::sdk
