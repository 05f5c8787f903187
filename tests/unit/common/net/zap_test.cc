#include "common/net/zap.h"

#include "tests/unit/common/net/loopback.h"

#include <zmq.h>

namespace gulou::net {
namespace {

constexpr auto patience = std::chrono::milliseconds(10'000);

bool is_refused(DealerSocket& dealer) {
  return until({&dealer.socket()}, [&] {
    dealer.receive();
    return dealer.link().auth_failures + dealer.link().other_failures > 0;
  });
}

TEST(ZapTest, KnownKeyGetsItsPrincipal) {
  const KeyPair keys = generate_keys();
  const auto zap = admit({{keys, {.name = "portal-1", .domains = {"adapters"}}}});
  Loopback loopback;
  DealerSocket dealer = loopback.dial(keys);

  ASSERT_TRUE(send_when_connected(dealer, "hello"));
  const auto incoming = next_message(loopback.router());

  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->principal, "portal-1");
  ASSERT_EQ(incoming->frames.size(), 1u);
  EXPECT_EQ(incoming->frames[0].view(), "hello");
  EXPECT_FALSE(incoming->frames[0].property("Peer-Address").empty());
  EXPECT_EQ(zap->counts().admitted, 1u);
}

TEST(ZapTest, UnknownKeyIsRefused) {
  const auto zap = admit({});
  Loopback loopback;
  DealerSocket dealer = loopback.dial(generate_keys());

  EXPECT_TRUE(is_refused(dealer));
  EXPECT_EQ(dealer.link().handshakes, 0u);
  EXPECT_EQ(zap->counts().unknown_key, 1u);
}

TEST(ZapTest, KeyOfAnotherDomainIsRefused) {
  const KeyPair keys = generate_keys();
  const auto zap = admit({{keys, {.name = "oa", .domains = {"publish"}}}});
  Loopback loopback;
  DealerSocket dealer = loopback.dial(keys);

  EXPECT_TRUE(is_refused(dealer));
  EXPECT_EQ(zap->counts().wrong_domain, 1u);
}

TEST(ZapTest, WithoutHandlerNobodyIsAdmitted) {
  Loopback loopback({.handshake_ms_max = 200});
  DealerSocket dealer = loopback.dial(generate_keys());

  EXPECT_TRUE(is_refused(dealer));
  EXPECT_EQ(dealer.link().handshakes, 0u);
}

TEST(ZapTest, OnceTheHandlerHasDiedNobodyIsAdmittedAnyMore) {
  const KeyPair keys = generate_keys();
  auto zap = admit({{keys, {"portal-1", {"adapters"}}}});
  Loopback loopback({.handshake_ms_max = 200});
  DealerSocket before = loopback.dial(keys);
  ASSERT_TRUE(send_when_connected(before, "hello"));
  ASSERT_TRUE(next_message(loopback.router()));

  zap.reset();

  DealerSocket after = loopback.dial(keys);
  EXPECT_TRUE(is_refused(after));
  EXPECT_EQ(after.link().handshakes, 0u);
  ASSERT_EQ(send_text(before, "still here"), SendOutcome::sent);
  const auto incoming = next_message(loopback.router());
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->principal, "portal-1");
}

TEST(ZapTest, ClientWithoutEncryptionIsRefused) {
  const auto zap = admit({});
  Loopback loopback;
  const auto plain = must(Socket::open(test_context(), ZMQ_DEALER));
  ASSERT_EQ(zmq_connect(plain->handle(), loopback.router().endpoint().c_str()), 0);

  EXPECT_TRUE(until({plain.get(), &loopback.router().socket()}, [&] {
    plain->read_monitor();
    EXPECT_FALSE(loopback.router().receive());
    return plain->link().disconnects > 0;
  }));
  EXPECT_EQ(plain->link().handshakes, 0u);
  EXPECT_EQ(zap->counts().admitted, 0u);
}

TEST(ZapTest, SelfTestPassesWhereStrangersAreRefused) {
  const auto zap = admit({});
  Loopback loopback;

  const Status verdict = verify_strangers_refused(
      test_context(), loopback.router().endpoint(), loopback.server_keys().public_key, patience);

  EXPECT_TRUE(verdict);
}

TEST(ZapTest, SelfTestFailsWhereStrangersAreAdmitted) {
  // A listener with CURVE but without our options: what ZeroMQ does by itself.
  const KeyPair keys = generate_keys();
  const auto careless = must(Socket::open(test_context(), ZMQ_ROUTER));
  ASSERT_TRUE(careless->set(ZMQ_CURVE_SERVER, 1));
  ASSERT_TRUE(careless->set(ZMQ_CURVE_SECRETKEY, keys.secret_key));
  ASSERT_EQ(zmq_bind(careless->handle(), "tcp://127.0.0.1:*"), 0);

  const Status verdict = verify_strangers_refused(
      test_context(), careless->last_endpoint(), keys.public_key, patience);

  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().reason, "strangers_admitted");
}

TEST(ZapTest, NewListHoldsForEveryLaterHandshake) {
  const KeyPair keys = generate_keys();
  const auto zap = admit({{keys, {.name = "portal-1", .domains = {"adapters"}}}});
  Loopback loopback;
  DealerSocket dealer = loopback.dial(keys);
  ASSERT_TRUE(send_when_connected(dealer, "before"));

  zap->allow({});
  ASSERT_TRUE(dealer.reopen());

  EXPECT_TRUE(is_refused(dealer));
}

TEST(ZapTest, RefusedClientConnectsAfterReopenOnceItsKeyIsKnown) {
  const KeyPair keys = generate_keys();
  const auto zap = admit({});
  Loopback loopback;
  DealerSocket dealer = loopback.dial(keys);
  ASSERT_TRUE(is_refused(dealer));
  EXPECT_TRUE(dealer.link().dead);

  AllowList list;
  ASSERT_TRUE(list.add(keys.public_key, {.name = "portal-1", .domains = {"adapters"}}));
  zap->allow(std::move(list));
  ASSERT_TRUE(dealer.reopen());

  EXPECT_TRUE(send_when_connected(dealer, "hello"));
  const auto incoming = next_message(loopback.router());
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->principal, "portal-1");
}

TEST(ZapTest, SecondHandlerIsRefused) {
  const auto zap = admit({});

  const auto second = ZapHandler::start(test_context(), {});

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "zap_taken");
}

TEST(AllowListTest, RefusesBadKeysNamesAndRepeatedKeys) {
  const KeyPair keys = generate_keys();
  AllowList list;

  EXPECT_EQ(list.add("short", {.name = "a"}).error().reason, "key_malformed");
  EXPECT_EQ(list.add(keys.public_key, {.name = ""}).error().reason, "principal_malformed");
  EXPECT_TRUE(list.add(keys.public_key, {.name = "a"}));
  EXPECT_EQ(list.add(keys.public_key, {.name = "b"}).error().reason, "key_given_twice");
}

TEST(KeysTest, PublicKeyFollowsFromTheSecretOne) {
  const KeyPair keys = generate_keys();

  EXPECT_EQ(public_key_of(keys.secret_key).value(), keys.public_key);
  EXPECT_FALSE(public_key_of("not a key"));
  EXPECT_FALSE(key_bytes(std::string(40, '~')));
}

}  // namespace
}  // namespace gulou::net
