#include "broker/admin/selector.h"
#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

namespace {

std::string ids(const JsonValue& answer) {
  std::string found;
  for (const JsonValue& line : answer.items("releases")) {
    found += (found.empty() ? "" : " ") + std::string(line.text("id"));
  }
  return found;
}

Release document(std::string id, std::string doc_no) {
  Release release = notice(std::move(id), "关于" + doc_no + "的通知");
  release.doc_no = std::move(doc_no);
  return release;
}

}  // namespace

TEST(ReleasesTest, AreListedNewestFirstInPages) {
  Office office;
  for (const char* id : {"n-1", "n-2", "n-3"}) {
    office.accept({notice(id)});
  }

  const JsonValue first = office.get("/v1/releases?limit=2");
  const JsonValue second =
      office.get("/v1/releases?limit=2&before=" + std::to_string(first.integer("next")));

  EXPECT_EQ(ids(first), "n-3 n-2");
  EXPECT_EQ(first.text("releases[0].title"), "关于䶮堃水库蓄水的通知");
  EXPECT_EQ(first.text("releases[0].lane"), "normal");
  EXPECT_EQ(ids(second), "n-1");
  EXPECT_TRUE(second.at("next").is_null());
  EXPECT_EQ(office.get("/v1/releases?limit=0", 400).text("code"), "parameter_out_of_range");
  EXPECT_EQ(office.get("/v1/releases?limit=9999", 400).text("errors[0].field"), "limit");
  EXPECT_EQ(office.get("/v1/releases?before=x", 400).text("code"), "parameter_out_of_range");
}

