#include "common/model/media_type.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace gulou {
namespace {

std::string number(uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) {
    text += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  return text;
}

// A stored ZIP of empty files.
std::string zip_of(const std::vector<std::string>& names) {
  std::string bytes;
  std::string directory;
  for (const std::string& name : names) {
    directory += "PK\x01\x02" + std::string(24, '\0') + number(name.size(), 2) +
                 std::string(12, '\0') + number(bytes.size(), 4) + name;
    bytes += "PK\x03\x04" + std::string(22, '\0') + number(name.size(), 2) + number(0, 2) + name;
  }
  return bytes + directory + "PK\x05\x06" + std::string(8, '\0') + number(directory.size(), 4) +
         number(bytes.size(), 4) + number(0, 2);
}

std::string ole_entry(std::string_view name) {
  std::string entry;
  for (const char c : name) {
    entry += c;
    entry += '\0';
  }
  entry.resize(128);
  return entry;
}

// Header, table of sectors, and a directory of two sectors (1 and 2) with the stream in the second.
std::string ole_of(std::string_view stream) {
  std::string header = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(22, '\0') + number(9, 2);
  header.resize(48);
  header += number(1, 4);
  header.resize(68);
  header += number(0xFFFFFFFE, 4) + number(0, 4) + number(0, 4);
  header.resize(512);
  std::string table = number(0xFFFFFFFD, 4) + number(2, 4) + number(0xFFFFFFFE, 4);
  table.resize(512);
  std::string first = ole_entry("Root Entry");
  first.resize(512);
  std::string second = ole_entry("1Table") + ole_entry(stream);
  second.resize(512);
  return header + table + first + second;
}

TEST(MediaTypeTest, ContentTellsTheType) {
  EXPECT_EQ(content_of("%PDF-1.7\n"), Content::pdf);
  EXPECT_EQ(content_of("\xFF\xD8\xFF\xE0"), Content::jpeg);
  EXPECT_EQ(content_of("\x89PNG\r\n\x1A\n...."), Content::png);
  EXPECT_EQ(content_of(std::string("\0\0\0\x18"
                                   "ftypisom",
                                   12)),
            Content::mp4);
  EXPECT_EQ(content_of(zip_of({"a.txt", "b.txt"})), Content::zip);
  EXPECT_EQ(content_of(zip_of({"OFD.xml", "Doc_0/Document.xml"})), Content::ofd);
  EXPECT_EQ(content_of(zip_of({"[Content_Types].xml", "word/document.xml"})), Content::docx);
  EXPECT_EQ(content_of(zip_of({"[Content_Types].xml", "xl/workbook.xml"})), Content::xlsx);
  EXPECT_EQ(content_of(ole_of("WordDocument")), Content::ole_words);
  EXPECT_EQ(content_of(ole_of("Workbook")), Content::ole_sheets);
}

TEST(MediaTypeTest, WhatIsDamagedHostileOrNotAllowedIsUnknown) {
  EXPECT_EQ(content_of(""), Content::unknown);
  EXPECT_EQ(content_of("<html><script>"), Content::unknown);
  EXPECT_EQ(content_of("MZ\x90"), Content::unknown);
  EXPECT_EQ(content_of(zip_of({"word/document.xml", "word/vbaProject.bin"})), Content::unknown);
  EXPECT_EQ(content_of("PK\x03\x04 but no directory"), Content::unknown);
  EXPECT_EQ(content_of(ole_of("Else")), Content::unknown);
  std::string looping = ole_of("Else");
  looping[512 + 8] = 1;  // sector 2 leads back to 1
  looping[512 + 9] = looping[512 + 10] = looping[512 + 11] = 0;
  EXPECT_EQ(content_of(looping), Content::unknown);
}

TEST(MediaTypeTest, EveryTruncationIsSurvived) {
  for (const std::string& whole : {zip_of({"a.txt", "OFD.xml"}), ole_of("WordDocument")}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      content_of(std::string_view(whole).substr(0, size));
    }
  }
}

TEST(MediaTypeTest, DeclaredTypeMustBeWhatTheBytesAre) {
  const std::string bytes = zip_of({"OFD.xml"});
  const auto read = [&](uint64_t offset, size_t size) {
    return offset < bytes.size() ? bytes.substr(static_cast<size_t>(offset), size) : std::string();
  };

  EXPECT_TRUE(check_content("application/ofd", bytes.size(), read, "a"));
  const Status other = check_content("application/pdf", bytes.size(), read, "attachments[0]");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "attachment_content_differs");
  EXPECT_EQ(other.error().args[1], "application/ofd");
  EXPECT_EQ(check_content("text/html", bytes.size(), read, "a").error().reason,
            "attachment_type_not_allowed");
}

TEST(MediaTypeTest, FileNamesTellWpsFromWord) {
  EXPECT_EQ(media_type_of_file("通知.WPS")->name, "application/wps-office.wps");
  EXPECT_EQ(media_type_of_file("a.doc")->name, "application/msword");
  EXPECT_EQ(media_type_of_file("a.jpeg")->name, "image/jpeg");
  EXPECT_EQ(media_type_of_file("a.exe"), nullptr);
  EXPECT_EQ(media_type_of_file("none"), nullptr);
}

}  // namespace
}  // namespace gulou
