// What the broker keeps of a delivery to WeChat, and what is read out of it.
#include "adapters/wechat/marks.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

sdk::Part marked_part(uint8_t index, std::string id, uint32_t revision) {
  sdk::Part part;
  part.part = index;
  part.publisher = "oa";
  part.release.id = std::move(id);
  part.release.revision = revision;
  part.portal_url = "http://a.cn:80/" + part.release.id;
  return part;
}

TEST(MarksTest, KeyNamesPartsAndRevisionsInTheOrderOfTheArticles) {
  const std::string key = message_key({marked_part(0, "a", 1), marked_part(2, "b", 13)});

  EXPECT_EQ(key, "0.1,2.13");
  EXPECT_EQ(index_in(key, 2), 2U);
  EXPECT_EQ(revision_in(key, 2), 13U);
  EXPECT_EQ(index_in(key, 1), 0U);
}

TEST(MarksTest, AddressIsFoundByThePublicationWhateverItsIndexNow) {
  const sdk::Part part = marked_part(1, "x:y", 1);
  const std::vector<std::string> ids{at_mark(part)};
  sdk::Part withdrawn = marked_part(0, "x:y", 1);
  withdrawn.portal_url.clear();

  EXPECT_EQ(Marks(ids).url_of(withdrawn), "http://a.cn:80/x:y");
  EXPECT_EQ(Marks(ids).index_of(withdrawn), 1U);
  EXPECT_EQ(Marks(ids).url_of(marked_part(0, "x", 1)), "");
}

TEST(MarksTest, SubmissionIsOpenUntilItWasRefusedOrIsAJob) {
  const Utc at{1234};
  std::vector<std::string> ids{draft_mark("M1", "0.1"), submit_mark("M1", at)};
  ASSERT_TRUE(Marks(ids).open_submission());
  EXPECT_EQ(Marks(ids).open_submission()->media_id, "M1");
  EXPECT_EQ(Marks(ids).open_submission()->at, at);

  ids.push_back(refused_mark("M1", at));
  EXPECT_FALSE(Marks(ids).open_submission());

  ids.push_back(submit_mark("M1", {2000}));
  EXPECT_TRUE(Marks(ids).open_submission());
  ids.push_back(job_mark("77"));
  EXPECT_FALSE(Marks(ids).open_submission());
  ASSERT_TRUE(Marks(ids).open_job());
  EXPECT_EQ(Marks(ids).open_job()->publish_id, "77");
  EXPECT_EQ(Marks(ids).open_job()->key, "0.1");
  ids.push_back(ended_mark("77"));
  EXPECT_FALSE(Marks(ids).open_job());
}

TEST(MarksTest, NewestDraftOfTheSameRevisionsIsUsedUnlessItIsLost) {
  std::vector<std::string> ids{draft_mark("M1", "0.1"), draft_mark("M2", "0.2")};

  EXPECT_EQ(Marks(ids).draft_of("0.1"), "M1");
  EXPECT_EQ(Marks(ids).draft_of("0.3"), std::nullopt);
  ids.push_back(lost_mark("M1"));
  EXPECT_EQ(Marks(ids).draft_of("0.1"), std::nullopt);
}

}  // namespace
}  // namespace gulou