TEST(ReleasesTest, OneIsShownWithEveryChannel) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", published("http://p/1.html", 1));

  const JsonValue release = office.get(release_path("#1"));

  EXPECT_EQ(release.text("publisher"), "office");
  EXPECT_EQ(release.text("receipt.mac"), to_hex(sha256("mac")));
  EXPECT_EQ(release.text("receipt.hash").size(), 64U);
  EXPECT_EQ(release.text("parts[0].issuer"), "鼓楼县人民政府");
  EXPECT_EQ(release.integer("parts[0].newest_revision"), 1);
  EXPECT_EQ(release.text("parts[0].published_on"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(release.text("channels[0].state"), "published");
  EXPECT_EQ(release.text("channels[0].receipt.level"), "public");
  EXPECT_EQ(release.text("channels[0].receipt.parts[0].url"), "http://p/1.html");
  EXPECT_EQ(release.text("channels[1].state"), "pending");
  EXPECT_EQ(release.text("channels[1].next"),
            "No adapter serves channel wechat; start it, and this goes on by itself");
  EXPECT_TRUE(release.boolean("channels[2].not_for_this_channel"));
  EXPECT_TRUE(release.at("releases").is_null());
  EXPECT_EQ(office.get(release_path("#1") + "?raw=1").text("releases[0].title"),
            "关于䶮堃水库蓄水的通知");
}

TEST(ReleasesTest, AreFoundByWhateverNamesThem) {
  Office office;
  office.accept({document("gov-2026-8", "鼓政发〔2026〕8号")});
  office.accept({notice("jyj-7")});
  office.deliver("portal", published("http://p/a.html", 1));

  const auto seq = [&](std::string_view selector) {
    return office.get(release_path(selector)).integer("seq");
  };
  EXPECT_EQ(seq("#1"), 1);
  EXPECT_EQ(seq("2"), 2);
  EXPECT_EQ(seq("gov-2026-8"), 1);
  EXPECT_EQ(seq("office/jyj-7"), 2);
  EXPECT_EQ(seq("jy"), 2);
  EXPECT_EQ(seq("鼓政发〔2026〕8号"), 1);
  EXPECT_EQ(seq("鼓政发[２０２６] 8号"), 1);
  EXPECT_EQ(seq("000014349/2026-00002"), 2);
  EXPECT_EQ(seq("http://p/a.html"), 1);
  EXPECT_EQ(seq("http://p/a.html#part"), 1);
}

TEST(ReleasesTest, ADocumentOfAnotherIssuerIsFoundToo) {
  Office office;
  Release imported = document("law-1", "国令第588号〔2011〕");
  imported.doc_no = "国发〔2011〕3号";
  imported.issuer = {"国务院", "000000018"};
  imported.imported = Imported{"老网站", "2011-01-31"};
  office.accept({imported});

  EXPECT_EQ(office.get(release_path("国发〔2011〕3号")).integer("seq"), 1);
}

TEST(ReleasesTest, SelectorsThatFitSeveralOrNoneSaySo) {
  Office office;
  office.accept({notice("n-1")});
  office.accept({notice("n-2")});

  const JsonValue several = office.get(release_path("n-"), 409);
  EXPECT_EQ(several.text("code"), "selector_ambiguous");
  EXPECT_EQ(several.text("errors[1].field"), "office/n-1");
  EXPECT_EQ(several.text("errors[2].sentence"), "office/n-2 (#2)");
  for (const char* unknown : {"#3",
                              "3",
                              "x",
                              "oa/n-1",
                              "http://p/none",
                              "鼓政发〔2026〕9号",
                              "#",
                              "#0",
                              "#1x",
                              "第3号"}) {
    EXPECT_EQ(office.get(release_path(unknown), 404).text("code"), "release_unknown") << unknown;
  }
  EXPECT_EQ(office.get(release_path(std::string(3000, 'a')), 404).text("code"), "release_unknown");
}

TEST(ReleasesTest, APublisherSeesItsOwnOnly) {
  Office office;
  office.accept({notice("n-1")});
  office.token = publisher_token;
  office.post("/v1/submissions", submission_of({notice("oa-1")}), 201);

  EXPECT_EQ(office.get(release_path("oa-1")).integer("seq"), 2);
  EXPECT_EQ(office.get(release_path("#1"), 404).text("code"), "release_unknown");
  EXPECT_EQ(office.get("/v1/publications/oa/oa-1").integer("revisions[0].seq"), 2);
  EXPECT_EQ(office.get("/v1/publications/office/n-1", 404).text("code"), "release_unknown");
}

TEST(ReleasesTest, APublicationHasAllItsRevisions) {
  Office office;
  office.accept({notice("n-1")});
  Release second = notice("n-1", "关于蓄水的更正通知");
  second.revision = 2;
  second.previous_revision = 1;
  second.update = UpdateClass::minor;
  office.accept({second});

  const JsonValue publication = office.get("/v1/publications/office/n-1");

  EXPECT_EQ(publication.text("index_no"), "000014349/2026-00001");
  EXPECT_EQ(publication.items("revisions").size(), 2U);
  EXPECT_EQ(publication.text("revisions[1].digest"), to_hex(sha256(to_json(second))));
  EXPECT_EQ(office.get(release_path("n-1")).integer("seq"), 2);
  EXPECT_EQ(office.get(release_path("#1")).integer("parts[0].newest_revision"), 2);
}

TEST(FindTest, LooksInTitlesUnlessTheTextNamesARelease) {
  Office office;
  office.accept({document("gov-8", "鼓政发〔2026〕8号")});
  office.accept({notice("n-2")});
  const auto find = [&](std::string_view text) {
    const JsonValue answer = office.get("/v1/find?q=" + percent_encode(text));
    return std::string(answer.text("by")) + ": " + ids(answer);
  };

  EXPECT_EQ(find("水库"), "title: n-2");
  EXPECT_EQ(find("通知"), "title: n-2 gov-8");
  EXPECT_EQ(find("鼓政发〔2026〕8号"), "doc_no: gov-8");
  EXPECT_EQ(find("000014349/2026-00002"), "index_no: n-2");
  EXPECT_EQ(find("gov-8"), "id: gov-8");
  EXPECT_EQ(find("gov"), "id: gov-8");
  EXPECT_EQ(find("#2"), "id: n-2");
  EXPECT_EQ(find("8"), "title: gov-8");
  EXPECT_EQ(find("http://p/none"), "url: ");
  EXPECT_EQ(find("没有"), "title: ");
  EXPECT_EQ(office.get("/v1/find?q=", 400).text("code"), "search_text_invalid");
}

}  // namespace gulou::test
