#include "broker/net/sessions.h"

#include "common/crypto/digest.h"
#include "common/wire/codec.h"

#include <deque>

#include <gtest/gtest.h>

namespace gulou {
namespace {

// A Sessions with an outlet that keeps what it is given.
class SessionsTest : public testing::Test, public Outlet, public BodySource {
 protected:
  SessionsTest()
      : sessions_(
            {},
            *this,
            *this,
            [](uint64_t epoch, Seq seq, const Digest& hash) {
              return sha256(std::to_string(epoch) + '/' + std::to_string(seq.value) + to_hex(hash));
            },
            metrics_) {
    NetPrincipal oa;
    oa.name = "oa";
    oa.publisher = true;
    principals_.emplace("oa", oa);
    NetPrincipal portal;
    portal.name = "portal-1";
    portal.adapter = true;
    portal.channels = {"portal"};
    principals_.emplace("portal-1", portal);
    sessions_.admit(principals_, inbox_);
  }

  net::SendOutcome send(Door,
                        std::string_view peer,
                        std::span<const net::OutFrame> frames) override {
    if (outcome_ != net::SendOutcome::sent) {
      return outcome_;
    }
    Out out{std::string(peer), {}, {}};
    for (const net::OutFrame& frame : frames) {
      out.frames.emplace_back(frame.view());
      out.shared.push_back(frame.shared().get());
    }
    out_.push_back(std::move(out));
    return outcome_;
  }

  std::vector<SharedBytes> bodies(std::span<const std::pair<Seq, uint8_t>> places) override {
    bodies_asked_ += places.size();
    return std::vector<SharedBytes>(places.size(), std::make_shared<const std::string>("{}"));
  }

  std::vector<Utc> published_on(std::span<const Seq> first_seqs) override {
    return std::vector<Utc>(first_seqs.size());
  }

  void receive(Door door, const std::string& peer, const std::string& principal, wire::Body body) {
    wire::Message message{7, std::move(body)};
    receive_frames(door, peer, principal, wire::encode(message));
  }

  void receive_frames(Door door,
                      const std::string& peer,
                      const std::string& principal,
                      const wire::Encoded& encoded) {
    net::Incoming incoming;
    incoming.peer = peer;
    incoming.principal = principal;
    for (const std::string_view frame : encoded.frames()) {
      incoming.frames.emplace_back(frame);
    }
    sessions_.receive(door, incoming, now_, inbox_);
  }

  template <class T>
  const T& last() {
    const Out& out = out_.back();
    views_.assign(out.frames.begin(), out.frames.end());
    message_ = wire::decode(views_);
    return std::get<T>(message_->body);
  }

  using Reasons = std::vector<std::string>;

  // What this peer was told, of ERROR and GOODBYE.
  Reasons reasons_of(const std::string& peer) {
    Reasons reasons;
    for (const Out& out : out_) {
      const std::vector<std::string_view> views(out.frames.begin(), out.frames.end());
      const auto message = wire::decode(views);
      if (out.peer != peer || !message) {
        continue;
      }
      if (const auto* error = std::get_if<wire::ErrorMessage>(&message->body)) {
        reasons.push_back(error->error.reason);
      } else if (const auto* goodbye = std::get_if<wire::Goodbye>(&message->body)) {
        reasons.push_back("GOODBYE " + goodbye->reason);
      }
    }
    return reasons;
  }

  struct Out {
    std::string peer;
    std::vector<std::string> frames;
    std::vector<const std::string*> shared;
  };

  NetPrincipals principals_;
  Metrics metrics_;
  std::deque<Out> out_;
  net::SendOutcome outcome_ = net::SendOutcome::sent;
  size_t bodies_asked_ = 0;
  Sessions sessions_;
  Inbox inbox_;
  Now now_{Mono{1000}, Utc{1'700'000'000'000}};
  std::vector<std::string_view> views_;
  Result<wire::Message> message_;
};

TEST_F(SessionsTest, AdaptersMustSayHelloForAChannelOfTheirs) {
  receive(Door::adapters, "a", "portal-1", wire::Credit{1, 1});
  EXPECT_EQ(last<wire::Goodbye>().reason, "session_silent");

  receive(Door::adapters, "a", "portal-1", wire::Hello{"screen", "x", "y"});
  EXPECT_EQ(last<wire::Goodbye>().reason, "channel_not_allowed");
  EXPECT_TRUE(inbox_.events.empty());

  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "x", "y"});
  ASSERT_EQ(inbox_.events.size(), 1U);
  EXPECT_EQ(std::get<SessionOpened>(inbox_.events[0]).principal, "portal-1");
}

