#include "common/wire/codec.h"

#include "common/base/limits.h"
#include "tests/unit/common/wire/samples.h"

#include <random>
#include <set>

namespace gulou::wire {
namespace {

Result<Message> decode_all(const std::vector<std::string_view>& frames) {
  return decode(frames);
}

// A message whose envelope is these msgpack bytes.
std::string reason_of(std::string_view envelope, std::vector<std::string_view> bodies = {}) {
  bodies.insert(bodies.begin(), envelope);
  const auto decoded = decode_all(bodies);
  return decoded ? "decoded" : decoded.error().reason;
}

// {"v": 1, "verb": VERB, …} as msgpack; `rest` are packed keys and values.
std::string envelope_of(std::string_view verb, int keys, std::string_view rest) {
  std::string out(1, static_cast<char>(0x80 | (keys + 2)));
  out += "\xa1v\x01\xa4verb";
  out += static_cast<char>(0xa0 | verb.size());
  out += verb;
  out += rest;
  return out;
}

TEST(CodecTest, EveryMessageSurvivesTheWayThere) {
  std::set<std::string_view> verbs;
  for (const Sample& sample : samples()) {
    const Encoded encoded = encode(sample.message);

    const auto decoded = decode_all(encoded.frames());

    ASSERT_TRUE(decoded) << sample.name << ": " << describe(decoded.error());
    EXPECT_EQ(decoded->correlation, sample.message.correlation);
    EXPECT_EQ(verb_of(decoded->body), verb_of(sample.message.body));
    EXPECT_EQ(encode(*decoded).frames(), encoded.frames()) << sample.name;
    EXPECT_EQ(correlation_of(encoded.envelope), sample.message.correlation);
    verbs.insert(verb_of(sample.message.body));
  }
  EXPECT_EQ(verbs.size(), std::variant_size_v<Body>);
}

// A device for which nothing is left must hear so: it has to remove what it shows.
TEST(CodecTest, AManifestMayListNothing) {
  Manifest nothing;
  nothing.head = {9};
  const Encoded encoded = encode({0, nothing});

  const auto decoded = decode_all(encoded.frames());

  ASSERT_TRUE(decoded) << describe(decoded.error());
  EXPECT_FALSE(std::get<Manifest>(decoded->body).same);
  EXPECT_TRUE(std::get<Manifest>(decoded->body).items.empty());
}

TEST(CodecTest, DeliveriesAndReportsComeBackWhole) {
  const Message message{0,
                        Deliver{.lease = {42},
                                .lane = Lane::urgent,
                                .lease_ms = 1,
                                .items = {sample_retry(), sample_withdrawal()},
                                .bodies = sample_release}};
  const Encoded deliver_bytes = encode(message);
  const auto deliver = decode_all(deliver_bytes.frames());
  ASSERT_TRUE(deliver);
  const auto& items = std::get<Deliver>(deliver->body).items;
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(std::get<Deliver>(deliver->body).lane, Lane::urgent);
  EXPECT_EQ(std::get<Deliver>(deliver->body).bodies, sample_release);
  EXPECT_TRUE(items[0].maybe_published && items[0].imported && items[0].test);
  EXPECT_EQ(items[0].platform_ids, sample_retry().platform_ids);
  EXPECT_EQ(items[0].parts[0].old_url, sample_retry().parts[0].old_url);
  EXPECT_EQ(items[0].parts[0].published_on, sample_time);
  EXPECT_EQ(items[1].action, Action::withdraw);

  const Report quota{.outcome = Outcome::quota, .reason = "daily", .until = sample_time};
  const Report seen{.outcome = Outcome::published, .receipt = sample_receipt()};
  const Encoded report_bytes = encode(
      {0, ReportBatch{.lease = {1}, .items = {report_item(2, 2, seen), report_item(3, 9, quota)}}});
  const auto report = decode_all(report_bytes.frames());
  ASSERT_TRUE(report);
  const auto& back = std::get<ReportBatch>(report->body).items;
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].report, seen);
  EXPECT_EQ(back[0].to.value, 2u);
  EXPECT_EQ(back[1].report, quota);
  EXPECT_EQ(back[1].to.value, 9u);
}

