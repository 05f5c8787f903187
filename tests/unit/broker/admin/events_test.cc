#include "tests/unit/broker/admin/office.h"

#include <thread>

namespace gulou::test {

using ::testing::HasSubstr;

// The client reads until the stream ends, so the desk ends it by forgetting the listener.
TEST(EventsTest, EachNoteBecomesAnEventUnderItsName) {
  Office office;
  std::string heard;
  std::thread reader([&] { heard = office.call("GET", "/v1/events").body; });
  while (office.desk.following() == 0) {
    std::this_thread::yield();
  }

  office.desk.tell({.level = Note::Level::warn,
                    .event = "delivery.parked",
                    .subscriber = office.bench.subscriber("portal"),
                    .seq = {7},
                    .detail = "sensitive_word"});
  office.desk.tell({.level = Note::Level::debug, .event = "nothing.much"});
  office.desk.forget_listeners();
  reader.join();

  EXPECT_LT(heard.find("event: begin\n"), heard.find("event: delivery.parked\n"));
  EXPECT_THAT(heard, HasSubstr("event: delivery.parked\n"));
  EXPECT_THAT(heard, HasSubstr(R"("level":"warn","seq":7,"channel":"portal")"));
  EXPECT_THAT(heard, HasSubstr(R"("detail":"sensitive_word")"));
  EXPECT_EQ(heard.find("nothing.much"), std::string::npos);
}

TEST(EventsTest, AreForViewers) {
  Office office;
  office.token = publisher_token;

  EXPECT_EQ(office.call("GET", "/v1/events").status, 403);
}

}  // namespace gulou::test