TEST_F(SessionsTest, NobodyEntersByTheWrongDoor) {
  receive(Door::publishers, "a", "portal-1", wire::StatusQuery{"x"});
  EXPECT_EQ(reasons_of("a"), (Reasons{"principal_not_allowed", "GOODBYE principal_not_allowed"}));

  receive(Door::adapters, "b", "oa", wire::Hello{"portal", "x", "y"});
  EXPECT_EQ(reasons_of("b"), (Reasons{"principal_not_allowed", "GOODBYE principal_not_allowed"}));
  EXPECT_TRUE(inbox_.events.empty());
  EXPECT_TRUE(inbox_.statuses.empty());
}

TEST_F(SessionsTest, AKeyThatIsGoneLosesItsSessionAtOnce) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  receive(Door::publishers, "b", "oa", wire::StatusQuery{"x"});
  inbox_ = {};
  NetPrincipals left = principals_;
  left.erase("portal-1");
  left.erase("oa");

  sessions_.admit(left, inbox_);

  EXPECT_EQ(reasons_of("a"), Reasons{"GOODBYE principal_not_allowed"});
  EXPECT_EQ(reasons_of("b"), Reasons{"GOODBYE principal_not_allowed"});
  ASSERT_EQ(inbox_.events.size(), 1U);
  EXPECT_EQ(std::get<SessionClosed>(inbox_.events[0]).session, SessionNo{1});
  EXPECT_EQ(sessions_.size(), 0U);
  inbox_ = {};
  out_.clear();

  receive(Door::adapters, "a", "portal-1", wire::ReportBatch{{1}, {{{1}, {1}, {}}}});
  receive(Door::adapters, "a", "portal-1", wire::Ping{1, false});
  receive(Door::publishers, "b", "oa", wire::Submit{{"{}"}, {}, {}});

  EXPECT_TRUE(inbox_.events.empty());
  EXPECT_TRUE(inbox_.submissions.empty());
  EXPECT_EQ(reasons_of("b"), (Reasons{"principal_not_allowed", "GOODBYE principal_not_allowed"}));
}

TEST_F(SessionsTest, AnotherKeyOfThePrincipalGoesOn) {
  principals_["portal-1/new"] = principals_.at("portal-1");
  sessions_.admit(principals_, inbox_);
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  receive(Door::adapters, "b", "portal-1/new", wire::Hello{"portal", "1", ""});
  principals_.erase("portal-1");

  sessions_.admit(principals_, inbox_);

  EXPECT_FALSE(sessions_.knows({1}));
  EXPECT_TRUE(sessions_.knows({2}));
}

TEST_F(SessionsTest, AChannelThatIsTakenAwayEndsTheSession) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  principals_.at("portal-1").channels = {"screen"};

  sessions_.admit(principals_, inbox_);

  EXPECT_EQ(last<wire::Goodbye>().reason, "channel_not_allowed");
  EXPECT_FALSE(sessions_.knows({1}));
}

TEST_F(SessionsTest, OneWhoWasReplacedAndStillSpeaksHasAClonedKey) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  receive(Door::adapters, "b", "portal-1", wire::Hello{"portal", "1", ""});
  sessions_.send(SendGoodbye{{1}, "session_replaced"}, now_, inbox_);
  inbox_ = {};
  out_.clear();

  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  receive(Door::adapters, "c", "portal-1", wire::Hello{"portal", "1", "", "session_replaced", {}});

  EXPECT_EQ(reasons_of("a"), (Reasons{"cloned_key", "GOODBYE cloned_key"}));
  EXPECT_EQ(reasons_of("c"), (Reasons{"cloned_key", "GOODBYE cloned_key"}));
  ASSERT_EQ(inbox_.cloned.size(), 2U);
  EXPECT_EQ(inbox_.cloned[0].principal, "portal-1");
  EXPECT_TRUE(inbox_.events.empty());
}

