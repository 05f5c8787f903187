#include "adapters/portal/site.h"

#include "common/base/files.h"
#include "tests/unit/adapters/portal/site_fixture.h"

#include <chrono>

namespace gulou::testing_site {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using SiteTest = SiteFixture;

TEST_F(SiteTest, BundleAppearsAtOnceWithLinksBothWays) {
  Site site = open();
  SitePages web = pages();
  Release document = release_of("doc-1", Kind::policy_document, "zcwj", "关于政务公开的意见");
  Release reading = release_of("read-1", Kind::interpretation, "zcjd", "一图读懂政务公开");
  reading.relations = {{RelationKind::interprets, "doc-1"}};

  const auto places = publish(site, {part(document, 7, 0), part(reading, 7, 1)});

  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].url_path, "/zcwj/7-0.html");
  EXPECT_EQ(places[1].url_path, "/zcjd/7-1.html");
  EXPECT_THAT(body(web, "/zcwj/7-0.html"), HasSubstr("href=\"/zcjd/7-1.html\""));
  EXPECT_THAT(body(web, "/zcjd/7-1.html"), HasSubstr("href=\"/zcwj/7-0.html\""));
}

TEST_F(SiteTest, InterpretationThatComesLaterIsLinkedFromTheDocument) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("doc-1", Kind::policy_document, "zcwj", "意见"), 1)});
  EXPECT_THAT(body(web, "/zcwj/1-0.html"), Not(HasSubstr("政策解读</h2>")));
  Release reading = release_of("read-1", Kind::interpretation, "zcjd", "解读");
  reading.relations = {{RelationKind::interprets, "doc-1"}};

  publish(site, {part(reading, 900)});

  EXPECT_THAT(body(web, "/zcwj/1-0.html"), HasSubstr("href=\"/zcjd/900-0.html\""));
  EXPECT_THAT(body(web, "/zcjd/900-0.html"), HasSubstr("href=\"/zcwj/1-0.html\""));
}

TEST_F(SiteTest, AFurtherPhaseIsLinkedFromTheEarlierOne) {
  Site site = open();
  SitePages web = pages();
  Release first = release_of("read-1", Kind::interpretation, "zcjd", "起草说明");
  first.relations = {{RelationKind::interprets, "doc-1"}};  // comes before its document
  publish(site, {part(first, 1)});
  publish(site, {part(release_of("doc-1", Kind::policy_document, "zcwj", "意见"), 2)});
  Release later = release_of("read-2", Kind::interpretation, "zcjd", "实施解读");
  later.relations = {{RelationKind::phase_of, "read-1"}, {RelationKind::interprets, "doc-1"}};

  publish(site, {part(later, 900)});

  EXPECT_THAT(body(web, "/zcjd/1-0.html"), HasSubstr("href=\"/zcjd/900-0.html\""));
  EXPECT_THAT(body(web, "/zcjd/900-0.html"), HasSubstr("href=\"/zcjd/1-0.html\""));
  EXPECT_THAT(body(web, "/zcwj/2-0.html"), HasSubstr("href=\"/zcjd/1-0.html\""));
  EXPECT_THAT(body(web, "/zcwj/2-0.html"), HasSubstr("href=\"/zcjd/900-0.html\""));
  EXPECT_THAT(body(web, "/zcjd/1-0.html"), HasSubstr("href=\"/zcwj/2-0.html\""));
}

TEST_F(SiteTest, CrashBeforeTheFlipLeavesTheOldSite) {
  Site site = open();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "旧通知"), 1)});
  {
    auto store = SiteStore::open(dir_);
    ASSERT_TRUE(store);
    auto record = store->record(Place{Seq{1}, 0});
    ASSERT_TRUE(record);
    record->title = "没有完成的修改";
    SiteRecord other = *record;
    other.publication = "oa/b";
    other.place = {Seq{2}, 0};
    ASSERT_TRUE(store->prepare({{*record, "{}"}, {other, "{}"}}));  // killed here
  }

  SitePages web = pages();
  EXPECT_THAT(body(web, "/"), HasSubstr("旧通知"));
  EXPECT_EQ(get(web, "/tzgg/2-0.html").status, 404);
  Site reopened = open();
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("旧通知"));
  EXPECT_EQ(list_files(dir_ + "/content/0")->size(), 1U);  // what was unfinished is swept
  EXPECT_EQ(list_files(dir_ + "/segments")->size(), 1U);
}

