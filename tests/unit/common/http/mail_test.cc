#include "common/http/mail.h"

#include "tests/unit/common/http/raw_client.h"

#include <gmock/gmock.h>

namespace gulou {
namespace {

Mail sample_mail() {
  return {.from = "gulou@example.gov.cn",
          .to = "zhang@example.gov.cn",
          .subject = "鼓楼",
          .text = "渠道“wechat”有 3 条分发待人工处理\n",
          .id = "gulou.7",
          .at = {1'795'500'000'000}};
}

TEST(MailTest, IsPlainTextThatEveryServerTakes) {
  EXPECT_EQ(mail_text(sample_mail()),
            "Date: Tue, 24 Nov 2026 06:00:00 +0000\r\n"
            "From: <gulou@example.gov.cn>\r\n"
            "To: <zhang@example.gov.cn>\r\n"
            "Message-ID: <gulou.7@example.gov.cn>\r\n"
            "Subject: =?UTF-8?B?6byT5qW8?=\r\n"
            "MIME-Version: 1.0\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "5rig6YGT4oCcd2VjaGF04oCd5pyJIDMg5p2h5YiG5Y+R5b6F5Lq65bel5aSE55CGCg==\r\n");
}

TEST(MailTest, ALongSubjectIsFoldedBetweenCharacters) {
  Mail mail = sample_mail();
  mail.subject = "a";
  for (int i = 0; i < 20; ++i) {
    mail.subject += "鼓";
  }

  // 1 + 14 * 3 bytes, then the rest.
  EXPECT_THAT(mail_text(mail),
              ::testing::ContainsRegex(
                  "Subject: =\\?UTF-8\\?B\\?.{60}\\?=\r\n =\\?UTF-8\\?B\\?.{24}\\?=\r\n"));
}

TEST(MailTest, AServerThatIsNotThereWasSentNothing) {
  uint16_t closed_port = 0;
  {
    const testing::Served gone({}, testing::echo_path);
    closed_port = gone.server.port();
  }

  const Status sent = send_mail({.url = "smtp://127.0.0.1:" + std::to_string(closed_port),
                                 .user = "gulou",
                                 .password = "secret"},
                                sample_mail());

  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::unavailable);
  EXPECT_EQ(sent.error().reason, "mail_connect_failed");
  EXPECT_THAT(describe(sent.error()), ::testing::Not(::testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace gulou