TEST_F(SessionsTest, ARestartedAdapterIsNoClone) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  receive(Door::adapters, "b", "portal-1", wire::Hello{"portal", "1", ""});
  sessions_.send(SendGoodbye{{1}, "session_replaced"}, now_, inbox_);
  receive(Door::adapters, "b", "portal-1", wire::Goodbye{"adapter_stopping"});
  inbox_ = {};

  receive(Door::adapters, "c", "portal-1", wire::Hello{"portal", "1", "", "session_replaced", {}});

  EXPECT_TRUE(inbox_.cloned.empty());
  ASSERT_EQ(inbox_.events.size(), 1U);
  EXPECT_EQ(std::get<SessionOpened>(inbox_.events[0]).from.session, SessionNo{3});
}

TEST_F(SessionsTest, AForgedCursorIsRefusedAndCounted) {
  wire::Cursor forged{1, {5}, sha256("x"), sha256("guess")};

  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", "", "", forged});
  receive(Door::publishers, "b", "oa", wire::StatusQuery{"x", forged});

  EXPECT_EQ(reasons_of("a"), (Reasons{"cursor_not_ours", "GOODBYE cursor_not_ours"}));
  EXPECT_EQ(last<wire::Refused>().errors.at(0).reason, "cursor_not_ours");
  EXPECT_TRUE(inbox_.events.empty());
  EXPECT_TRUE(inbox_.statuses.empty());
  EXPECT_NE(metrics_.text().find("gulou_net_refused_cursors 2"), std::string::npos);
}

TEST_F(SessionsTest, ACursorAheadOfAllThatWasSaidIsJudged) {
  sessions_.advance(1, {5}, sha256("five"));
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  sessions_.send(SendWelcome{{{1}, 7}, {1}, {5}, 1}, now_, inbox_);
  const wire::Cursor given = last<wire::Welcome>().cursor;
  EXPECT_EQ(given.seq, Seq{5});
  inbox_ = {};

  receive(Door::publishers, "b", "oa", wire::Submit{{"{}"}, {}, given});
  EXPECT_TRUE(inbox_.events.empty());
  EXPECT_EQ(inbox_.submissions.size(), 1U);

  sessions_.advance(1, {3}, sha256("three"));  // as after a restore
  receive(Door::publishers, "b", "oa", wire::Submit{{"{}"}, {}, given});
  ASSERT_EQ(inbox_.events.size(), 1U);
  EXPECT_EQ(std::get<CursorShown>(inbox_.events[0]).seq, Seq{5});
  EXPECT_EQ(std::get<CursorShown>(inbox_.events[0]).by, "oa");
}

TEST_F(SessionsTest, GarbageIsAnsweredWithItsReason) {
  wire::Encoded garbage;
  garbage.envelope = "\xc1 no msgpack";

  receive_frames(Door::publishers, "a", "oa", garbage);

  EXPECT_EQ(last<wire::ErrorMessage>().error.reason, "message_malformed");
}

TEST_F(SessionsTest, ABatchIsPackedOnceForAllItsTargets) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  receive(Door::adapters, "b", "portal-1", wire::Hello{"portal", "2", ""});
  out_.clear();
  auto items = std::make_shared<HandedItems>();
  HandedItem item;
  item.seq = {5};
  item.publisher = "oa";
  HandedPart part;
  part.seq = {5};
  part.facts.id = "r";
  part.facts.revision = 1;
  item.parts.push_back(part);
  items->push_back(item);

  sessions_.send(
      SendDeliver{Lane::normal, items, {{{1}, {10}, 1000}, {{2}, {11}, 1000}}}, now_, inbox_);

  ASSERT_EQ(out_.size(), 2U);
  EXPECT_EQ(bodies_asked_, 1U);
  ASSERT_EQ(out_[0].frames.size(), 3U);
  EXPECT_EQ(out_[0].shared[1], out_[1].shared[1]);
  EXPECT_EQ(out_[0].shared[2], out_[1].shared[2]);
  EXPECT_NE(out_[0].frames[0], out_[1].frames[0]);
  EXPECT_EQ(last<wire::Deliver>().lease, LeaseNo{11});
}

