// What it costs that nothing unapproved leaves and that every step is chained.
#include "broker/journal/chain.h"
#include "common/crypto/signature.h"
#include "common/html/sanitise.h"
#include "tests/bench/figures.h"
#include "tests/bench/load.h"

#include <algorithm>
#include <array>
#include <memory>
#include <thread>
#include <utility>

namespace gulou::bench {
namespace {

constexpr double seconds_each = 3;
constexpr double least_seconds = 0.5;  // of a cost on one thread
constexpr uint64_t warm_up = 200;
constexpr uint64_t outstanding = 64;
constexpr uint64_t slice = 16 * outstanding;

// Runs `work` for a while; CPU seconds of one.
template <class Work>
double cpu_each(const Options& options, Work work) {
  const double until = now_seconds() + options.seconds(least_seconds);
  const double before = own_cpu_seconds();
  uint64_t count = 0;
  do {
    work();
    ++count;
  } while (now_seconds() < until);
  return (own_cpu_seconds() - before) / static_cast<double>(count);
}

// A broker and its load, measured in slices.
class Arm {
 public:
  Arm(const Options& options, Bodies& bodies, Policy policy)
      : bodies_(bodies),
        approvals_(approvals_of(policy, bodies)),
        home_(options.dir, 1),
        child_({"serve", home_.path(), "1", "1", std::string(name_of(policy))}),
        load_(home_, child_.line()) {
    load_.approvals = std::move(approvals_);
    load_.publish(bodies_, options.count(warm_up), outstanding, nullptr);
  }

  void run(uint64_t count) {
    const double own = own_cpu_seconds();
    const double cpu = child_.cpu_seconds();
    const double start = now_seconds();
    load_.publish(bodies_, count, outstanding, nullptr);
    seconds_ += now_seconds() - start;
    broker_cpu_ += child_.cpu_seconds() - cpu;
    load_cpu_ += own_cpu_seconds() - own;
    count_ += static_cast<double>(count);
  }

  double broker_us_each() const { return broker_cpu_ / count_ * 1e6; }

  double load_us_each() const { return load_cpu_ / count_ * 1e6; }

  double per_second() const { return count_ / seconds_; }

  double load_cores() const { return load_cpu_ / seconds_; }

 private:
  Bodies& bodies_;
  Approvals approvals_;  // made before anybody waits for an answer
  Home home_;
  Child child_;
  Load load_;
  double seconds_ = 0;
  double broker_cpu_ = 0;
  double load_cpu_ = 0;
  double count_ = 0;
};

// CPU of the chain for one release among 64 of a round.
double chain_us_each(const Options& options) {
  std::vector<std::string> changes;
  for (uint64_t seq = 1; seq <= outstanding; ++seq) {
    EntryAccepted entry{.seq = {seq}, .publisher = "oa", .accepted_at = {1}};
    entry.bundle_digest.bytes.fill(1);
    entry.sign_off.digest = entry.bundle_digest;
    entry.parts.resize(1);
    entry.parts[0].id = "r-00000000";
    entry.parts[0].column = "tzgg";
    entry.parts[0].org_code = "014820037";
    entry.parts[0].index_no = "014820037/2026-00001";
    entry.parts[0].digest = entry.parts[0].content_digest = entry.bundle_digest;
    changes.push_back(encode_change(entry));
  }
  Digest hash;
  const double each = cpu_each(options, [&] { hash = chain_hash(hash, changes); });
  return each / static_cast<double>(outstanding) * 1e6;
}

// With three told approvals and the chain, against neither: both brokers run in turn.
void measure_asserted(const Options& options, Book& book) {
  Bodies bodies(options.body_bytes);
  Arm without(options, bodies, Policy::none);
  Arm with(options, bodies, Policy::asserted);
  const double until = now_seconds() + 2 * options.seconds(seconds_each);
  do {
    without.run(options.count(slice));
    with.run(options.count(slice));
  } while (now_seconds() < until);
  const double chain_us = chain_us_each(options);
  Figure bare{"release_cpu", without.broker_us_each() - chain_us, "us"};
  bare.parameters = {{"chain_us", chain_us}, {"load_cpu_us_each", without.load_us_each()}};
  book.add(bare);
  Figure figure{"asserted_cpu", with.broker_us_each(), "us"};
  figure.limit = bare.name;
  figure.limit_value = bare.value;
  figure.goal = {1.10, 1.05, false};
  figure.parameters = {{"approvals", 3},
                       {"without_approvals_us", without.broker_us_each()},
                       {"load_cpu_us_each", with.load_us_each()}};
  book.add(figure);
}

// Ordinary official text: headings, paragraphs, a list, a table.
std::string html_of(size_t bytes) {
  std::string html;
  while (html.size() < bytes) {
    html +=
        "<h2>一、总体要求</h2><p>各乡镇人民政府，县政府各部门：为做好<strong>老年助餐服务</strong>"
        "工作，现将有关事项通知如下。</p><ol><li>申请人向<a href=\"https://www.example.gov.cn/a\">"
        "户籍所在地</a>提出申请；</li><li>乡镇人民政府审核。</li></ol><table><tbody><tr><th>档次</"
        "th>"
        "<th>标准</th></tr><tr><td>甲</td><td>每人每餐3元</td></tr></tbody></table>";
  }
  return html;
}

void measure_sanitise(const Options& options, Book& book) {
  const auto normal = normalise(html_of(4096));
  CHECK(normal.has_value());
  const double each = cpu_each(options, [&] { CHECK(check_normal_form(normal->html)); });
  Figure figure{"sanitise_4k", each * 4096 / static_cast<double>(normal->html.size()) * 1e6, "us"};
  figure.goal = {250, 160, false};
  figure.parameters = {{"html_bytes", static_cast<double>(normal->html.size())}};
  book.add(figure);
}

Figure limit_verify(const Options& options) {
  const SigningKey key = SigningKey::from_seed({1});
  const std::string message(400, 'x');
  const Signature signature = key.sign(message);
  const double each =
      cpu_each(options, [&] { CHECK(verify(key.public_key(), message, signature)); });
  return {"limit_verify", each * 1e6, "us"};
}

// One signature each, against what the cores that the load leaves could verify.
void measure_signed(const Options& options, Book& book) {
  Bodies bodies(options.body_bytes);
  const Figure before = limit_verify(options);
  Arm arm(options, bodies, Policy::by_key);
  const double until = now_seconds() + options.seconds(seconds_each);
  do {
    arm.run(options.count(slice));
  } while (now_seconds() < until);
  const Figure after = options.smoke() ? before : limit_verify(options);
  book.add(before);
  book.add(after);
  const double verify_us = (before.value + after.value) / 2;
  const double cores = std::max(0.1, std::thread::hardware_concurrency() - arm.load_cores());
  Figure figure{"signed_64", arm.per_second(), "releases/s"};
  figure.limit = "cores left / limit_verify";
  figure.limit_value = cores / verify_us * 1e6;
  figure.goal = {0.7, 0.8, true};
  figure.parameters = {{"verify_us", verify_us},
                       {"cores_left", cores},
                       {"broker_cpu_us_each", arm.broker_us_each()},
                       {"load_cpu_us_each", arm.load_us_each()}};
  book.add(figure);
}

}  // namespace

void measure_approvals(const Options& options, Book& book) {
  measure_asserted(options, book);
  measure_sanitise(options, book);
  measure_signed(options, book);
}

}  // namespace gulou::bench
