#include "common/draw/glyphs.h"
#include "common/draw/picture.h"
#include "common/draw/qr.h"

#include <string>

namespace gulou {
namespace {

TEST(GlyphsTest, RareCharactersOfNamesArePresent) {
  EXPECT_THAT(missing_glyphs("县长李䶮、副县长王堃于2026年11月24日主持会议。"), testing::IsEmpty());
}

TEST(GlyphsTest, PrivateUseCharacterIsMissingOnceAtItsFirstPlace) {
  // U+10FFFD twice: fonts put signs of their own on the code points before it.
  const auto missing = missing_glyphs("甲\xf4\x8f\xbf\xbd乙\xf4\x8f\xbf\xbd");

  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0], (MissingGlyph{0x10fffd, 1}));
}

TEST(GlyphsTest, BlanksAndVariationSelectorsNeedNoGlyph) {
  EXPECT_THAT(missing_glyphs("甲　乙\n\t丙\xef\xb8\x8f"), testing::IsEmpty());
}

TEST(GlyphsTest, BadUtf8EndsAndCountsAsReplacement) {
  EXPECT_LE(missing_glyphs("\xff\xfe\xe4").size(), 1U);
}

TEST(GlyphsTest, ErrorNamesCharacterCodePointAndPlace) {
  const Status status = check_glyphs("甲\xf3\xb0\x80\x80", "title");  // U+F0000

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "missing_glyph");
  EXPECT_EQ(status.error().field, "title");
  EXPECT_THAT(status.error().args, testing::ElementsAre("\xf3\xb0\x80\x80", "U+F0000", "2"));
}

TEST(QrTest, MatrixHasFinderPatternsInThreeCorners) {
  const auto matrix = qr_matrix("http://127.0.0.1:8080/tzgg/1-0.html");

  ASSERT_TRUE(matrix);
  const uint32_t last = matrix->side - 1;
  for (uint32_t i = 0; i < 7; ++i) {
    EXPECT_TRUE(matrix->at(0, i));
    EXPECT_TRUE(matrix->at(0, last - i));
    EXPECT_TRUE(matrix->at(last, i));
  }
}

TEST(QrTest, SvgEscapesItsLabel) {
  const auto svg = qr_svg("县", "<\"&>");

  ASSERT_TRUE(svg);
  EXPECT_THAT(*svg, testing::HasSubstr("<title>&lt;&quot;&amp;&gt;</title>"));
}

TEST(QrTest, TextBeyondTheLargestCodeIsRefused) {
  EXPECT_EQ(qr_svg(std::string(2332, 'x'), "").error().reason, "qr_too_long");
  EXPECT_EQ(qr_svg("", "").error().reason, "qr_empty");
  EXPECT_TRUE(qr_svg(std::string(2331, 'x'), ""));
}

TEST(PictureTest, TitleCardIsPng) {
  const auto png = title_card_png(
      {.title = "关于印发《2026年政务公开工作要点》的通知", .line_above = "县人民政府办公室"});

  ASSERT_TRUE(png) << describe(png.error());
  EXPECT_EQ(png->substr(1, 3), "PNG");
}

TEST(PictureTest, TitleThatDoesNotFitIsRefusedNotCut) {
  std::string title;
  for (int i = 0; i < 300; ++i) {
    title += "长";
  }

  EXPECT_EQ(title_card_png({.title = title}).error().reason, "text_does_not_fit");
}

TEST(PictureTest, LongTextRunsOverSeveralPdfPages) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += "第" + std::to_string(i) + "条 行政机关应当及时、准确地公开政府信息。\n";
  }

  const auto pdf = text_pdf({.title = "政府信息公开条例", .text = text, .footer = "县人民政府"});

  ASSERT_TRUE(pdf) << describe(pdf.error());
  EXPECT_EQ(pdf->substr(0, 5), "%PDF-");
  EXPECT_THAT(*pdf, testing::HasSubstr("%%EOF"));
}

TEST(PictureTest, MissingGlyphIsRefusedByName) {
  EXPECT_EQ(text_pdf({.title = "\xf4\x8f\xbf\xbd"}).error().reason, "missing_glyph");
}

}  // namespace
}  // namespace gulou
