#include "common/model/device.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

DeviceReach village() {
  return {.area = "341822101003", .areas = {}, .groups = {"farmers"}, .columns = {}, .kinds = {}};
}

bool takes(const DeviceReach& reach, std::vector<std::string> audience) {
  return reaches(reach, audience, "tzgg", Kind::notice, false);
}

TEST(DeviceTest, TakesWhatIsForItsAreaAndAllThatHoldIt) {
  EXPECT_TRUE(takes(village(), {}));
  EXPECT_TRUE(takes(village(), {"341822101003"}));
  EXPECT_TRUE(takes(village(), {"341822101000"}));
  EXPECT_TRUE(takes(village(), {"341822000000"}));
  EXPECT_TRUE(takes(village(), {"340000000000"}));
  EXPECT_TRUE(takes(village(), {"999999999999", "group:farmers"}));
  EXPECT_FALSE(takes(village(), {"341822101004"}));
  EXPECT_FALSE(takes(village(), {"341822102000"}));
  EXPECT_FALSE(takes(village(), {"group:drivers"}));
}

TEST(DeviceTest, TakesOnlyItsColumnsKindsAndDrills) {
  DeviceReach reach = village();
  reach.columns = {"tzgg"};
  reach.kinds = {Kind::notice};

  EXPECT_TRUE(reaches(reach, {}, "tzgg", Kind::notice, false));
  EXPECT_FALSE(reaches(reach, {}, "dtyw", Kind::notice, false));
  EXPECT_FALSE(reaches(reach, {}, "tzgg", Kind::news, false));
  EXPECT_FALSE(reaches(reach, {}, "tzgg", Kind::notice, true));
  reach.drill = true;
  EXPECT_TRUE(reaches(reach, {}, "tzgg", Kind::notice, true));
}

TEST(DeviceTest, EverySlotHasABitOfItsPage) {
  const SubscriberNo first = device_at({7}, 1);
  const SubscriberNo far = device_at({7}, 600);
  DeviceBits bits;

  set_bit(bits, far);

  EXPECT_EQ(page_of(first), 0U);
  EXPECT_EQ(page_of(far), 2U);
  EXPECT_EQ(channel_of(far), ChannelNo{7});
  EXPECT_TRUE(has_bit(bits, far));
  EXPECT_FALSE(has_bit(bits, device_at({7}, 601)));
  EXPECT_EQ(devices_of({7}, 2, bits), std::vector{far});
}

TEST(DeviceTest, WhatItHoldsIsOneValueInAnyOrder) {
  const Digest a{{1, 2, 3}};
  const Digest b{{9, 8, 7}};
  Digest ab;
  Digest ba;

  fold_held(ab, a);
  fold_held(ab, b);
  fold_held(ba, b);
  fold_held(ba, a);

  EXPECT_EQ(ab, ba);
  fold_held(ab, a);
  EXPECT_EQ(ab, b);
}

TEST(DeviceTest, HoursInWhichItIsOffAreNoSilence) {
  const auto nights = parse_off_hours("22:00-06:30");
  ASSERT_TRUE(nights);
  const Utc evening{1'795'528'800'000};  // 2026-11-24 22:00 in Beijing

  EXPECT_EQ(format_off_hours(*nights), "22:00-06:30");
  EXPECT_EQ(silent_ms(*nights, evening, {evening.ms + 8LL * 3600 * 1000}), 0);
  EXPECT_EQ(silent_ms(*nights, evening, {evening.ms + 9LL * 3600 * 1000}), 30LL * 60 * 1000);
  EXPECT_EQ(silent_ms(*nights, evening, {evening.ms + 48LL * 3600 * 1000}),
            2 * (24 * 60 - 510) * 60'000LL);
  EXPECT_EQ(silent_ms({}, evening, {evening.ms + 5'000}), 5'000);
  for (const char* text : {"22:00", "22-06", "25:00-06:00", "22:00-06:60", "22:00-06:0"}) {
    EXPECT_FALSE(parse_off_hours(text)) << text;
  }
}

TEST(DeviceTest, WordsAreReadBothWays) {
  for (const DeviceKind kind : {DeviceKind::landscape,
                                DeviceKind::portrait,
                                DeviceKind::touch,
                                DeviceKind::led,
                                DeviceKind::board}) {
    EXPECT_EQ(parse_device_kind(name_of(kind)), kind);
  }
  EXPECT_EQ(parse_device_state("retired"), DeviceState::retired);
  EXPECT_FALSE(parse_device_kind("tv"));
}

}  // namespace
}  // namespace gulou
