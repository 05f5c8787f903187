#include "common/model/personal_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {
namespace {

// "id_card 3 110***********1234", one per finding.
std::vector<std::string> personal_in(std::string_view text) {
  std::vector<std::string> found;
  for (const PersonalData& one : find_personal_data(text)) {
    found.push_back(std::string(name_of(one.kind)) + " " + std::to_string(one.at) + " " +
                    one.masked);
  }
  return found;
}

using Places = std::vector<std::string>;

TEST(PersonalDataTest, IdentityCardsAreToldByTheirChecksum) {
  EXPECT_EQ(personal_in("张某11010519491231002X，"), Places{"id_card 3 110***********002X"});
  EXPECT_EQ(personal_in("11010519491231002x"), Places{"id_card 1 110***********002X"});
  EXPECT_EQ(personal_in("110105194912310021"), Places{});
  EXPECT_EQ(personal_in("11010519491331002X"), Places{});  // there is no thirteenth month
}

TEST(PersonalDataTest, NothingIsHiddenByFullwidthDigitsBlanksOrWhatCannotBeSeen) {
  EXPECT_EQ(personal_in("１１０１０５１９４９１２３１００２Ｘ"),
            Places{"id_card 1 110***********002X"});
  EXPECT_EQ(personal_in("110105 19491231 002X"), Places{"id_card 1 110***********002X"});
  EXPECT_EQ(personal_in("110105-1949-1231-002X"), Places{"id_card 1 110***********002X"});
  EXPECT_EQ(personal_in("110105\u200B19491231\u200B002X"), Places{"id_card 1 110***********002X"});
  EXPECT_EQ(personal_in("138 1234 5678"), Places{"phone 1 138****5678"});
  EXPECT_EQ(personal_in("+86 138-1234-5678"), Places{"phone 2 861******5678"});
}

TEST(PersonalDataTest, BankCardsAreToldByLuhn) {
  EXPECT_EQ(personal_in("卡号6222021234567890123"), Places{});
  EXPECT_EQ(personal_in("卡号6222021234567890128"), Places{"bank_card 3 622************0128"});
  EXPECT_EQ(personal_in("4111 1111 1111 1111"), Places{"bank_card 1 411*********1111"});
}

TEST(PersonalDataTest, WhatOfficesWriteIsNoPersonalData) {
  EXPECT_EQ(personal_in("咨询电话：0990-12345678，12345热线，统一社会信用代码11440100007482003T"),
            Places{});
  EXPECT_EQ(personal_in("云政办发〔2025〕12号，2025-03-18 08:00，索引号 014820037/2025-00012"),
            Places{});
  EXPECT_EQ(personal_in("资金 13812345678901 元；编号A13812345678B"), Places{});
  EXPECT_EQ(personal_in("2025.01.08 至 2025.01.31 共24天，1380 户 1234 人 5678 元"), Places{});
}

TEST(PersonalDataTest, EveryPlaceIsNamed) {
  EXPECT_EQ(personal_in("甲13812345678，乙13912345678"),
            (Places{"phone 2 138****5678", "phone 15 139****5678"}));
}

}  // namespace
}  // namespace gulou
