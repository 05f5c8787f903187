#include "adapters/screen/playlist.h"

#include "common/base/limits.h"

namespace gulou {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Utc noon{1'795'492'800'000};  // 2026-11-24T12:00:00+08:00
constexpr int64_t hour_ms = 3600 * 1000;

class PlaylistTest : public testing::Test {
 protected:
  ScreenItem& add(std::string id, int64_t hours_ago) {
    ScreenItem item;
    item.publication = "oa/" + id;
    item.seq = Seq{items_.size() + 1};
    item.published_on = Utc{noon.ms - hours_ago * hour_ms};
    item.release.id = id;
    item.release.kind = Kind::notice;
    return items_[item.publication] = std::move(item);
  }

  std::vector<std::string> shown(Utc now = noon, PlaylistRules rules = {}) {
    std::vector<std::string> ids;
    for (const ScreenItem* item : playlist(items_, rules, now).items) {
      ids.push_back(item->release.id);
    }
    return ids;
  }

  std::map<std::string, ScreenItem, std::less<>> items_;
};

TEST_F(PlaylistTest, NewestComeFirstAndGuidesBehindThem) {
  add("old", 20);
  add("guide", 1).release.kind = Kind::service_guide;
  add("new", 2);

  EXPECT_THAT(shown(), ElementsAre("new", "old", "guide"));
}

TEST_F(PlaylistTest, UrgentTakesOverForTwoHoursThenLeads) {
  add("notice", 1);
  add("urgent", 1).release.priority = Priority::urgent;
  add("newest", 0);

  EXPECT_TRUE(playlist(items_, {}, noon).takeover);
  EXPECT_THAT(shown(), ElementsAre("urgent"));
  const Utc later{noon.ms + hour_ms};
  EXPECT_FALSE(playlist(items_, {}, later).takeover);
  EXPECT_THAT(shown(later), ElementsAre("urgent", "newest", "notice"));
  EXPECT_EQ(playlist(items_, {}, noon).changes_at, later);
}

TEST_F(PlaylistTest, ExpiredFutureAndRepealedOnesAreNotShown) {
  add("expired", 5).release.expires = "2026-11-24T04:00:00Z";
  add("ending", 4).release.expires = "2026-11-24T04:00:01Z";
  add("future", 1).release.not_before = "2026-11-24T04:00:01Z";
  add("repealed", 1).release.validity = Validity::repealed;

  EXPECT_THAT(shown(), ElementsAre("ending"));
  EXPECT_THAT(shown(Utc{noon.ms + 1000}), ElementsAre("future"));
  EXPECT_EQ(playlist(items_, {}, noon).changes_at, (Utc{noon.ms + 1000}));
}

TEST_F(PlaylistTest, PublicNoticeEndsWithTheLastDayOfItsPeriod) {
  add("public", 5).release.public_notice = PublicNoticePart{"2026-11-18", "2026-11-24", ""};

  EXPECT_THAT(shown(Utc{noon.ms + 12 * hour_ms - 1}), ElementsAre("public"));
  EXPECT_THAT(shown(Utc{noon.ms + 12 * hour_ms}), IsEmpty());
}

TEST_F(PlaylistTest, DrillsShowOnlyWhereTheScreenTakesThem) {
  add("drill", 1).release.test = true;

  EXPECT_THAT(shown(), IsEmpty());
  EXPECT_THAT(shown(noon, {.drill = true}), ElementsAre("drill"));
}

TEST_F(PlaylistTest, ListIsBounded) {
  for (int i = 0; i < 100; ++i) {
    add("n" + std::to_string(i), i);
  }

  EXPECT_EQ(shown().size(), limits::screen_playlist_max);
}

}  // namespace
}  // namespace gulou