TEST(CodecTest, WithdrawalsAndBannersComeBackWhole) {
  DeliverItem erased = sample_withdrawal();
  erased.withdrawal = WithdrawalKind::erase;
  const Encoded bytes =
      encode({0,
              Deliver{.lease = {42},
                      .lane = Lane::withdrawal,
                      .items = {sample_replacement(), sample_invalidation(), erased}}});
  const auto decoded = decode_all(bytes.frames());
  ASSERT_TRUE(decoded) << describe(decoded.error());
  const auto& items = std::get<Deliver>(decoded->body).items;
  EXPECT_EQ(items[0].withdrawal, WithdrawalKind::replace);
  EXPECT_EQ(items[0].successor, "oa/water-2026-8");
  EXPECT_EQ(items[0].successor_url, "http://127.0.0.1:8080/r/11/");
  EXPECT_EQ(items[1].withdrawal, WithdrawalKind::mark_invalid);
  EXPECT_EQ(items[1].public_note, "本通知已废止");
  EXPECT_EQ(items[2].withdrawal, WithdrawalKind::remove);
  EXPECT_EQ(items[2].parts[0].old_url, "http://127.0.0.1:8080/r/8/");

  const Encoded banner =
      encode({0, Deliver{.items = {sample_invalid()}, .bodies = sample_release}});
  const auto shown = decode_all(banner.frames());
  ASSERT_TRUE(shown) << describe(shown.error());
  const DeliverPart& part = std::get<Deliver>(shown->body).items[0].parts[0];
  EXPECT_TRUE(part.invalid);
  EXPECT_EQ(part.public_note, "本通知已废止");
  EXPECT_EQ(part.portal_url, "http://127.0.0.1:8080/r/8/");
}

TEST(CodecTest, AWithdrawalSaysWhatIsWanted) {
  const Encoded encoded = encode({0, Deliver{.items = {sample_withdrawal()}}});
  const auto reason = [&encoded](std::string_view word) {
    const std::string_view written = "\xa6remove";
    std::string items = encoded.items;
    items.replace(items.find(written),
                  written.size(),
                  static_cast<char>(0xa0 | word.size()) + std::string(word));
    return reason_of(encoded.envelope, {items, ""});
  };
  EXPECT_EQ(reason("replace"), "decoded");
  EXPECT_EQ(reason("erase"), "word_unknown");
  EXPECT_EQ(reason("expire"), "word_unknown");
  EXPECT_EQ(reason(""), "word_unknown");
}

TEST(CodecTest, ACallBackNamesItsIdAndNothingElse) {
  const Encoded encoded = encode({0, Progress{.platform_id = "job-1"}});
  const auto decoded = decode_all(encoded.frames());
  ASSERT_TRUE(decoded) << describe(decoded.error());
  EXPECT_FALSE(std::get<Progress>(decoded->body).lease);
  EXPECT_EQ(std::get<Progress>(decoded->body).platform_id, "job-1");
  const Encoded nameless = encode({0, Progress{}});
  EXPECT_EQ(decode_all(nameless.frames()).error().field, "platform_id");
}

