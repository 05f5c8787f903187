// The display lease: what a screen knows of its last contact, through boots and with clocks that
// lie.
#include "adapters/screen/lease.h"

#include "adapters/screen/device_files.h"
#include "common/base/files.h"
#include "common/base/fleet_limits.h"

#include <unistd.h>

namespace gulou {
namespace {

constexpr int64_t lease_minute_ms = 60'000;
constexpr int64_t lease_hour_ms = 60 * lease_minute_ms;
constexpr Utc lease_noon{1'795'492'800'000};

LeaseTime lease_time(int64_t since_boot_ms, Utc utc, bool trusted = true) {
  return {{since_boot_ms}, utc, trusted};
}

ScreenItem leased(uint32_t seconds) {
  ScreenItem item;
  item.release.must_confirm_every_s = seconds;
  return item;
}

// Confirmed at lease_noon, one hour after a boot, and stored half an hour later.
LeaseStamp stored_stamp() {
  DisplayLease lease("boot-1", {});
  lease.on_channel(2 * lease_hour_ms);
  lease.on_confirmed({lease_hour_ms}, lease_time(lease_hour_ms, lease_noon));
  const auto stamp = lease.due(
      lease_time(lease_hour_ms + 30 * lease_minute_ms, Utc{lease_noon.ms + 30 * lease_minute_ms}));
  EXPECT_TRUE(stamp.has_value());
  return stamp.value_or(LeaseStamp{});
}

TEST(DisplayLeaseTest, TheShorterOfItemAndChannelCounts) {
  const LeaseView none{.kept = true};
  const LeaseView hour{.kept = true, .channel_ms = lease_hour_ms};
  EXPECT_EQ(lease_ms_of(leased(0), none), 0);
  EXPECT_EQ(lease_ms_of(leased(60), none), lease_minute_ms);
  EXPECT_EQ(lease_ms_of(leased(0), hour), lease_hour_ms);
  EXPECT_EQ(lease_ms_of(leased(60), hour), lease_minute_ms);
  EXPECT_EQ(lease_ms_of(leased(7200), hour), lease_hour_ms);
}

// 2^32 milliseconds are not even 50 days.
TEST(DisplayLeaseTest, ItMayBeAYear) {
  const uint32_t seconds = limits::display_lease_s_max;
  EXPECT_EQ(lease_ms_of(leased(seconds), {.kept = true}), int64_t{seconds} * 1000);
}

TEST(DisplayLeaseTest, ItsStampSurvivesOnDisk) {
  const std::string dir = testing::TempDir() + "/lease-" + std::to_string(::getpid());
  ASSERT_TRUE(make_directory(dir));
  EXPECT_EQ(read_lease(dir), LeaseStamp{});
  const LeaseStamp stamp = stored_stamp();
  ASSERT_TRUE(write_lease(dir, stamp));
  EXPECT_EQ(read_lease(dir), stamp);
  ASSERT_TRUE(replace_file(dir + "/lease", "cut of"));
  EXPECT_EQ(read_lease(dir), LeaseStamp{});  // dark until contact
}

TEST(DisplayLeaseTest, WhatIsNotLeasedIsDrawnWhateverIsKnown) {
  EXPECT_EQ(lease_left_ms(leased(0), {.kept = true}, {5}), std::nullopt);
  EXPECT_EQ(lease_left_ms(leased(60), {.kept = false}, {5}), std::nullopt);
  EXPECT_EQ(lease_left_ms(leased(60), {.kept = true}, {5}), 0);  // nobody ever confirmed it
}

TEST(DisplayLeaseTest, ItRunsFromWhenTheQuestionWasAsked) {
  DisplayLease lease("boot-1", {});
  lease.on_confirmed({1'000}, lease_time(5'000, lease_noon));

  EXPECT_EQ(lease_left_ms(leased(60), lease.view(), {5'000}), 56'000);
  EXPECT_EQ(lease_left_ms(leased(60), lease.view(), {61'000}), 0);
  EXPECT_EQ(lease.view().as_of, Utc{lease_noon.ms - 4'000});
}

TEST(DisplayLeaseTest, UsedTimeIsStoredEveryMinute) {
  DisplayLease lease("boot-1", {});
  EXPECT_EQ(lease.due(lease_time(1'000, lease_noon)), std::nullopt);  // never in contact
  lease.on_confirmed({2'000}, lease_time(2'000, lease_noon));
  auto stamp = lease.due(lease_time(2'000, lease_noon));
  ASSERT_TRUE(stamp.has_value());
  lease.stored(*stamp);

  EXPECT_EQ(lease.due(lease_time(2'000 + lease_minute_ms - 1, lease_noon)), std::nullopt);
  stamp = lease.due(lease_time(2'000 + lease_minute_ms, Utc{lease_noon.ms + lease_minute_ms}));
  ASSERT_TRUE(stamp.has_value());
  EXPECT_EQ(stamp->used_ms, lease_minute_ms);
}

TEST(DisplayLeaseTest, ARestartOfTheProgramCountsOnWithoutAnyClock) {
  DisplayLease lease("boot-1", stored_stamp());
  lease.on_time(lease_time(2 * lease_hour_ms, {7}, false));

  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {2 * lease_hour_ms}), lease_hour_ms);
  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {3 * lease_hour_ms}), 0);
}

TEST(DisplayLeaseTest, AfterABootAnUntrustedClockKeepsItDark) {
  DisplayLease lease("boot-2", stored_stamp());
  lease.on_time(lease_time(lease_minute_ms, Utc{lease_noon.ms + 31 * lease_minute_ms}, false));

  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {lease_minute_ms}), 0);
  EXPECT_EQ(lease.view().as_of, lease_noon);
  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {lease_minute_ms}), 0);
}

TEST(DisplayLeaseTest, AfterABootATrustedClockTellsHowLongThePowerWasOff) {
  DisplayLease lease("boot-2", stored_stamp());
  lease.on_time(lease_time(lease_minute_ms, Utc{lease_noon.ms + lease_hour_ms}));
  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {lease_minute_ms}), lease_hour_ms);

  DisplayLease late("boot-2", stored_stamp());
  late.on_time(lease_time(lease_minute_ms, Utc{lease_noon.ms + 3 * lease_hour_ms}));
  EXPECT_EQ(lease_left_ms(leased(0), late.view(), {lease_minute_ms}), 0);
}

TEST(DisplayLeaseTest, AClockBehindTheLastStampIsNotTrusted) {
  DisplayLease lease("boot-2", stored_stamp());
  lease.on_time(lease_time(lease_minute_ms, Utc{lease_noon.ms + 29 * lease_minute_ms}));

  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {lease_minute_ms}), 0);
}

TEST(DisplayLeaseTest, WhereBootsCannotBeToldApartOnlyTheClockCounts) {
  LeaseStamp stamp = stored_stamp();
  stamp.boot.clear();
  DisplayLease lease("", stamp);

  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {2 * lease_hour_ms}), 0);
  lease.on_time(lease_time(lease_minute_ms, Utc{lease_noon.ms + lease_hour_ms}));
  EXPECT_EQ(lease_left_ms(leased(0), lease.view(), {lease_minute_ms}), lease_hour_ms);
}

TEST(DisplayLeaseTest, TheChannelsLeaseOutlivesAPowerCutWithoutContact) {
  DisplayLease lease("boot-1", {});
  lease.on_channel(lease_hour_ms);
  const auto stamp = lease.due(lease_time(1'000, lease_noon, false));
  ASSERT_TRUE(stamp.has_value());

  EXPECT_EQ(DisplayLease("boot-2", *stamp).view().channel_ms, lease_hour_ms);
}

}  // namespace
}  // namespace gulou
