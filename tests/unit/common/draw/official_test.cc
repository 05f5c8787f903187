#include "common/draw/official.h"

#include "common/base/base64.h"
#include "common/base/files.h"
#include "common/base/run_command.h"
#include "common/draw/photo.h"

#include <string>
#include <vector>

namespace gulou {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Pages as pdftotext sees them.
std::vector<std::string> pages_of(const OfficialPdf& pdf) {
  const std::string path = testing::TempDir() + "gulou_official_test.pdf";
  EXPECT_TRUE(replace_file(path, pdf.bytes));
  constexpr int64_t patience_ms = 20'000;
  EXPECT_TRUE(run_command({"/usr/bin/pdftotext", "-layout", path, path + ".txt"}, {}, patience_ms));
  const std::string text = read_file(path + ".txt", 1 << 20).value_or(std::string());
  std::vector<std::string> pages;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\f', begin), text.size());
    pages.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pages;
}

std::string times(size_t count, std::string_view text) {
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

TEST(OfficialPdfTest, APageHas22LinesOf28Characters) {
  OfficialSheet sheet{.title = "通知"};
  sheet.blocks.emplace_back(OfficialText{times(28UL * 60, "政"), OfficialText::Form::plain});

  const auto pdf = official_pdf("通知", {sheet});

  ASSERT_TRUE(pdf) << describe(pdf.error());
  const std::vector<std::string> pages = pages_of(*pdf);
  ASSERT_GE(pages.size(), 3U);
  const std::string line = times(28, "政") + "\n";
  EXPECT_EQ(count_of(pages[1], line), 22U);
  EXPECT_EQ(count_of(pages[1], "政"), 22U * 28);
  EXPECT_THAT(pages[1], HasSubstr("2/" + std::to_string(pdf->pages[0])));
}

TEST(OfficialPdfTest, EachSheetCountsItsOwnPages) {
  OfficialSheet sheet{.title = "公示"};
  sheet.blocks.emplace_back(OfficialText{times(900, "民")});

  const auto pdf = official_pdf("两件", {sheet, sheet});

  ASSERT_TRUE(pdf) << describe(pdf.error());
  EXPECT_THAT(pdf->pages, testing::ElementsAre(2, 2));
  EXPECT_THAT(pages_of(*pdf)[2], HasSubstr("1/2"));
}

TEST(OfficialPdfTest, HeadOfATableStandsAgainOnEachPage) {
  OfficialTable table{.rows = {{"序号", "事项名称"}}, .head_rows = 1};
  for (int i = 0; i < 90; ++i) {
    table.rows.push_back({std::to_string(i), "逐点落实监测责任人"});
  }
  table.rows.push_back({"末", times(2000, "长")});  // longer than a page
  OfficialSheet sheet{.title = "清单"};
  sheet.blocks.emplace_back(table);

  const auto pdf = official_pdf("清单", {sheet});

  ASSERT_TRUE(pdf) << describe(pdf.error());
  const std::vector<std::string> pages = pages_of(*pdf);
  ASSERT_GE(pages.size(), 4U);
  size_t longs = 0;
  for (const std::string& page : pages) {
    EXPECT_EQ(count_of(page, "事项名称"), 1U);
    longs += count_of(page, "长");
  }
  EXPECT_EQ(longs, 2000U);  // nothing is cut
}

TEST(OfficialPdfTest, IssuerAndDateCloseItWithoutSealOrRed) {
  OfficialSheet sheet{.title = "通告", .issuer = "云溪县䶮阳镇人民政府"};
  sheet.date = official_date("2026-11-05");
  sheet.blocks.emplace_back(OfficialText{"正文。"});
  sheet.qr = "http://127.0.0.1/go/oa/a";
  sheet.qr_lines = {"扫码阅读"};

  const auto pdf = official_pdf("通告", {sheet});

  ASSERT_TRUE(pdf) << describe(pdf.error());
  EXPECT_EQ(pdf->pages[0], 1U);
  const std::string page = pages_of(*pdf)[0];
  EXPECT_LT(page.find("云溪县䶮阳镇人民政府"), page.find("2026年11月5日"));
  EXPECT_THAT(page, HasSubstr("扫码阅读"));
}

TEST(OfficialPdfTest, ACharacterNobodyCanDrawIsRefusedByName) {
  OfficialSheet sheet{.title = "甲\xf3\xb0\x80\x80"};

  const auto pdf = official_pdf("", {sheet});

  ASSERT_FALSE(pdf);
  EXPECT_EQ(pdf.error().reason, "missing_glyph");
}

// 32 by 16 pixels, red on the left and blue on the right.
std::string jpeg() {
  return *from_base64(
      "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQ"
      "c1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
      "pKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAQACADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAA"
      "AAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABgT/xAAUEQEAAAAAAAAAAAAAAAAA"
      "AAAA/9oADAMBAAIRAxEAPwCABGSIQDAVf//Z");
}

// As a phone writes it: where it was taken, and that it was held upright (6: turn to the right).
std::string from_phone() {
  const std::string exif(
      "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPSLatitude", 44);
  std::string bytes = jpeg();
  const std::string segment =
      std::string("\xff\xe1\0", 3) + static_cast<char>(exif.size() + 2) + exif;
  return bytes.insert(2, segment);
}

TEST(PhotoTest, PlaceAndAllElseIsGoneAndThePictureUpright) {
  ASSERT_THAT(from_phone(), HasSubstr("GPSLatitude"));

  const auto plain = plain_photo(from_phone(), 1600);

  ASSERT_TRUE(plain) << describe(plain.error());
  EXPECT_THAT(*plain, AllOf(Not(HasSubstr("Exif")), Not(HasSubstr("GPS"))));
  const auto pixels = decode_jpeg(*plain, 1600);
  ASSERT_TRUE(pixels);
  EXPECT_EQ(pixels->width, 16U);
  EXPECT_EQ(pixels->height, 32U);
  const auto at = [&](size_t x, size_t y, size_t c) {
    return static_cast<uint8_t>(pixels->rgb[(y * 16 + x) * 3 + c]);
  };
  EXPECT_GT(at(8, 4, 0), 180);   // what was on the left is above: red
  EXPECT_GT(at(8, 28, 2), 180);  // blue below
}

TEST(PhotoTest, LargeOnesBecomeSmall) {
  const auto pixels = decode_jpeg(jpeg(), 10);

  ASSERT_TRUE(pixels);
  EXPECT_EQ(pixels->width, 10U);
  EXPECT_EQ(pixels->height, 5U);
}

TEST(PhotoTest, WhatIsNoPictureIsRefused) {
  const std::string whole = from_phone();
  for (const std::string& bytes : {std::string(), std::string("PNG"), whole.substr(0, 60)}) {
    const auto plain = plain_photo(bytes, 1600);

    ASSERT_FALSE(plain);
    EXPECT_EQ(plain.error().reason, "photo_not_jpeg");
  }
  // Every other end, and every damaged byte, is refused or drawn; nothing else happens.
  for (size_t end = 61; end < whole.size(); end += 7) {
    static_cast<void>(plain_photo(whole.substr(0, end), 1600));
    std::string damaged = whole;
    damaged[end] = static_cast<char>(damaged[end] ^ 0x55);
    static_cast<void>(plain_photo(damaged, 1600));
  }
}

}  // namespace
}  // namespace gulou