TEST(CodecTest, ItemsArePackedOnceForAllSubscribers) {
  Deliver deliver{
      .lease = {41}, .lane = Lane::normal, .lease_ms = 60'000, .items = {sample_item()}};
  deliver.bodies = sample_release;
  const Encoded whole = encode({0, deliver});
  deliver.items.clear();

  EXPECT_EQ(encode({0, deliver}).envelope, whole.envelope);
  EXPECT_EQ(encode_items(std::vector{sample_item()}), whole.items);
}

TEST(CodecTest, UnknownKeysAreIgnored) {
  EXPECT_EQ(reason_of(envelope_of("PING", 2, "\xa6number\x01\xa5later\x91\xc0")), "decoded");
}

TEST(CodecTest, WrongEnvelopesAreNamed) {
  EXPECT_EQ(decode({}).error().reason, "message_malformed");
  EXPECT_EQ(reason_of(""), "message_malformed");
  EXPECT_EQ(reason_of("\xc1"), "message_malformed");
  EXPECT_EQ(reason_of("\x93\x01\x02\x03"), "message_malformed");
  EXPECT_EQ(reason_of(envelope_of("PING", 1, "\xa6number\x01") + "x"), "message_malformed");
  EXPECT_EQ(reason_of("\x81\xa4verb\xa4PING"), "message_field_missing");
  EXPECT_EQ(reason_of("\x82\xa1v\x02\xa4verb\xa4PING"), "version_unknown");
  EXPECT_EQ(reason_of("\x82\xa1v\xa1"
                      "1\xa4verb\xa4PING"),
            "field_wrong_type");
  EXPECT_EQ(reason_of(envelope_of("PONG", 0, "")), "verb_unknown");
  EXPECT_EQ(reason_of(envelope_of("PING", 0, "")), "message_field_missing");
  EXPECT_EQ(reason_of(envelope_of("PING", 1, "\xa6number\xff")), "field_wrong_type");
  EXPECT_EQ(reason_of(envelope_of("PING", 2, "\xa6number\x01\xa6number\x02")), "field_twice");
  EXPECT_EQ(reason_of(envelope_of("PING", 1, "\xa6number\x01"), {"body"}), "frames_wrong");
  EXPECT_EQ(reason_of(envelope_of("SUBMIT", 0, "")), "frames_wrong");
  EXPECT_EQ(reason_of(envelope_of("GOODBYE", 1, "\xa6reason\xa2\xc3\x28")), "field_not_utf8");
  EXPECT_EQ(reason_of(std::string(limits::envelope_bytes_max + 1, '\xc0')), "frame_too_large");
}

TEST(CodecTest, DeepNestingIsRefused) {
  std::string deep = envelope_of("PING",
                                 2,
                                 "\xa6number\x01\xa4"
                                 "deep");
  deep += std::string(100'000, '\x91');

  EXPECT_EQ(reason_of(deep), "message_malformed");
}

TEST(CodecTest, ErrorsNameTheFieldWithinLists) {
  Deliver deliver{.lease = {1}, .lane = Lane::normal, .items = {sample_item(), sample_item()}};
  deliver.items[1].parts.push_back(deliver.items[1].parts[0]);
  deliver.items[1].parts[1].publisher.clear();
  deliver.bodies = sample_release;

  const Encoded encoded = encode({0, deliver});
  const auto decoded = decode_all(encoded.frames());

  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().field, "items[1].parts[1].publisher");
  EXPECT_EQ(decoded.error().reason, "message_field_missing");
}

TEST(CodecTest, SizesThatDoNotAddUpAreRefused) {
  Deliver deliver{.lease = {1}, .lane = Lane::normal, .items = {sample_item()}};
  for (const std::string_view bodies :
       {sample_release.substr(1), std::string_view(), std::string_view(sample_release)}) {
    deliver.bodies = bodies;
    const Encoded encoded = encode({0, deliver});
    const auto decoded = decode_all(encoded.frames());
    EXPECT_EQ(decoded.has_value(), bodies.size() == sample_release.size());
  }
  const std::string longer = std::string(sample_release) + ' ';
  deliver.bodies = longer;
  const Encoded encoded = encode({0, deliver});
  EXPECT_EQ(decode_all(encoded.frames()).error().reason, "body_size_mismatch");
}

TEST(CodecTest, LimitsOfSizeHold) {
  const std::string large(limits::release_bytes_max + 1, 'x');
  const std::string allowed(limits::release_bytes_max, 'x');
  const std::string chunk(limits::blob_chunk_bytes + 1, 'x');
  const auto reason = [](const Message& message) {
    const Encoded encoded = encode(message);
    const auto decoded = decode_all(encoded.frames());
    return decoded ? "" : decoded.error().reason;
  };

  EXPECT_EQ(reason({1, Submit{.parts = {large}}}), "frame_too_large");
  EXPECT_EQ(reason({1, Submit{.parts = {allowed, allowed, allowed, allowed}}}), "");
  EXPECT_EQ(reason({1, Submit{.parts = {allowed, allowed, allowed, allowed, "x"}}}),
            "frame_too_large");
  EXPECT_EQ(reason({1, BlobPut{.total = chunk.size(), .bytes = chunk}}), "frame_too_large");
  EXPECT_EQ(reason({1, BlobPut{.offset = 3, .total = 5, .bytes = "abc"}}), "blob_piece_outside");
  EXPECT_EQ(reason({1, BlobPut{.offset = 6, .total = 5}}), "blob_piece_outside");
  EXPECT_EQ(reason({1, BlobPut{.total = limits::attachment_bytes_max + 1}}), "field_out_of_range");
  EXPECT_EQ(reason({1, BlobGet{.length = 0}}), "field_out_of_range");
  EXPECT_EQ(reason({1, StatusQuery{std::string(129, 'x')}}), "field_too_long");
  EXPECT_EQ(
      reason(
          {1, ReportBatch{.lease = {1}, .items = {report_item(5, 4, {.outcome = Outcome::gone})}}}),
      "run_reversed");
}

TEST(CodecTest, WhatAPlatformSaidIsMadeFitToSend) {
  const std::string gbk = "\xb7\xb1\xc3\xa6";
  std::string longer;
  for (int i = 0; i < 500; ++i) {
    longer += "鼓";
  }
  for (const std::string& detail : {gbk, longer}) {
    const Encoded encoded = encode(
        {0,
         ReportBatch{.lease = {1},
                     .items = {report_item(
                         1, 1, {.outcome = Outcome::content, .reason = "x", .detail = detail})}}});
    const auto decoded = decode_all(encoded.frames());
    ASSERT_TRUE(decoded) << describe(decoded.error());
    EXPECT_LE(std::get<ReportBatch>(decoded->body).items[0].report.detail.size(),
              limits::attempt_text_bytes_max);
  }
}

TEST(CodecTest, DamagedMessagesNeverCrash) {
  std::mt19937 random(20261124);
  const auto below = [&random](size_t n) { return static_cast<size_t>(random() % n); };
  size_t decoded = 0;
  for (const Sample& sample : samples()) {
    const Encoded encoded = encode(sample.message);
    std::vector<std::string> frames;
    for (const std::string_view frame : encoded.frames()) {
      frames.emplace_back(frame);
    }
    for (int i = 0; i < 2'000; ++i) {
      std::vector<std::string> damaged = frames;
      for (size_t hits = 1 + below(4); hits > 0; --hits) {
        std::string& frame = damaged[below(damaged.size())];
        if (frame.empty() || below(8) == 0) {
          frame.resize(below(frame.size() + 1));
        } else if (below(8) == 0) {
          frame.insert(below(frame.size()), frame.substr(below(frame.size())));
        } else {
          frame[below(frame.size())] = static_cast<char>(random());
        }
      }
      const std::vector<std::string_view> views(damaged.begin(), damaged.end());
      const auto result = decode(views);
      if (result) {
        ++decoded;
        // What is accepted once is accepted again.
        const Encoded again = encode(*result);
        EXPECT_TRUE(decode_all(again.frames())) << sample.name;
      } else {
        EXPECT_FALSE(result.error().reason.empty());
        correlation_of(views[0]);
      }
    }
  }
  EXPECT_GT(decoded, 0u);
}

}  // namespace
}  // namespace gulou::wire
