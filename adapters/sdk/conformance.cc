#include "adapters/sdk/conformance.h"

#include "adapters/sdk/check_broker.h"
#include "adapters/sdk/check_process.h"
#include "common/base/files.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace gulou::sdk {
namespace {

constexpr int64_t reconnect_ms_max = 45'000;  // a polite adapter waits up to 30 s
constexpr int64_t hold_ms = 500;
constexpr int64_t quiet_ms = 500;

// Keys and secret in files of mode 0600, in a directory that goes with this object.
class KeyFiles {
 public:
  static Result<KeyFiles> make(const CheckBroker& broker) {
    std::string pattern = "/tmp/gulou-check-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      return fail(ErrorCode::unavailable, "check_not_started", {}, {pattern});
    }
    KeyFiles files(pattern);
    TRY(write_file(files.broker_key(), broker.public_key() + "\n"));
    TRY(write_file(files.key(), broker.adapter_secret_key() + "\n"));
    constexpr mode_t own = 0600;
    static_cast<void>(::chmod(files.key().c_str(), own));
    return files;
  }

  KeyFiles(KeyFiles&& other) noexcept : directory_(std::exchange(other.directory_, {})) {}

  KeyFiles& operator=(KeyFiles&&) = delete;
  KeyFiles(const KeyFiles&) = delete;
  KeyFiles& operator=(const KeyFiles&) = delete;

  ~KeyFiles() {
    if (!directory_.empty()) {
      ::unlink(key().c_str());
      ::unlink(broker_key().c_str());
      ::rmdir(directory_.c_str());
    }
  }

  std::string broker_key() const { return directory_ + "/broker.public"; }

  std::string key() const { return directory_ + "/adapter.secret"; }

 private:
  explicit KeyFiles(std::string directory) : directory_(std::move(directory)) {}

  std::string directory_;
};