TEST_F(SiteTest, LostIndexIsRebuiltFromContentWithoutTheTornFlip) {
  {
    Site site = open();
    publish(site, {part(release_of("a", Kind::notice, "tzgg", "通知甲"), 1)});
    publish(site, {part(release_of("b", Kind::notice, "tzgg", "通知乙"), 300)});
    Release revised = release_of("a", Kind::notice, "tzgg", "通知甲（第二版）");
    revised.revision = 2;
    publish(site, {part(revised, 301, 0, 1)});
    auto store = SiteStore::open(dir_);
    auto record = store->record(Place{Seq{1}, 0});
    record->title = "撕裂";
    SiteRecord second = *record;
    second.place = {Seq{302}, 0};
    ASSERT_TRUE(store->prepare({{*record, "{}"}, {second, "{}"}}));
  }
  const auto contents = list_files(dir_ + "/content/1");
  for (const std::string& name : *contents) {
    if (name.ends_with("302-0")) {
      std::filesystem::remove(dir_ + "/content/1/" + name);  // the power went before it was written
    }
  }
  std::filesystem::remove(dir_ + "/index");

  Site site = open();
  SitePages web = pages();

  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("通知甲（第二版）"));
  EXPECT_THAT(body(web, "/tzgg/300-0.html"), HasSubstr("通知乙"));
  EXPECT_THAT(body(web, "/tzgg/"), HasSubstr("共 2 条"));
}

TEST_F(SiteTest, DamagedSegmentIsNoticedAndRebuilt) {
  {
    Site site = open();
    publish(site, {part(release_of("a", Kind::notice, "tzgg", "通知甲"), 1)});
  }
  const std::string segment = dir_ + "/segments/" + list_files(dir_ + "/segments")->front();
  std::string bytes = *read_file(segment, 1 << 20);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  ASSERT_TRUE(write_file(segment, bytes));

  Site site = open();
  SitePages web = pages();

  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("通知甲"));
}

TEST_F(SiteTest, RevisionKeepsItsUrlEvenInAnotherColumn) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "第一版"), 5)});
  Release revised = release_of("a", Kind::notice, "zcwj", "第二版");
  revised.revision = 2;
  revised.update = UpdateClass::major;
  revised.change_note = "更正第三条中的日期";

  const auto places = publish(site, {part(revised, 9, 3, 5)});

  EXPECT_EQ(places[0].url_path, "/tzgg/5-0.html");
  EXPECT_THAT(body(web, "/tzgg/5-0.html"), HasSubstr("更正第三条中的日期"));
  EXPECT_THAT(body(web, "/zcwj/"), HasSubstr("href=\"/tzgg/5-0.html\""));
  EXPECT_THAT(body(web, "/tzgg/"), HasSubstr("共 0 条"));
}

TEST_F(SiteTest, UrlSurvivesTheLossOfTheWholeSite) {
  Site site = open();
  Release revised = release_of("a", Kind::notice, "zcwj", "第二版");
  revised.revision = 2;
  SitePart again = part(revised, 9, 0, 5);
  again.old_url = "http://127.0.0.1:8080/tzgg/5-3.html";

  EXPECT_EQ(publish(site, {again})[0].url_path, "/tzgg/5-3.html");
}

TEST_F(SiteTest, OlderRevisionIsIgnored) {
  Site site = open();
  Release second = release_of("a", Kind::notice, "tzgg", "第二版");
  second.revision = 2;
  publish(site, {part(second, 9, 0, 5)});

  const auto places = publish(site, {part(release_of("a", Kind::notice, "tzgg", "第一版"), 5)});

  EXPECT_EQ(places[0].revision, 2U);
  SitePages web = pages();
  EXPECT_THAT(body(web, "/tzgg/5-0.html"), HasSubstr("第二版"));
}

TEST_F(SiteTest, RepeatingAPublicationChangesNothing) {
  Site site = open();
  const SitePart once = part(release_of("a", Kind::notice, "tzgg", "通知"), 1);
  publish(site, {once});
  const std::string before = *read_file(dir_ + "/index", 1 << 20);

  publish(site, {once});

  EXPECT_EQ(*read_file(dir_ + "/index", 1 << 20), before);
}

TEST_F(SiteTest, AttachmentMustBeThereFirst) {
  Site site = open();
  Release release = release_of("a", Kind::notice, "tzgg", "通知");
  release.attachments = {
      {"form.pdf", "申请表", "application/pdf", 8, sha256("%PDF-1.7"), "", false}};

  const auto refused = site.publish(std::vector{part(release, 1)}, noon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "site_attachment_missing");
  EXPECT_FALSE(*site.find("oa", "a"));
  add_blob(site, "%PDF-1.7");

  publish(site, {part(release, 1)});

  EXPECT_TRUE(*site.find("oa", "a"));
}

