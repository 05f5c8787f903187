// Office is the HTTP side over a real server, client, core and journal (tests/support/bench.h), for
// one test. Its desk runs the core at once, on the one worker thread, which also reads the rows;
// the test touches the bench only between requests.
#pragma once

#include "broker/admin/admin.h"
#include "broker/facts/facts.h"
#include "common/base/limits.h"
#include "common/base/mailbox.h"
#include "common/crypto/digest.h"
#include "common/http/client.h"
#include "common/http/url.h"
#include "common/json/release_json.h"
#include "common/json/value.h"
#include "common/model/media_type.h"
#include "tests/support/bench.h"

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gulou::test {

inline constexpr std::string_view viewer_token = "viewer-token";
inline constexpr std::string_view publisher_token = "oa-token";
inline constexpr std::string_view operator_token = "operator-token";
inline constexpr std::string_view second_token = "second-token";

// Whose turn it is: what the desk has under way is over before the test touches the bench.
class Turns {
 public:
  Turns() { EXPECT_TRUE(token_.try_send('t')); }

  // One turn within another of the same thread is no new one.
  bool begin() {
    if (holder_ == std::this_thread::get_id()) {
      return false;
    }
    EXPECT_EQ(token_.receive(1, std::chrono::seconds(60)).size(), 1U);
    holder_ = std::this_thread::get_id();
    return true;
  }

  void end() {
    holder_ = std::thread::id();
    EXPECT_TRUE(token_.try_send('t'));
  }

 private:
  Mailbox<char> token_{1};
  std::atomic<std::thread::id> holder_;
};

class Turn {
 public:
  explicit Turn(Turns& turns) : turns_(turns), began_(turns.begin()) {}

  ~Turn() {
    if (began_) {
      turns_.end();
    }
  }

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = delete;
  Turn& operator=(Turn&&) = delete;

 private:
  Turns& turns_;
  bool began_;
};

class BenchDesk final : public Desk {
 public:
  BenchDesk(Bench& bench, CountySettings county) : bench_(bench), county_(std::move(county)) {}

  bool submit(std::string publisher,
              PublisherRights rights,
              std::vector<SharedBytes> parts,
              std::vector<std::string> approvals,
              std::function<void(SubmitAnswer)> done) override {
    const Turn turn(turns_);
    if (busy) {
      return false;
    }
    FactsInput input{next(),
                     std::move(publisher),
                     std::move(rights),
                     std::move(parts),
                     true,
                     std::move(approvals)};
    bench_.take(establish_facts(std::move(input), county_, bench_.now.utc));
    bench_.round();
    for (const SendAccepted& accepted : bench_.took<SendAccepted>()) {
      done({true, accepted, sha256("mac"), {}});
    }
    for (const SendRefused& refused : bench_.took<SendRefused>()) {
      done({false, {}, {}, refused.errors});
    }
    return true;
  }

  bool put_blob(const Digest& digest,
                uint64_t offset,
                uint64_t total,
                std::string bytes,
                std::function<void(BlobPutState)> done) override {
    const Turn turn(turns_);
    std::string& held = uploads_[digest];
    if (offset == held.size()) {
      held += bytes;
    }
    if (held.size() < total) {
      done({held.size(), false, {}});
      return true;
    }
    for (size_t at = 0; at < held.size(); at += limits::blob_chunk_bytes) {
      const auto index = static_cast<uint32_t>(at / limits::blob_chunk_bytes);
      EXPECT_TRUE(bench_.journal()
                      .put_chunk(digest, index, held.substr(at, limits::blob_chunk_bytes))
                      .has_value());
    }
    bench_.take(
        BlobArrived{next(), digest, held.size(), std::string(content_word(content_of(held)))});
    bench_.round();
    for (const SendBlobOk& stored : bench_.took<SendBlobOk>()) {
      done({stored.size_bytes, true, {}});
    }
    return true;
  }

  bool show_cursor(CursorShown shown) override {
    const Turn turn(turns_);
    bench_.take(shown);
    bench_.round();
    return true;
  }

  bool view(std::function<void(BrokerView)> done) override {
    const Turn turn(turns_);
    if (!busy) {
      done({bench_.core().view(), shell, bench_.now.utc});
    }
    return !busy;
  }

  bool withdraw(WithdrawalAsked asked, std::function<void(SubmitAnswer)> done) override {
    const Turn turn(turns_);
    asked.from = next();
    bench_.take(asked);
    bench_.round();
    for (const SendAccepted& accepted : bench_.took<SendAccepted>()) {
      done({true, accepted, sha256("mac"), {}});
    }
    for (const SendRefused& refused : bench_.took<SendRefused>()) {
      done({false, {}, {}, refused.errors});
    }
    return true;
  }

  bool decide(Decision decision, std::function<void(Result<DecisionTaken>)> done) override {
    const Turn turn(turns_);
    std::visit(
        [this](auto& one) {
          one.from = next();
          bench_.take(one);
        },
        decision);
    if (const auto* one = std::get_if<OperatorDecided>(&decision)) {
      decided = *one;
    }
    bench_.round();
    for (const SendDone& taken : bench_.took<SendDone>()) {
      done(DecisionTaken{taken.job, taken.confirmation});
    }
    for (const SendRefused& refused : bench_.took<SendRefused>()) {
      done(fail(refused.errors.front()));
    }
    return true;
  }

  // Kept in a mailbox: the test's thread speaks for the broker here.
  bool follow(NoteListener listener) override {
    return !busy && listener(nullptr) && listeners_.try_send(std::move(listener));
  }

  size_t following() const { return listeners_.size(); }

  void tell(const Note& note) {
    for (NoteListener& listener : listeners_.take(listeners_.size())) {
      if (listener(&note)) {
        EXPECT_TRUE(listeners_.try_send(std::move(listener)));
      }
    }
  }

  void forget_listeners() { listeners_.take(listeners_.size()); }

  // What this thread did is known to the desk's, and the other way round.
  void pass_turn() { const Turn turn(turns_); }

  bool busy = false;
  ShellView shell{.started_at = bench_start,
                  .disk_free_bytes = 50,
                  .disk_total_bytes = 100,
                  .chain_checked = true};
  OperatorDecided decided;

 private:
  Asker next() { return {{9'000'000}, ++asked_}; }

  Bench& bench_;
  CountySettings county_;
  std::map<Digest, std::string> uploads_;
  uint64_t asked_ = 0;
  Mailbox<NoteListener> listeners_{16};
  Turns turns_;
};

// A portal that takes everything, WeChat with short titles, and a channel of another column.
inline std::vector<Channel> office_channels() {
  Channel wechat = channel("wechat");
  wechat.content_limits.title_chars_max = 12;
  Channel drills = channel("drills");
  drills.filter.drill = true;
  drills.filter.columns = {"yl"};
  return {channel("portal"), wechat, drills};
}

inline CountySettings office_county(std::vector<Channel> channels = office_channels()) {
  CountySettings settings = county(std::move(channels));
  settings.units["gov"] = {
      .id = "gov", .name = "鼓楼县人民政府", .org_code = "000014349", .phone = "0123"};
  settings.units["jyj"] = {.id = "jyj", .name = "县教育局", .org_code = "000014357"};
  settings.columns["yl"] = {.id = "yl", .name = "演练"};
  settings.columns["tzgg"] = {.id = "tzgg", .name = "通知公告", .responsible_unit = "gov"};
  return settings;
}

inline Release notice(std::string id, std::string title = "关于䶮堃水库蓄水的通知") {
  Release release;
  release.id = std::move(id);
  release.revision = 1;
  release.kind = Kind::notice;
  release.title = std::move(title);
  release.column = "tzgg";
  release.issuer = {"鼓楼县人民政府", "000014349"};
  release.written_on = "2026-05-06";
  release.disclosure_type = DisclosureType::proactive;
  release.classification = Classification::open;
  release.body = {BodyFormat::text, "各乡镇：" + release.id + "即日起蓄水。"};
  return release;
}

inline std::string submission_of(const std::vector<Release>& parts) {
  std::string json = R"({"parts":[)";
  for (const Release& part : parts) {
    json += (json.back() == '[' ? "" : ",") + to_json(part);
  }
  return json + "]}";
}

inline HttpPrincipal principal(std::string name, std::string_view token, HttpRole role) {
  return {std::move(name), sha256(token), {role}, {}};
}

struct Office {
  CountySettings county;
  Bench bench;
  BenchDesk desk;
  Metrics metrics;
  Admin admin;
  HttpClient client;
  std::string token{operator_token};
  std::string language = "en";

  explicit Office(AdminOptions options = {}, std::vector<Channel> channels = office_channels())
      : county(office_county(std::move(channels))),
        bench(county.channels),
        desk(bench, county),
        admin(prepared(std::move(options), county), desk, bench.journal().history(), metrics) {
    const Status started = admin.start("127.0.0.1", 0);
    EXPECT_TRUE(started.has_value());
  }

  static AdminOptions prepared(AdminOptions options, const CountySettings& county) {
    options.county = std::make_shared<const CountySettings>(county);
    options.principals = {principal("clerk", viewer_token, HttpRole::viewer),
                          principal("oa", publisher_token, HttpRole::publisher),
                          principal("office", operator_token, HttpRole::operates),
                          principal("wang", second_token, HttpRole::operates)};
    options.mac_of = [](uint64_t, Seq, const Digest&) { return sha256("mac"); };
    options.threads = 1;
    return options;
  }

  HttpAnswer call(std::string method,
                  const std::string& path,
                  std::string body = {},
                  HttpFields headers = {}) {
    HttpCall call{.method = std::move(method),
                  .url = "http://127.0.0.1:" + std::to_string(admin.port()) + path,
                  .headers = std::move(headers),
                  .body = std::move(body)};
    call.headers.emplace_back("Accept-Language", language);
    if (!token.empty()) {
      call.headers.emplace_back("Authorization", "Bearer " + token);
    }
    desk.pass_turn();
    auto answer = client.call(call);
    desk.pass_turn();
    EXPECT_TRUE(answer.has_value()) << (answer ? std::string() : describe(answer.error()));
    return answer ? *std::move(answer) : HttpAnswer{};
  }

  JsonValue get(const std::string& path, int status = 200) {
    const HttpAnswer answer = call("GET", path);
    EXPECT_EQ(answer.status, status) << answer.body;
    return JsonValue::parse(answer.body).value_or(JsonValue{});
  }

  JsonValue post(const std::string& path, const std::string& body, int status = 200) {
    const HttpAnswer answer = call("POST", path, body, {{"Content-Type", "application/json"}});
    EXPECT_EQ(answer.status, status) << answer.body;
    return JsonValue::parse(answer.body).value_or(JsonValue{});
  }

  // The seq of a submission that must be accepted, as publisher "office".
  uint64_t accept(const std::vector<Release>& parts) {
    return static_cast<uint64_t>(post("/v1/submissions", submission_of(parts), 201).integer("seq"));
  }

  // Connects an adapter that reports this outcome for the one delivery it gets.
  void deliver(const std::string& channel, const Report& report) {
    bench.connect(channel);
    const Handed handed = bench.one_handed();
    ASSERT_FALSE(handed.items->empty());
    const Seq seq = handed.items->front().seq;
    bench.report(handed, seq, seq, report);
  }
};

inline std::string release_path(std::string_view selector) {
  return "/v1/releases/" + percent_encode(selector);
}

}  // namespace gulou::test
