#include "common/draw/qr_reader.h"

#include "common/draw/picture.h"

#include <string>

namespace gulou {
namespace {

TEST(QrReaderTest, TheCodeOfASheetIsReadFromItsPages) {
  const auto pdf =
      text_pdf({.title = "发布审批单", .text = "一\f二\n", .qr = "gulou approval 1 00"});
  ASSERT_TRUE(pdf);

  const auto codes = read_qr_codes(*pdf);

  ASSERT_TRUE(codes) << describe(codes.error());
  EXPECT_THAT(*codes, testing::Contains("gulou approval 1 00"));
}

TEST(QrReaderTest, APageWithoutCodeHasNone) {
  const auto pdf = text_pdf({.title = "发布审批单", .text = "无"});
  ASSERT_TRUE(pdf);

  const auto codes = read_qr_codes(*pdf);

  ASSERT_TRUE(codes) << describe(codes.error());
  EXPECT_THAT(*codes, testing::IsEmpty());
}

TEST(QrReaderTest, WhatIsNoPictureOrDamagedIsSaidToBeSo) {
  using namespace std::string_literals;
  EXPECT_EQ(read_qr_codes("").error().reason, "scan_wrong_type");
  EXPECT_EQ(read_qr_codes("push graphic-context").error().reason, "scan_wrong_type");
  EXPECT_EQ(read_qr_codes("%PDF-1.4\nnothing").error().reason, "scan_unreadable");
  EXPECT_THAT(*read_qr_codes("\x89PNG\r\n\x1a\n"s + std::string(400, '\0')), testing::IsEmpty());
  EXPECT_EQ(read_qr_codes("\xff\xd8\xff" + std::string(limits::scan_bytes_max, ' ')).error().reason,
            "scan_too_large");
}

}  // namespace
}  // namespace gulou
