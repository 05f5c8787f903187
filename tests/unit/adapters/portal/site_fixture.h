// A site in a temporary directory, releases to put on it, and pages to look at. For tests of the
// site only; each test has a directory of its own. The unity build shares this header between them.
#pragma once

#include "adapters/portal/site.h"
#include "adapters/portal/site_pages.h"
#include "common/crypto/digest.h"
#include "common/json/release_json.h"

#include <filesystem>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace gulou::testing_site {

inline constexpr Utc noon{1'795'492'800'000};  // 2026-11-24T12:00:00+08:00

inline Release release_of(std::string id, Kind kind, std::string column, std::string title) {
  Release release;
  release.id = std::move(id);
  release.revision = 1;
  release.kind = kind;
  release.column = std::move(column);
  release.title = std::move(title);
  release.issuer = {"青石县人民政府办公室", "000000001"};
  release.written_on = "2026-11-20";
  release.disclosure_type = DisclosureType::proactive;
  release.classification = Classification::open;
  release.validity = Validity::valid;
  release.body = {BodyFormat::text, "第一段。\n第二段。"};
  return release;
}

class SiteFixture : public testing::Test {
 protected:
  SiteFixture() {
    std::string pattern = testing::TempDir() + "gulou_site_XXXXXX";
    dir_ = mkdtemp(pattern.data());
    const std::vector<std::string> policy{"政府信息公开", "政策"};
    add_column("zcwj", "政策文件", Kind::policy_document, policy);
    add_column("zcjd", "政策解读", Kind::interpretation, policy);
    add_column("tzgg", "通知公告", Kind::notice, {});
    add_column("bszn", "办事指南", Kind::service_guide, {"办事服务"});
  }

  void add_column(std::string id, std::string name, Kind kind, std::vector<std::string> above) {
    above.push_back(name);
    columns_[id] = Column{.id = id, .name = name, .path = above, .kinds = {kind}};
  }

  ~SiteFixture() override { std::filesystem::remove_all(dir_); }

  Site open() {
    auto site = Site::open(dir_);
    EXPECT_TRUE(site) << describe(site.error());
    return std::move(*site);
  }

  SitePages pages() {
    auto pages = SitePages::open(
        dir_,
        {.name = "青石县人民政府", .base_url = "http://127.0.0.1:8080", .id_code = "5300000001"},
        columns_);
    EXPECT_TRUE(pages) << describe(pages.error());
    return std::move(*pages);
  }

  // A part as the adapter would hand it over; the bytes live in the fixture.
  SitePart part(const Release& release, uint64_t seq, uint32_t number = 0, uint64_t first_seq = 0) {
    releases_.push_back(release);
    canonical_.push_back(to_json(release));
    return {.publisher = "oa",
            .release = &releases_.back(),
            .canonical = canonical_.back(),
            .digest = sha256(canonical_.back()),
            .part = number,
            .seq = Seq{seq},
            .first_seq = Seq{first_seq != 0 ? first_seq : seq},
            .index_no = "000000001/2026-00001",
            .published_on = Utc{noon.ms + static_cast<int64_t>(seq) * 60'000}};
  }

  std::vector<SitePlace> publish(Site& site, const std::vector<SitePart>& parts) {
    const auto places = site.publish(parts, noon);
    EXPECT_TRUE(places) << describe(places.error());
    return places ? *places : std::vector<SitePlace>();
  }

  static HttpResponse get(SitePages& pages, std::string path, Utc now = {noon.ms + 86'400'000}) {
    HttpRequest request;
    request.method = "GET";
    request.path = std::move(path);
    return pages.answer(request, now);
  }

  static std::string text(const HttpResponse& response) {
    if (const auto* shared = std::get_if<SharedBytes>(&response.body)) {
      return **shared;
    }
    const auto* plain = std::get_if<std::string>(&response.body);
    return plain != nullptr ? *plain : std::string();
  }

  static std::string body(SitePages& pages, std::string path) {
    return text(get(pages, std::move(path)));
  }

  static void add_blob(Site& site, std::string_view bytes) {
    const Status added =
        site.add_blob(sha256(bytes), [&](const Site::Sink& sink) { return sink(bytes); });
    EXPECT_TRUE(added) << describe(added.error());
  }

  std::string dir_;
  std::map<std::string, Column, std::less<>> columns_;
  std::list<Release> releases_;
  std::list<std::string> canonical_;
};

}  // namespace gulou::testing_site