TEST_F(SessionsTest, AWithdrawalOfAPublisherIsOfItsOwnPublication) {
  receive(Door::publishers,
          "a",
          "oa",
          wire::WithdrawRequest{.id = "water-1",
                                .revision = 2,
                                .kind = "replace",
                                .reason = "时间有误",
                                .public_note = "请看新通知",
                                .successor = "water-2"});

  ASSERT_EQ(inbox_.events.size(), 1U);
  const auto& asked = std::get<WithdrawalAsked>(inbox_.events[0]);
  EXPECT_EQ(asked.from, (Asker{{1}, 7}));
  EXPECT_EQ(asked.by, "oa");
  EXPECT_FALSE(asked.by_operator);
  ASSERT_EQ(asked.targets.size(), 1U);
  EXPECT_EQ(asked.targets[0].key.publisher, "oa");
  EXPECT_EQ(asked.targets[0].key.id, "water-1");
  EXPECT_EQ(asked.targets[0].revision, 2U);
  EXPECT_EQ(asked.kind, WithdrawalKind::replace);
  EXPECT_EQ(asked.reason, "时间有误");
  EXPECT_EQ(asked.public_note, "请看新通知");
  EXPECT_EQ(asked.successor, "water-2");

  SendAccepted accepted{.to = {{1}, 7}, .seq = {12}, .accepted_at = {1}, .epoch = 1};
  accepted.parts.push_back({"water-1", 2, accepted.hash, {}});
  sessions_.send(accepted, now_, inbox_);
  EXPECT_EQ(last<wire::Accepted>().seq, Seq{12});
  EXPECT_EQ(message_->correlation, 7U);
}

TEST_F(SessionsTest, OnlyTheFourKindsOfAWithdrawalMayBeAsked) {
  for (const char* kind : {"expire", "delete", "撤稿"}) {
    receive(Door::publishers,
            "a",
            "oa",
            wire::WithdrawRequest{.id = "water-1", .kind = kind, .reason = "x"});

    EXPECT_EQ(last<wire::Refused>().errors[0].reason, "word_unknown") << kind;
    EXPECT_EQ(last<wire::Refused>().errors[0].field, "kind");
  }
  EXPECT_TRUE(inbox_.events.empty());
}

TEST_F(SessionsTest, AWithdrawalIsHandedOverWithoutABody) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  auto items = std::make_shared<HandedItems>(2);
  HandedItem& gone = items->at(0);
  gone.seq = {9};
  gone.publisher = "oa";
  gone.withdrawal = WithdrawalKind::remove;
  gone.public_note = "内容有误";
  gone.parts.resize(1);
  gone.parts[0].facts.id = "old";
  gone.parts[0].old_url = "http://x/1";
  HandedItem& shown = items->at(1);
  shown.seq = {5};
  shown.publisher = "oa";
  shown.parts.resize(1);
  shown.parts[0].facts.id = "new";
  shown.parts[0].invalid = true;
  shown.parts[0].public_note = "已废止";
  shown.parts[0].gate_url = "http://portal/5";

  sessions_.send(SendDeliver{Lane::withdrawal, items, {{{1}, {10}, 1000}}}, now_, inbox_);

  EXPECT_EQ(bodies_asked_, 1U);
  const auto& delivered = last<wire::Deliver>();
  ASSERT_EQ(delivered.items.size(), 2U);
  EXPECT_EQ(delivered.items[0].action, wire::Action::withdraw);
  EXPECT_EQ(delivered.items[0].withdrawal, WithdrawalKind::remove);
  EXPECT_EQ(delivered.items[0].public_note, "内容有误");
  EXPECT_EQ(delivered.items[0].parts[0].body_bytes, 0U);
  EXPECT_EQ(delivered.items[0].parts[0].old_url, "http://x/1");
  EXPECT_EQ(delivered.items[1].action, wire::Action::publish);
  EXPECT_EQ(delivered.items[1].parts[0].body_bytes, 2U);
  EXPECT_TRUE(delivered.items[1].parts[0].invalid);
  EXPECT_EQ(delivered.items[1].parts[0].public_note, "已废止");
  EXPECT_EQ(delivered.items[1].parts[0].portal_url, "http://portal/5");
  EXPECT_EQ(delivered.bodies, "{}");
}

