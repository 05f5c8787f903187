#include "broker/evidence/checkpoints.h"
#include "broker/evidence/export.h"
#include "broker/evidence/verify.h"
#include "broker/journal/memory_journal.h"
#include "common/json/digests.h"
#include "tests/support/journal_material.h"
#include "tests/support/temp_dir.h"

#include <random>

#include <gtest/gtest.h>

namespace gulou {
namespace {

// A journal of six entries, one shown with a URL, one withdrawn, and checkpoints in between.
class EvidenceTest : public testing::Test {
 protected:
  EvidenceTest() {
    keys_.emplace(key_.public_key(), "test.public");
    commit({EpochOpened{.epoch = 1, .at = {1}}, ChannelDefined{.channel = {1}, .id = "portal"}});
    checkpoint();
    for (uint64_t seq = 1; seq <= 6; ++seq) {
      EntryAccepted entry = material::entry(seq);
      entry.bundle_digest = bundle_digest(std::vector{entry.parts[0].digest});
      commit({entry, FirstShown{.runs = {{{seq}, 1}}, .at = {5}, .lane = Lane::normal}},
             {BodyBytes{.seq = {seq},
                        .part = 0,
                        .bytes = std::make_shared<const std::string>(material::body_of({seq}))}});
      if (seq == 4) {
        checkpoint();
      }
    }
    DeliveryChanged shown{.subscriber = shared_subscriber({1}), .seq = {2}};
    shown.lane = Lane::normal;
    shown.state = DeliveryState::published;
    shown.at = {7};
    shown.receipt.parts = {{.part = 0, .revision = 1, .url = "http://portal.example/2"}};
    commit({shown, AttemptEnded{.subscriber = shown.subscriber, .seq = {3}, .attempt = 1}});
    checkpoint();
  }

  void commit(std::vector<Change> changes, std::vector<BodyBytes> bodies = {}) {
    ASSERT_TRUE(journal_->commit({{9}, std::move(changes), std::move(bodies)}).has_value());
  }

  void checkpoint() { ASSERT_TRUE(kept_.make({1'700'000'000'000}).has_value()); }

  std::string exported(std::vector<Seq> entries) {
    Evidence evidence{.made_at = {1'700'000'000'000}, .entries = std::move(entries)};
    const uint64_t from = changeset_of(journal_->history(), evidence.entries.front());
    evidence.checkpoints = read_checkpoints(dir_.path() + "/c", from).value();
    return export_evidence(journal_->history(), evidence, key_, Language::zh, reader_).value();
  }

  // What the outside world shows, while the file is made.
  ReadPage reader_ = [this](const std::string& url) -> Result<PageShown> {
    asked_.push_back(url);
    if (page_.empty()) {
      return fail(ErrorCode::unavailable, "http_connect_failed");
    }
    return PageShown{200, page_};
  };
  std::string page_ = "<h1>as it is read today</h1>";
  std::vector<std::string> asked_;
  TempDir dir_;
  SigningKey key_ = SigningKey::from_seed({7});
  PublicKeys keys_;
  std::unique_ptr<MemoryJournal> journal_ = MemoryJournal::open().value();
  Checkpoints kept_ = Checkpoints::open(dir_.path() + "/c", journal_->history(), key_).value();
};

TEST_F(EvidenceTest, AnExportedFileIsProvenByKeysAlone) {
  const auto verified = verify_evidence(exported({{2}}), keys_, kept_.newest());

  ASSERT_TRUE(verified.has_value()) << describe(verified.error());
  EXPECT_EQ(verified->changes, 3U);  // accepted, first shown, published
}

TEST_F(EvidenceTest, NothingOfOtherReleasesIsInIt) {
  const auto members = read_archive(exported({{2}})).value();

  for (const ArchiveMember& member : members) {
    for (const uint64_t other : {1U, 3U, 4U, 5U, 6U}) {
      const std::string body = material::body_of({other});
      EXPECT_EQ(member.bytes.find(body), std::string::npos) << member.name;
      EXPECT_EQ(member.bytes.find(to_hex(sha256(body))), std::string::npos) << member.name;
    }
  }
  const Evidence evidence = evidence_of(members).value();
  for (const ProvenChange& one : evidence.changes) {
    const Change change = decode_change(one.bytes).value();
    if (const auto* entry = std::get_if<EntryAccepted>(&change)) {
      EXPECT_EQ(entry->seq, Seq{2});
    } else if (const auto* delivery = std::get_if<DeliveryChanged>(&change)) {
      EXPECT_EQ(delivery->seq, Seq{2});
    } else {
      EXPECT_TRUE(std::holds_alternative<FirstShown>(change));
    }
  }
}

TEST_F(EvidenceTest, AnyChangedByteIsNamed) {
  const std::string bytes = exported({{2}, {3}});
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    std::string changed = bytes;
    const size_t at = random() % changed.size();
    changed[at] = static_cast<char>(changed[at] ^ (1 << (random() % 8)));
    const auto verified = verify_evidence(changed, keys_);
    ASSERT_FALSE(verified) << at;
    EXPECT_FALSE(verified.error().args.empty()) << verified.error().reason;
  }
}

// Whoever holds the key may seal what he likes; the chain still says what is not in it.
TEST_F(EvidenceTest, ProvenMembersAreCheckedUnderAFreshSealToo) {
  const auto whole = read_archive(exported({{2}})).value();
  std::mt19937 random(2);
  for (const ArchiveMember& target : whole) {
    const bool proven = target.name.starts_with("content/") || target.name == "chain.txt" ||
                        target.name == "checkpoints.txt";
    for (int i = 0; proven && i < 100; ++i) {
      std::vector<ArchiveMember> members;
      for (ArchiveMember member : whole) {
        if (member.name == target.name) {
          char& byte = member.bytes[random() % member.bytes.size()];
          byte = static_cast<char>(byte ^ (1 << (random() % 8)));
        }
        if (!member.name.starts_with("manifest")) {
          members.push_back(member);
        }
      }
      seal(members, key_);
      EXPECT_FALSE(verify_evidence(write_archive(members).value(), keys_)) << target.name;
    }
  }
}

TEST_F(EvidenceTest, AKeyNobodyNamedIsRefused) {
  PublicKeys others;
  others.emplace(SigningKey::from_seed({8}).public_key(), "other.public");

  const auto verified = verify_evidence(exported({{2}}), others);

  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().reason, "evidence_seal_key_unknown");
}

