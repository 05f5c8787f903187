#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

namespace {

std::string replay_of(const std::string& more) {
  return R"({"channel":"portal","reason":"平台丢了数据",)" + more + "}";
}

// Three on the portal, the second of which is withdrawn and the third superseded.
void prepare(Office& office) {
  for (const char* id : {"n-1", "n-2", "n-3"}) {
    office.accept({notice(id)});
  }
  office.bench.connect("portal");
  const Handed handed = office.bench.one_handed();
  office.bench.report(handed, {1}, {3}, published());
  office.post("/v1/withdrawals", R"({"targets":["n-2"],"kind":"remove","reason":"发错了"})", 201);
  Release revised = notice("n-3", "关于蓄水时间调整的通知");
  revised.revision = 2;
  revised.previous_revision = 1;
  revised.update = UpdateClass::minor;
  office.accept({revised});
  office.bench.handed();
}

}  // namespace

TEST(ReplaysTest, APreviewCountsAndSaysWhatIsSkipped) {
  Office office;
  prepare(office);

  const JsonValue preview =
      office.post("/v1/replays", replay_of(R"("from":1,"to":3,"preview":true)"));

  EXPECT_EQ(preview.integer("count"), 1);
  EXPECT_EQ(preview.text("sample[0].publication"), "office/n-1");
  EXPECT_EQ(preview.text("sample[0].state"), "published");
  EXPECT_EQ(preview.items("skipped").size(), 2U);
  EXPECT_EQ(preview.text("skipped[0].reason"), "superseded");
  EXPECT_EQ(preview.integer("skipped[0].seqs[0]"), 3);
  EXPECT_EQ(preview.text("skipped[1].sentence"), "withdrawn");
  EXPECT_TRUE(preview.boolean("complete"));
  EXPECT_EQ(preview.integer("to"), 3);
  EXPECT_TRUE(office.get("/v1/replays").items("replays").empty());
}

TEST(ReplaysTest, AJobIsStartedShownAndCancelled) {
  Office office;
  prepare(office);

  const JsonValue started =
      office.post("/v1/replays", replay_of(R"("states":["published"],"per_minute":60)"), 201);

  const std::string path = "/v1/replays/" + std::to_string(started.integer("job"));
  const JsonValue job = office.get(path);
  EXPECT_EQ(job.text("by"), "office");
  EXPECT_EQ(job.text("channel"), "portal");
  EXPECT_EQ(job.text("selection.states[0]"), "published");
  EXPECT_EQ(office.get("/v1/replays").items("replays").size(), 1U);
  if (job.text("state") == "running") {
    EXPECT_EQ(office.get("/v1/status").integer("replays[0].job"), started.integer("job"));
    office.post(path + "/cancel", R"({"reason":"不用了"})");
    EXPECT_EQ(office.get(path).text("state"), "cancelled");
    EXPECT_EQ(office.get(path).text("ended_reason"), "不用了");
  }
}

TEST(ReplaysTest, TheLastOutcomeSelects) {
  Office office;
  office.accept({notice("n-1")});
  office.accept({notice("n-2")});
  office.accept({notice("n-3")});
  office.bench.connect("portal");
  const Handed handed = office.bench.one_handed();
  office.bench.report(handed, {1}, {1}, published());
  Report refused;
  refused.outcome = Outcome::content;
  refused.reason = "title_too_long";
  office.bench.report(handed, {2}, {2}, refused);

  const auto preview = [&](const std::string& outcomes) {
    return office.post("/v1/replays", replay_of(R"("preview":true,"outcomes":[)" + outcomes + "]"));
  };
  EXPECT_EQ(preview(R"("content")").integer("count"), 1);
  EXPECT_EQ(preview(R"("content")").text("sample[0].publication"), "office/n-2");
  EXPECT_EQ(preview(R"("published")").text("sample[0].publication"), "office/n-1");
  // The third is with the adapter: nobody knows its outcome yet.
  EXPECT_EQ(preview(R"("content","published")").integer("count"), 2);
  EXPECT_TRUE(preview(R"("content","published")").items("skipped").empty());
  EXPECT_EQ(preview(R"("quota")").integer("count"), 0);
  EXPECT_EQ(office.post("/v1/replays", replay_of(R"("outcomes":["odd"])"), 400).text("code"),
            "word_unknown");
  const JsonValue started = office.post("/v1/replays", replay_of(R"("outcomes":["content"])"), 201);
  EXPECT_GT(started.integer("job"), 0);
}

TEST(ReplaysTest, ABackfillSendsWhatIsNotThere) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", published());

  const JsonValue preview =
      office.post("/v1/channels/portal/backfill", R"({"reason":"补齐","preview":true})");

  EXPECT_EQ(preview.integer("count"), 0);
  EXPECT_EQ(preview.text("skipped[0].reason"), "there");
  EXPECT_EQ(office.post("/v1/channels/portal/backfill", R"({"reason":"补齐"})", 403).text("code"),
            "replay_selects_nothing");
}

TEST(ReplaysTest, WhatIsWrongIsNamed) {
  Office office;
  prepare(office);
  const auto code = [&](const std::string& body, int status) {
    return std::string(office.post("/v1/replays", body, status).text("code"));
  };

  EXPECT_EQ(code(replay_of(R"("preview":true)"), 400), "replay_selection_empty");
  EXPECT_EQ(code(replay_of(R"("release":"n-9")"), 400), "release_unknown");
  EXPECT_EQ(code(replay_of(R"("states":["gone"])"), 400), "word_unknown");
  EXPECT_EQ(code(replay_of(R"("accepted_from":"gestern")"), 400), "time_invalid");
  EXPECT_EQ(code(replay_of(R"("from":"1")"), 400), "field_not_integer");
  EXPECT_EQ(code(replay_of(R"("from":2,"to":2)"), 403), "replay_selects_nothing");
  EXPECT_EQ(code(R"({"channel":"radio","reason":"x","from":1})", 404), "channel_unknown");
  EXPECT_EQ(office.get("/v1/replays/7", 404).text("code"), "replay_unknown");
  EXPECT_EQ(office.post("/v1/replays/7/cancel", R"({"reason":"x"})", 404).text("code"),
            "replay_unknown");
  office.token = viewer_token;
  office.post("/v1/replays", replay_of(R"("from":1)"), 403);
}

}  // namespace gulou::test
