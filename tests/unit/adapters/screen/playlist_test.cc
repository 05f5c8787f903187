#include "adapters/screen/playlist.h"

#include "adapters/screen/limits.h"

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
    for (const PlaylistEntry& entry : playlist(items_, rules, now).entries) {
      ids.push_back(entry.item->release.id);
    }
    return ids;
  }

  static std::string characters(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += "水";
    }
    return text;
  }

  static int64_t cycle_ms(const Playlist& list) {
    int64_t sum = 0;
    for (const PlaylistEntry& entry : list.entries) {
      sum += entry.ms;
    }
    return sum;
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

TEST_F(PlaylistTest, OnlyItsKindsAndWhatIsUrgentAndNoImportsAreShown) {
  add("policy", 1).release.kind = Kind::policy_document;
  add("imported", 2).release.imported = Imported{"old site", "2019-01-01"};
  add("notice", 3);
  ScreenItem& alarm = add("alarm", 4);
  alarm.release.kind = Kind::clarification;
  alarm.release.priority = Priority::urgent;

  EXPECT_THAT(shown(), ElementsAre("alarm", "notice"));
  EXPECT_THAT(shown(noon, {.kinds = {Kind::policy_document}}), ElementsAre("alarm", "policy"));
}

TEST_F(PlaylistTest, ListIsBounded) {
  for (int i = 0; i < 100; ++i) {
    add("n" + std::to_string(i), i);
  }

  EXPECT_EQ(shown().size(), limits::screen_playlist_max);
}

TEST_F(PlaylistTest, OneCycleNeverTakesLongerThanTenMinutes) {
  for (int i = 0; i < 30; ++i) {
    add("n" + std::to_string(i), i).release.title = characters(100);
  }

  const Playlist list = playlist(items_, {}, noon);

  EXPECT_EQ(list.entries.size(), 18U);  // 12 s and 100 characters at 5 a second
  EXPECT_LE(cycle_ms(list), limits::screen_cycle_ms_max);
}

TEST_F(PlaylistTest, TheWholeTextIsForThoseInFrontWhileTheCycleHasRoom) {
  for (int i = 0; i < 4; ++i) {
    add("n" + std::to_string(i), i).release.body = {BodyFormat::text, characters(1000)};
  }
  add("short", 9).release.body = {BodyFormat::text, characters(10)};

  const Playlist list = playlist(items_, {}, noon);

  std::vector<bool> whole;
  for (const PlaylistEntry& entry : list.entries) {
    whole.push_back(entry.whole);
    EXPECT_EQ(entry.html.empty(), !entry.whole);
  }
  EXPECT_THAT(whole, ElementsAre(true, true, false, false, true));
  EXPECT_LE(cycle_ms(list), limits::screen_cycle_ms_max);
}

TEST_F(PlaylistTest, WhatIsTooLongForAPasserByShowsItsSummary) {
  add("fits", 1).release.body = {BodyFormat::text, characters(1500)};
  add("long", 2).release.body = {BodyFormat::text, characters(1501)};

  const Playlist list = playlist(items_, {}, noon);

  EXPECT_TRUE(list.entries[0].whole);
  EXPECT_FALSE(list.entries[1].whole);
}

}  // namespace
}  // namespace gulou
