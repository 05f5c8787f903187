#include "broker/admin/multipart.h"
#include "broker/admin/scan_links.h"

#include <string>

namespace gulou {
namespace {

constexpr std::string_view kind = "multipart/form-data; boundary=x-y";

TEST(MultipartTest, TheFileOfAFormIsFoundBehindItsFields) {
  const std::string body =
      "--x-y\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfilename\r\n"
      "--x-y\r\nContent-Disposition: form-data; name=\"sheet\"; filename=\"a.jpg\"\r\n"
      "Content-Type: image/jpeg\r\n\r\n\xff\r\n--x-\r\n--x-y--\r\n";

  EXPECT_EQ(file_of_form(kind, body), "\xff\r\n--x-");
  EXPECT_EQ(file_of_form("multipart/form-data; boundary=\"x-y\"", body), "\xff\r\n--x-");
}

TEST(MultipartTest, WhatIsNoSuchFormHoldsNothing) {
  const std::string body =
      "--x-y\r\nContent-Disposition: form-data; name=\"sheet\"; "
      "filename=\"\"\r\n\r\n\r\n--x-y--\r\n";

  EXPECT_EQ(file_of_form(kind, body), "");
  EXPECT_EQ(file_of_form("text/plain", body), std::nullopt);
  EXPECT_EQ(file_of_form("multipart/form-data", body), std::nullopt);
  for (size_t size = 0; size + 10 < body.size(); ++size) {
    EXPECT_EQ(file_of_form(kind, body.substr(0, size)), std::nullopt) << size;
  }
}

TEST(ScanLinksTest, ALinkIsGoodForItsTimeAndNoLonger) {
  ScanLinks links;
  const Utc now{1'000'000};
  const std::string code = links.add({}, "oa", now);

  ASSERT_NE(links.find(code, now), nullptr);
  EXPECT_EQ(links.find(code, now)->asked_by, "oa");
  EXPECT_EQ(links.find(code + "0", now), nullptr);
  EXPECT_EQ(links.find({}, now), nullptr);
  EXPECT_NE(links.find(code, {now.ms + limits::scan_link_ms_max}), nullptr);
  EXPECT_EQ(links.find(code, {now.ms + limits::scan_link_ms_max + 1}), nullptr);
}

TEST(ScanLinksTest, TheOldestGoesWhereThereAreTooMany) {
  ScanLinks links;
  const std::string oldest = links.add({}, "oa", {1});
  const std::string second = links.add({}, "oa", {2});
  for (size_t i = 2; i <= limits::scan_links_max; ++i) {
    EXPECT_NE(links.add({}, "oa", {3}), second);
  }

  EXPECT_EQ(links.find(oldest, {3}), nullptr);
  EXPECT_NE(links.find(second, {3}), nullptr);
}

}  // namespace
}  // namespace gulou