TEST_F(SiteTest, RemovedTextLeavesTheDiskAndStaysAway) {
  Site site = open();
  SitePages web = pages();
  Release release = release_of("a", Kind::notice, "tzgg", "误发的通知");
  release.attachments = {
      {"form.pdf", "申请表", "application/pdf", 8, sha256("%PDF-1.7"), "", false}};
  add_blob(site, "%PDF-1.7");
  publish(site, {part(release, 1), part(release_of("b", Kind::notice, "tzgg", "别的通知"), 1, 1)});

  ASSERT_TRUE(site.withdraw(
      {WithdrawalKind::remove, {{"oa/a", 1}}, "内容有误，已撤下。", "", Seq{101}}, noon));

  const HttpResponse gone = get(web, "/tzgg/1-0.html");
  EXPECT_EQ(gone.status, 410);
  EXPECT_THAT(text(gone), HasSubstr("内容有误，已撤下。"));
  EXPECT_EQ(get(web, "/tzgg/1-0/form.pdf").status, 410);
  EXPECT_THAT(body(web, "/"), Not(HasSubstr("误发的通知")));
  EXPECT_FALSE(site.has_blob(sha256("%PDF-1.7")));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_)) {
    if (entry.is_regular_file()) {
      EXPECT_THAT(*read_file(entry.path(), 1 << 20), Not(HasSubstr("误发"))) << entry.path();
    }
  }
  publish(site, {part(release, 1)});  // a late retry of what was removed
  EXPECT_EQ(get(web, "/tzgg/1-0.html").status, 410);
  EXPECT_EQ(get(web, "/tzgg/1-1.html").status, 200);
}

TEST_F(SiteTest, AnAttachmentThatAnotherPageShowsStays) {
  Site site = open();
  SitePages web = pages();
  Release first = release_of("a", Kind::notice, "tzgg", "通知甲");
  first.attachments = {{"form.pdf", "申请表", "application/pdf", 8, sha256("%PDF-1.7"), "", false}};
  Release second = first;
  second.id = "b";
  add_blob(site, "%PDF-1.7");
  publish(site, {part(first, 1), part(second, 2)});

  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 1}}, "", "", Seq{102}}, noon));

  EXPECT_EQ(get(web, "/tzgg/1-0/form.pdf").status, 410);
  EXPECT_EQ(get(web, "/tzgg/2-0/form.pdf").status, 200);
}

TEST_F(SiteTest, OnePartOfABundleIsWithdrawnAlone) {
  Site site = open();
  SitePages web = pages();
  Release document = release_of("doc-1", Kind::policy_document, "zcwj", "意见");
  Release reading = release_of("read-1", Kind::interpretation, "zcjd", "解读");
  reading.relations = {{RelationKind::interprets, "doc-1"}};
  publish(site, {part(document, 7, 0), part(reading, 7, 1)});

  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/read-1", 1}}, "", "", Seq{103}}, noon));

  EXPECT_EQ(get(web, "/zcjd/7-1.html").status, 410);
  EXPECT_THAT(body(web, "/zcwj/7-0.html"), Not(HasSubstr("/zcjd/7-1.html")));
  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/doc-1", 1}}, "", "", Seq{104}}, noon));
  EXPECT_EQ(get(web, "/zcwj/7-0.html").status, 410);
}

TEST_F(SiteTest, PlacesSayWhatAWithdrawalMet) {
  Site site = open();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "通知"), 1)});

  const auto places = site.withdraw(
      {WithdrawalKind::remove, {{"oa/a", 3}, {"oa/nowhere", 1}}, "", "", Seq{105}}, noon);

  ASSERT_TRUE(places) << describe(places.error());
  ASSERT_EQ(places->size(), 2U);
  EXPECT_EQ((*places)[0]->url_path, "/tzgg/1-0.html");
  EXPECT_TRUE((*places)[0]->down());
  EXPECT_FALSE((*places)[1].has_value());
  // The revision that never came here does not appear later.
  Release third = release_of("a", Kind::notice, "tzgg", "第三版");
  third.revision = 3;
  EXPECT_TRUE(publish(site, {part(third, 9, 0, 1)})[0].down());
}

TEST_F(SiteTest, AWithdrawalMeetsOnlyWhatItMeant) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "第一版"), 1)});
  Release second = release_of("a", Kind::notice, "tzgg", "第二版");
  second.revision = 2;
  publish(site, {part(second, 2, 0, 1)});

  // Told late: it was about the first revision.
  ASSERT_TRUE(
      site.withdraw({WithdrawalKind::mark_invalid, {{"oa/a", 1}}, "已废止", "", Seq{106}}, noon));
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), Not(HasSubstr("已废止")));

  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 2}}, "撤下", "", Seq{107}}, noon));
  ASSERT_TRUE(
      site.withdraw({WithdrawalKind::mark_invalid, {{"oa/a", 2}}, "已废止", "", Seq{108}}, noon));
  EXPECT_EQ(get(web, "/tzgg/1-0.html").status, 410);
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("撤下"));
}

