// The portal's site: a publication into a large one until its page is served, and the whole site
// written anew as plain files.
#include "adapters/portal/site.h"

#include "adapters/portal/site_pages.h"
#include "common/base/check.h"
#include "common/crypto/digest.h"
#include "common/json/release_json.h"
#include "tests/bench/figures.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace gulou::bench {
namespace {

constexpr uint64_t documents_full = 10'000;
constexpr uint64_t publications_full = 300;
constexpr size_t body_bytes = 11 * 1024;
constexpr Utc noon{1'795'492'800'000};

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Works {
 public:
  explicit Works(const std::string& dir) : dir_(dir), site_(*Site::open(dir)) {}

  // Documents first … first + count - 1 at once, as imports come.
  void publish(uint64_t first, uint64_t count) {
    std::vector<Release> releases(count);
    std::vector<std::string> texts(count);
    std::vector<SitePart> parts;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t number = first + i;
      Release& release = releases[i];
      release.id = "d-" + std::to_string(number);
      release.revision = 1;
      release.kind = Kind::policy_document;
      release.column = number % 2 == 0 ? "zcwj" : "tzgg";
      release.title = "关于第" + std::to_string(number) + "号用水安排的通知";
      release.summary = "内容概述";
      release.issuer = {"云溪县人民政府办公室", "014820037"};
      release.written_on = "2026-11-20";
      release.disclosure_type = DisclosureType::proactive;
      release.body = {BodyFormat::html, body(number)};
      texts[i] = to_json(release);
      parts.push_back({.publisher = "oa",
                       .release = &release,
                       .canonical = texts[i],
                       .digest = sha256(texts[i]),
                       .part = 0,
                       .seq = Seq{number},
                       .first_seq = Seq{number},
                       .index_no = "014820037/2026-00001",
                       .published_on = {noon.ms + static_cast<int64_t>(number) * 1000}});
    }
    CHECK(site_.publish(parts, noon).has_value());
  }

  SitePages pages() const {
    std::map<std::string, Column, std::less<>> columns;
    for (const auto& [id, name] : {std::pair{"zcwj", "政策文件"}, {"tzgg", "通知公告"}}) {
      columns[id] = Column{.id = id, .name = name, .path = {"政务公开", name}};
    }
    return *SitePages::open(
        dir_, {.name = "云溪县人民政府", .base_url = "http://127.0.0.1:8080"}, columns);
  }

 private:
  static std::string body(uint64_t number) {
    const std::string line = "<p>第" + std::to_string(number) +
                             "号：各乡镇人民政府、县政府各部门应当按照职责做好供水保障工作。</p>";
    std::string text;
    while (text.size() + line.size() < body_bytes) {
      text += line;
    }
    return text;
  }

  std::string dir_;
  Site site_;
};

HttpResponse get(SitePages& pages, std::string path) {
  HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  return pages.answer(request, noon);
}

}  // namespace

void measure_site(const Options& options, Book& book) {
  const std::string dir = options.dir + "/site-bench";
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  const uint64_t documents = options.count(documents_full, 64);
  Works works(dir + "/site");
  SitePages pages = works.pages();
  constexpr uint64_t at_once = 16;
  uint64_t next = 1;
  while (next <= documents) {
    works.publish(next, at_once);
    next += at_once;
  }
  CHECK(get(pages, "/").status == 200);
  Samples samples;
  for (uint64_t i = 0; i < options.count(publications_full, 4); ++i, ++next) {
    const double begin = now_s();
    works.publish(next, 1);
    const std::string column = next % 2 == 0 ? "/zcwj/" : "/tzgg/";
    CHECK(get(pages, column + std::to_string(next) + "-0.html").status == 200);
    samples.add(now_s() - begin);
  }
  book.add({.name = "site_publish_p99",
            .value = samples.quantile_ms(0.99),
            .unit = "ms",
            .p50_ms = samples.quantile_ms(0.5),
            .p99_ms = samples.quantile_ms(0.99),
            .goal = Goal{.required = 20, .goal = 20, .at_least = false},
            .parameters = {{"documents", static_cast<double>(documents)}}});
  const double begin = now_s();
  SitePages fresh = works.pages();
  CHECK(fresh.export_to(dir + "/out", noon).has_value());
  const double seconds = now_s() - begin;
  book.add({.name = "site_rebuild",
            .value = static_cast<double>(next - 1) / seconds,
            .unit = "pages/s",
            .goal = Goal{.required = 2000, .goal = 2000},
            .parameters = {{"documents", static_cast<double>(next - 1)}}});
  std::filesystem::remove_all(dir);
}

}  // namespace gulou::bench