TEST_F(EvidenceTest, ASampleIsTheSameForTheSameSeed) {
  EvidenceSelection selection{.column = "tzgg", .sample = 3, .seed = 42};

  const auto chosen = choose(journal_->history(), selection).value();

  EXPECT_EQ(chosen.size(), 3U);
  EXPECT_EQ(selection.candidates, 6U);
  EXPECT_EQ(choose(journal_->history(), selection).value(), chosen);
}

TEST_F(EvidenceTest, ACheckpointKeptOutsideShowsAnotherHistory) {
  const Checkpoint kept = *kept_.newest();
  EXPECT_TRUE(compare_checkpoint(kept, journal_->history()));
  Checkpoint changed = kept;
  changed.chain.bytes[0] ^= 1;
  EXPECT_EQ(compare_checkpoint(changed, journal_->history()).error().reason, "checkpoint_differs");
  changed = kept;
  changed.changeset += 1;
  EXPECT_EQ(compare_checkpoint(changed, journal_->history()).error().reason, "checkpoint_ahead");

  const std::string text = text_of(kept);
  EXPECT_EQ(parse_checkpoint(text).value(), kept);
  for (size_t at = 0; at < text.size(); ++at) {
    std::string other = text;
    other[at] = static_cast<char>(other[at] ^ 1);
    const auto parsed = parse_checkpoint(other);
    EXPECT_FALSE(parsed && check_signature(*parsed, keys_)) << at;
  }
}

TEST_F(EvidenceTest, ThePagesOfItsReceiptsAreReadAndKept) {
  const std::string file = exported({{2}, {3}});

  EXPECT_EQ(asked_, std::vector<std::string>{"http://portal.example/2"});
  const auto verified = verify_evidence(file, keys_);
  ASSERT_TRUE(verified.has_value()) << describe(verified.error());
  ASSERT_EQ(verified->evidence.pages.size(), 1U);
  const PageRead& page = verified->evidence.pages[0];
  EXPECT_EQ(page.channel, "portal");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.digest, sha256(page_));
  const auto members = read_archive(file).value();
  const ArchiveMember* kept = find_member(members, evidence_names::page(page.digest));
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->bytes, page_);
}

TEST_F(EvidenceTest, APageThatCannotBeReadIsSaidToBeSo) {
  page_.clear();

  const auto verified = verify_evidence(exported({{2}}), keys_);

  ASSERT_TRUE(verified.has_value()) << describe(verified.error());
  ASSERT_EQ(verified->evidence.pages.size(), 1U);
  EXPECT_EQ(verified->evidence.pages[0].error, "http_connect_failed");
  EXPECT_FALSE(verified->evidence.pages[0].digest);
}

TEST_F(EvidenceTest, APageIsWhatItsDigestSaysAlsoUnderTheRightSeal) {
  auto members = read_archive(exported({{2}})).value();
  const std::string name = evidence_names::page(sha256(page_));
  std::erase_if(members, [](const ArchiveMember& one) { return one.name.starts_with("manifest"); });
  auto page = std::ranges::find(members, name, &ArchiveMember::name);
  ASSERT_NE(page, members.end());
  page->bytes = "<h1>something else</h1>";
  auto changed = members;
  seal(changed, key_);
  std::erase_if(members, [&](const ArchiveMember& one) { return one.name == name; });
  seal(members, key_);

  EXPECT_EQ(verify_evidence(write_archive(changed).value(), keys_).error().reason,
            "evidence_member_changed");
  EXPECT_EQ(verify_evidence(write_archive(members).value(), keys_).error().reason,
            "evidence_member_missing");
}

}  // namespace
}  // namespace gulou
