#include "broker/cli/publisher.h"

#include "common/http/server.h"
#include "common/json/value.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

namespace gulou::cli {
namespace {

// A broker that keeps one publication of "office" in memory; used on the server's thread alone
// until it is stopped.
class FakeBroker {
 public:
  FakeBroker()
      : server_({}, [this](HttpRequest request, Responder responder) {
          responder.answer(answer(request));
        }) {}

  std::string listen() {
    EXPECT_TRUE(server_.listen());
    return "http://127.0.0.1:" + std::to_string(server_.port());
  }

  void stop() { server_.stop(); }

  std::vector<std::string> revisions;          // canonical, oldest first
  std::map<std::string, std::string> uploads;  // by digest
  std::string nothing_now;                     // a code: it takes nothing
  size_t chunk_bytes_max = SIZE_MAX;           // takes no more of a piece

 private:
  HttpResponse answer(const HttpRequest& request) {
    if (!nothing_now.empty()) {
      return json_answer(503, "{\"status\":503,\"code\":\"" + nothing_now + "\"}");
    }
    if (request.path.starts_with("/v1/blobs/")) {
      return answer_blob(request);
    }
    if (request.path == "/v1/submissions") {
      return answer_submission(JsonValue::parse(request.body).value().at("parts[0]"));
    }
    if (revisions.empty()) {
      return json_answer(404, "{\"status\":404,\"code\":\"release_unknown\"}");
    }
    if (request.path == "/v1/publications/office/a") {
      std::string list;
      for (size_t i = 1; i <= revisions.size(); ++i) {
        list += (i > 1 ? ",{\"revision\":" : "{\"revision\":") + std::to_string(i) +
                ",\"seq\":" + std::to_string(i) + "}";
      }
      return json_answer(200, "{\"revisions\":[" + list + "]}");
    }
    const std::string name = request.path.substr(request.path.rfind('/') + 1);
    const std::string raw = name == "a" ? revisions.back() : revisions.at(std::stoul(name) - 1);
    return json_answer(200, "{\"publisher\":\"office\",\"releases\":[" + raw + "]}");
  }

  HttpResponse answer_submission(const JsonValue& part) {
    const auto revision = static_cast<size_t>(part.integer("revision"));
    const std::string text = to_text(part);
    const std::string seq = std::to_string(revision);
    if (revision == revisions.size() + 1) {
      revisions.push_back(text);
      return json_answer(201, "{\"seq\":" + seq + ",\"already\":false}");
    }
    if (revision <= revisions.size() && revisions[revision - 1] == text) {
      return json_answer(200, "{\"seq\":" + seq + ",\"already\":true}");
    }
    return json_answer(
        409, "{\"status\":409,\"code\":\"conflict\",\"errors\":[{\"code\":\"conflict\"}]}");
  }

  HttpResponse answer_blob(const HttpRequest& request) {
    const std::string digest = request.path.substr(request.path.rfind('/') + 1);
    const std::string range(request.header("content-range"));
    const size_t total = range.empty() ? 0 : std::stoul(range.substr(range.find('/') + 1));
    if (request.method == "HEAD") {
      return text_answer(finished_.contains(digest) ? 200 : 404, "text/plain", "");
    }
    std::string& bytes = uploads[digest];
    if (range.starts_with("bytes " + std::to_string(bytes.size()) + "-")) {
      bytes += request.body.substr(0, std::min(request.body.size(), chunk_bytes_max));
    }
    const bool complete = bytes.size() == total;
    if (complete) {
      finished_.emplace(digest, true);
    }
    return json_answer(200,
                       "{\"received\":" + std::to_string(bytes.size()) +
                           ",\"complete\":" + (complete ? "true" : "false") + "}");
  }

  std::map<std::string, bool> finished_;
  HttpServer server_;
};

class PublisherTest : public testing::Test {
 protected:
  void SetUp() override {
    shell_.url = broker_.listen();
    shell_.token = "token";
  }

  SubmissionFile file(const std::string& title) {
    const auto submission =
        read_markdown("a.md", "+++\nkind = \"news\"\ntitle = \"" + title + "\"\n+++\n正文", {});
    EXPECT_TRUE(submission) << describe(submission.error());
    return *submission;
  }

  PublishResult publish(const SubmissionFile& submission, PublishMode mode = {}) {
    auto client = BrokerClient::open(shell_);
    EXPECT_TRUE(client);
    return Publisher(std::move(*client), std::move(mode)).publish(submission);
  }

  FakeBroker broker_;
  Shell shell_;
};

TEST_F(PublisherTest, TheSameFileIsTakenOnce) {
  EXPECT_EQ(publish(file("一")).outcome, Outcome::accepted);
  EXPECT_EQ(publish(file("一")).outcome, Outcome::already_there);
  broker_.stop();
  EXPECT_EQ(broker_.revisions.size(), 1U);
}

TEST_F(PublisherTest, AnEditedFileGoesOutOnlyAsARevisionWithANote) {
  publish(file("一"));

  EXPECT_EQ(publish(file("二")).outcome, Outcome::changed);
  EXPECT_EQ(publish(file("二"), {.revise = true, .change_note = "改题"}).outcome,
            Outcome::accepted);
  EXPECT_EQ(publish(file("二"), {.revise = true, .change_note = "再改"}).outcome,
            Outcome::already_there);

  broker_.stop();
  ASSERT_EQ(broker_.revisions.size(), 2U);
  const JsonValue second = JsonValue::parse(broker_.revisions[1]).value();
  EXPECT_EQ(second.integer("revision"), 2);
  EXPECT_EQ(second.integer("previous_revision"), 1);
  EXPECT_EQ(second.text("update"), "major");
  EXPECT_EQ(second.text("change_note"), "改题");
}

TEST_F(PublisherTest, AFileSetBackToAnEarlierRevisionHasChangedToo) {
  publish(file("一"));
  publish(file("二"), {.revise = true, .change_note = "改题"});

  EXPECT_EQ(publish(file("一")).outcome, Outcome::changed);
}

TEST_F(PublisherTest, AttachmentsGoInPiecesFromWhereTheBrokerIs) {
  broker_.chunk_bytes_max = 700'000;
  const std::string path = testing::TempDir() + "publisher_test.pdf";
  const std::string bytes = "%PDF-1.4\n" + std::string(2'000'000, 'x');
  std::ofstream(path, std::ios::binary) << bytes;
  SubmissionFile submission = file("一");
  submission.parts[0].attachments.push_back(
      {.path = path, .digest = {.bytes = {1}}, .size_bytes = bytes.size()});

  EXPECT_EQ(publish(submission).outcome, Outcome::accepted);

  broker_.stop();
  std::filesystem::remove(path);
  ASSERT_EQ(broker_.uploads.size(), 1U);
  EXPECT_EQ(broker_.uploads.begin()->second, bytes);
}

TEST_F(PublisherTest, AFullDiskRefusesNothingItOnlyTakesNothing) {
  broker_.nothing_now = "disk_full";
  EXPECT_EQ(publish(file("一")).outcome, Outcome::not_accepted);

  broker_.nothing_now.clear();
  EXPECT_EQ(publish(file("一")).outcome, Outcome::accepted);
}

TEST_F(PublisherTest, NobodyThereIsUnreachable) {
  broker_.stop();

  EXPECT_EQ(publish(file("一")).outcome, Outcome::unreachable);
}

}  // namespace
}  // namespace gulou::cli