TEST_F(SiteTest, TheLaterOfTwoWithdrawalsStands) {
  Site site = open();
  SitePages web = pages();
  publish(site,
          {part(release_of("a", Kind::notice, "tzgg", "旧通知"), 1),
           part(release_of("b", Kind::notice, "tzgg", "新通知"), 2)});
  ASSERT_TRUE(site.withdraw({WithdrawalKind::expire, {{"oa/a", 1}}, "", "", Seq{10}}, noon));

  ASSERT_TRUE(site.withdraw({WithdrawalKind::replace, {{"oa/a", 1}}, "", "oa/b", Seq{12}}, noon));
  ASSERT_TRUE(site.withdraw({WithdrawalKind::remove, {{"oa/a", 1}}, "迟到", "", Seq{11}}, noon));

  EXPECT_EQ(get(web, "/tzgg/1-0.html").status, 410);
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("href=\"/tzgg/2-0.html\""));
  EXPECT_THAT(body(web, "/tzgg/1-0.html"), Not(HasSubstr("迟到")));
}

TEST_F(SiteTest, RepeatingAWithdrawalChangesNothing) {
  Site site = open();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "通知"), 1)});
  const Site::Withdrawal once{WithdrawalKind::remove, {{"oa/a", 1}}, "撤下", "", Seq{109}};
  ASSERT_TRUE(site.withdraw(once, noon));
  const std::string before = *read_file(dir_ + "/index", 1 << 20);

  ASSERT_TRUE(site.withdraw(once, Utc{noon.ms + 1000}));

  EXPECT_EQ(*read_file(dir_ + "/index", 1 << 20), before);
}

TEST_F(SiteTest, ANewRevisionAfterItsTimeWasOverAppearsWhereTheOldOneWas) {
  Site site = open();
  SitePages web = pages();
  publish(site, {part(release_of("a", Kind::notice, "tzgg", "第一版"), 1)});
  ASSERT_TRUE(site.withdraw({WithdrawalKind::expire, {{"oa/a", 1}}, "", "", Seq{110}}, noon));
  Release second = release_of("a", Kind::notice, "tzgg", "第二版");
  second.revision = 2;

  publish(site, {part(second, 9, 0, 1)});

  EXPECT_THAT(body(web, "/tzgg/1-0.html"), HasSubstr("第二版"));
  EXPECT_THAT(body(web, "/tzgg/"), HasSubstr("共 1 条"));
}

TEST_F(SiteTest, PublishingIntoALargeSiteStaysCheap) {
  {
    Site site = open();
    publish(site, {part(release_of("n1", Kind::notice, "tzgg", "通知"), 1)});
  }
  const auto root = read_root(dir_);
  ASSERT_TRUE(root);
  const auto first = read_segment(dir_, root->segments.at(0));
  ASSERT_TRUE(first);
  SiteRoot large = *root;
  for (uint64_t number = 1; number <= 40; ++number) {
    std::vector<SiteRecord> records;
    for (uint64_t seq = number * segment_seqs; seq < (number + 1) * segment_seqs; ++seq) {
      SiteRecord record = first->front();
      record.publication = "oa/n" + std::to_string(seq);
      record.place = {Seq{seq}, 0};
      records.push_back(record);
    }
    large.segments[number] = segment_name(number, large.generation);
    ASSERT_TRUE(
        write_file(segments_path(dir_) + "/" + large.segments[number], segment_bytes(records)));
  }
  ASSERT_TRUE(replace_file(root_path(dir_), root_bytes(large)));
  Site site = open();
  SitePages web = pages();
  EXPECT_THAT(body(web, "/tzgg/"), HasSubstr("共 10241 条"));

  const auto start = std::chrono::steady_clock::now();
  publish(site, {part(release_of("new", Kind::notice, "tzgg", "最新通知"), 10'600)});
  EXPECT_THAT(body(web, "/tzgg/"), HasSubstr("最新通知"));
  const auto took = std::chrono::steady_clock::now() - start;

  // Some 10 ms in truth; the bound leaves room for a slow disk.
  EXPECT_LT(took, std::chrono::seconds(2));
  RecordProperty(
      "ms", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
}

}  // namespace
}  // namespace gulou::testing_site