TEST_F(SessionsTest, ARecallReachesWhoHoldsTheLease) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});

  sessions_.send(SendRecall{{1}, {10}, {5}}, now_, inbox_);

  EXPECT_EQ(last<wire::Recall>().lease, LeaseNo{10});
  EXPECT_EQ(last<wire::Recall>().seq, Seq{5});
}

TEST_F(SessionsTest, ACallBackIsToldApartFromProgress) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  inbox_ = {};

  receive(Door::adapters, "a", "portal-1", wire::Progress{.platform_id = "job-1"});
  receive(Door::adapters, "a", "portal-1", wire::Progress{{10}, {5}, 0, "draft-1"});

  ASSERT_EQ(inbox_.events.size(), 2U);
  EXPECT_EQ(std::get<CalledBack>(inbox_.events[0]).session, SessionNo{1});
  EXPECT_EQ(std::get<CalledBack>(inbox_.events[0]).platform_id, "job-1");
  EXPECT_EQ(std::get<Progressed>(inbox_.events[1]).lease, LeaseNo{10});
}

TEST_F(SessionsTest, APeerThatCannotBeReachedLosesItsSessionAlone) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  inbox_ = {};
  outcome_ = net::SendOutcome::gone;

  sessions_.send(SendProgressOk{{{1}, 0}, {1}, {1}}, now_, inbox_);

  ASSERT_EQ(inbox_.events.size(), 1U);
  EXPECT_EQ(std::get<SessionClosed>(inbox_.events[0]).session, SessionNo{1});
  EXPECT_FALSE(sessions_.knows({1}));
}

// Found by the simulator (seed 1808): a session that ended unnoticed left its adapter waiting for
// ever.
TEST_F(SessionsTest, AnAdapterWhoseSessionIsGoneIsToldToBeginAnew) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  outcome_ = net::SendOutcome::full;
  sessions_.send(SendProgressOk{{{1}, 0}, {1}, {1}}, now_, inbox_);
  outcome_ = net::SendOutcome::sent;

  receive(Door::adapters, "a", "portal-1", wire::Ping{1, false});

  EXPECT_EQ(last<wire::Goodbye>().reason, "session_silent");
}

TEST_F(SessionsTest, SilentAdaptersArePingedThenEnded) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  inbox_ = {};
  out_.clear();

  now_.mono.ms += 6'000;
  sessions_.tick(now_, inbox_);
  EXPECT_FALSE(last<wire::Ping>().answer);
  EXPECT_TRUE(inbox_.events.empty());

  now_.mono.ms += 16'000;
  sessions_.tick(now_, inbox_);
  ASSERT_EQ(inbox_.events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<SessionClosed>(inbox_.events[0]));
}

// Found by gulou-simulation --seed 108: an adapter dropped for a full queue pinged on for ever.
TEST_F(SessionsTest, AnAdapterWithoutASessionIsToldSo) {
  receive(Door::adapters, "a", "portal-1", wire::Hello{"portal", "1", ""});
  outcome_ = net::SendOutcome::full;
  sessions_.send(SendProgressOk{{{1}, 0}, {1}, {1}}, now_, inbox_);
  outcome_ = net::SendOutcome::sent;

  receive(Door::adapters, "a", "portal-1", wire::Ping{7, false});

  EXPECT_EQ(last<wire::Goodbye>().reason, "session_silent");
}

TEST_F(SessionsTest, PingsAreAnsweredWithTheirNumber) {
  receive(Door::publishers, "a", "oa", wire::Ping{42, false});

  EXPECT_EQ(last<wire::Ping>().number, 42U);
  EXPECT_TRUE(last<wire::Ping>().answer);
}

}  // namespace
}  // namespace gulou