void replace_all(std::string& text, std::string_view name, std::string_view value) {
  for (size_t at = text.find(name); at != std::string::npos;
       at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
}

class Conformance {
 public:
  Conformance(const ConformanceOptions& options, CheckBroker& broker, const KeyFiles& files)
      : options_(options), broker_(broker) {
    const std::pair<std::string, std::string> names[] = {{"endpoint", broker.endpoint()},
                                                         {"broker_key_file", files.broker_key()},
                                                         {"broker_key", broker.public_key()},
                                                         {"key_file", files.key()},
                                                         {"channel", std::string(check_channel)},
                                                         {"instance", std::string(check_instance)}};
    command_ = options.command;
    for (const auto& [name, value] : names) {
      for (std::string& word : command_) {
        replace_all(word, "{" + name + "}", value);
      }
      std::string variable = "GULOU_" + name;
      std::ranges::transform(variable, variable.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      environment_.emplace_back(std::move(variable), value);
    }
    run_ = std::to_string(read_clocks().utc.ms);
  }

  Result<bool> run(const std::function<void(const Finding&)>& found) {
    using Rule = Status (Conformance::*)();
    constexpr std::pair<std::string_view, Rule> rules[] = {
        {"hello", &Conformance::hello},
        {"publish", &Conformance::publish},
        {"progress", &Conformance::progress},
        {"idempotence", &Conformance::idempotence},
        {"update", &Conformance::update},
        {"order", &Conformance::order},
        {"ambiguity", &Conformance::ambiguity},
        {"withdrawal", &Conformance::withdrawal},
        {"recall", &Conformance::recall},
        {"credit", &Conformance::credit},
        {"ping", &Conformance::ping},
        {"reconnect", &Conformance::reconnect},
        {"stop", &Conformance::stop}};
    bool kept = true;
    for (const auto& [name, rule] : rules) {
      broken_.clear();
      const size_t before = broker_.violations().size();
      TRY((this->*rule)());
      broken_.insert(broken_.end(),
                     broker_.violations().begin() + static_cast<std::ptrdiff_t>(before),
                     broker_.violations().end());
      found({std::string(name), broken_});
      kept = kept && broken_.empty();
      if (name == "hello" && !broken_.empty()) {
        return false;  // nothing else can be tried
      }
    }
    return kept;
  }

 private:
  void break_rule(std::string_view what, const std::string& value = {}) {
    broken_.push_back(std::string(what) + (value.empty() ? "" : " " + value));
  }

  CheckRelease invent() { return {"check-" + run_ + "-" + std::to_string(++invented_), 1}; }

  Status start() {
    broker_.forget();
    process_ = TRY(CheckProcess::start(command_, environment_));
    return {};
  }

  bool wait_ready(int64_t ms) {
    return broker_.listen(
        ms, [this] { return broker_.welcomed() && broker_.credit() > broker_.delivered(); });
  }

  const Report* wait_report(LeaseNo lease) {
    if (!broker_.listen(options_.answer_ms_max,
                        [&] { return broker_.report_of(lease) != nullptr; })) {
      break_rule("check_no_report");
    }
    return broker_.report_of(lease);
  }

  // What was published, where it was; none after a complaint.
  std::optional<PartReceipt> expect_published(LeaseNo lease, const CheckRelease& release) {
    const Report* report = wait_report(lease);
    if (report == nullptr) {
      return std::nullopt;
    }
    if (report->outcome != Outcome::published) {
      break_rule(
          "check_not_published",
          std::string(name_of(report->outcome)) + " " + report->reason + " " + report->detail);
      return std::nullopt;
    }
    PartReceipt there{.revision = release.revision};
    if (!report->receipt.parts.empty()) {
      there = report->receipt.parts.front();
    }
    if (there.revision != release.revision) {
      break_rule("check_wrong_revision", std::to_string(there.revision));
    }
    return there;
  }

  // How often it is visible in this revision; -1: nobody can look.
  Result<int> seen(const CheckRelease& release) {
    if (options_.look.empty()) {
      return -1;
    }
    const std::string text = TRY(output_of(options_.look));
    int times = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      const size_t blank = line.find(' ');
      if (blank != std::string_view::npos && line.substr(0, blank) == release.id) {
        const std::string_view number = line.substr(blank + 1);
        uint32_t revision = 0;
        std::from_chars(number.data(), number.data() + number.size(), revision);
        times += release.revision == 0 || revision == release.revision ? 1 : 0;
      }
    }
    return times;
  }

  // As many copies of it, in whatever revision, as are wanted; and that one in this revision.
  Status expect_seen(const CheckRelease& release, int wanted) {
    const int all = TRY(seen({release.id, 0}));
    const int right = TRY(seen(release));
    if (all >= 0 && (all != wanted || right != wanted)) {
      break_rule(all > wanted ? "check_seen_more" : "check_not_seen",
                 release.id + " " + std::to_string(all));
    }
    return {};
  }

  Status hello() {
    TRY(start());
    if (!wait_ready(options_.answer_ms_max)) {
      break_rule(broker_.welcomed() ? "check_no_credit_given" : "check_no_hello");
    }
    return {};
  }

  Status publish() {
    first_ = invent();
    if (auto there = expect_published(broker_.deliver(first_), first_)) {
      first_there_ = std::move(*there);
      TRY(expect_seen(first_, 1));
    }
    return {};
  }

  // While the answer is held back nothing that cannot be undone may happen.
  Status progress() {
    const CheckRelease release = invent();
    broker_.hold_progress(true);
    const LeaseNo lease = broker_.deliver(release);
    broker_.listen(options_.answer_ms_max, [&] {
      return broker_.progress_count(lease) > 0 || broker_.report_of(lease) != nullptr;
    });
    if (broker_.progress_count(lease) > 0) {
      broker_.listen(hold_ms, [&] { return broker_.report_of(lease) != nullptr; });
      TRY(expect_seen(release, 0));
    }
    broker_.hold_progress(false);
    expect_published(lease, release);
    return expect_seen(release, 1);
  }

  // The same once more, by a broker that does not know what became of it.
  Status idempotence() {
    const LeaseNo lease = broker_.deliver(first_, [](wire::DeliverItem& item) {
      item.attempt = 2;
      item.maybe_published = true;
    });
    expect_published(lease, first_);
    return expect_seen(first_, 1);
  }

  Status update() {
    first_.revision = 2;
    const LeaseNo lease = broker_.deliver(first_, [this](wire::DeliverItem& item) {
      item.parts.front().old_platform_id = first_there_.platform_id;
      item.parts.front().old_url = first_there_.url;
      item.parts.front().old_revision = 1;
    });
    if (auto there = expect_published(lease, first_)) {
      first_there_ = std::move(*there);
    }
    return expect_seen(first_, 1);
  }

  // Revisions handed out one after the other end with the last.
  Status order() {
    const CheckRelease other = invent();
    const LeaseNo one = broker_.deliver(other);
    first_.revision = 3;
    const LeaseNo two = broker_.deliver(first_, [this](wire::DeliverItem& item) {
      item.parts.front().old_platform_id = first_there_.platform_id;
      item.parts.front().old_url = first_there_.url;
      item.parts.front().old_revision = 2;
    });
    expect_published(one, other);
    if (auto there = expect_published(two, first_)) {
      first_there_ = std::move(*there);
    }
    TRY(expect_seen(other, 1));
    return expect_seen(first_, 1);
  }

  // Killed with a delivery in hand, at three different moments; what it had learnt comes back.
  Status ambiguity() {
    for (const size_t moment : {size_t{0}, size_t{1}, size_t{2}}) {
      const CheckRelease release = invent();
      const LeaseNo before = broker_.deliver(release);
      broker_.listen(options_.answer_ms_max, [&] {
        return moment == 0 || broker_.progress_count(before) >= moment ||
               broker_.report_of(before) != nullptr;
      });
      process_->kill();
      const std::vector<std::string> known = broker_.platform_ids(before);
      TRY(start());
      if (!wait_ready(reconnect_ms_max)) {
        break_rule("check_no_hello");
        return {};
      }
      const LeaseNo again = broker_.deliver(release, [&known](wire::DeliverItem& item) {
        item.attempt = 2;
        item.maybe_published = true;
        item.platform_ids = known;
      });
      expect_published(again, release);
      TRY(expect_seen(release, 1));
    }
    return {};
  }

  Status withdrawal() {
    for (int turn = 0; turn < 2; ++turn) {  // the second time nothing is there any more
      expect_removed(broker_.withdraw(first_, first_there_));
      TRY(expect_seen(first_, 0));
    }
    expect_removed(broker_.withdraw(invent(), {}));
    return {};
  }

  void expect_removed(LeaseNo lease) {
    const Report* report = wait_report(lease);
    if (report != nullptr && report->outcome != Outcome::published &&
        report->outcome != Outcome::gone) {
      break_rule("check_not_removed", std::string(name_of(report->outcome)) + " " + report->reason);
    }
  }

  // Taken back at once: reported all the same, and not visible where it was not published.
  Status recall() {
    const CheckRelease release = invent();
    const LeaseNo lease = broker_.deliver(release);
    broker_.recall(lease);
    const Report* report = wait_report(lease);
    const bool there = report != nullptr && report->outcome == Outcome::published;
    return report == nullptr ? Status{} : expect_seen(release, there ? 1 : 0);
  }

  // More than one window of credit is taken up: it has to be granted anew.
  Status credit() {
    const uint64_t window = std::min<uint64_t>(broker_.credit() - broker_.delivered(), 64);
    for (uint64_t number = 0; number < window + 2; ++number) {
      if (!broker_.listen(options_.answer_ms_max,
                          [this] { return broker_.credit() > broker_.delivered(); })) {
        break_rule("check_credit_ends", std::to_string(broker_.credit()));
        return {};
      }
      const CheckRelease release = invent();
      expect_published(broker_.deliver(release), release);
    }
    return {};
  }

  Status ping() {
    constexpr uint64_t number = 4711;
    broker_.ping(number);
    if (!broker_.listen(options_.answer_ms_max, [this] { return broker_.pinged(number); })) {
      break_rule("check_no_pong");
    }
    return {};
  }

  Status reconnect() {
    broker_.say_goodbye();
    if (!wait_ready(reconnect_ms_max) && !process_->ended()) {
      break_rule("check_not_back");
    } else if (!broker_.welcomed()) {  // ending is fine too: a supervisor starts it again
      TRY(start());
      if (!wait_ready(options_.answer_ms_max)) {
        break_rule("check_not_back");
      }
    }
    const CheckRelease release = invent();
    expect_published(broker_.deliver(release), release);
    return {};
  }

  Status stop() {
    if (!process_->stop(options_.answer_ms_max)) {
      break_rule("check_not_stopped");
    }
    broker_.listen(quiet_ms, [] { return false; });  // what it still says is judged too
    return {};
  }

  const ConformanceOptions& options_;
  CheckBroker& broker_;
  std::vector<std::string> command_;
  CheckProcess::Environment environment_;
  std::optional<CheckProcess> process_;
  std::string run_;
  int invented_ = 0;
  CheckRelease first_;
  PartReceipt first_there_;
  std::vector<std::string> broken_;
};

}  // namespace

Result<bool> check_conformance(const ConformanceOptions& options,
                               const std::function<void(const Finding&)>& found) {
  const net::Context context = TRY(net::Context::open(1));
  CheckBroker broker = TRY(CheckBroker::open(context));
  const KeyFiles files = TRY(KeyFiles::make(broker));
  Conformance conformance(options, broker, files);
  return conformance.run(found);
}

}  // namespace gulou::sdk
