// What stands in an evidence file, as values, and its form as members of an archive (README.md).
// Everything else in the file is content: releases, attachments, proofs, the readable page. Pure;
// any thread.
#pragma once

#include "broker/evidence/checkpoint.h"
#include "broker/evidence/gather.h"
#include "common/archive/archive.h"
#include "common/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Names of members; content, attachments and proofs are named by digest.
namespace evidence_names {
inline constexpr std::string_view document = "证明.pdf";
inline constexpr std::string_view guide = "说明.txt";
inline constexpr std::string_view evidence = "evidence.json";
inline constexpr std::string_view chain = "chain.txt";
inline constexpr std::string_view checkpoints = "checkpoints.txt";
inline constexpr std::string_view manifest = "manifest.json";
inline constexpr std::string_view signature = "manifest.sig";
std::string content(const Digest& digest);
std::string blob(const Digest& digest);
std::string page(const Digest& digest);
}  // namespace evidence_names

// How the releases were chosen.
struct EvidenceSelection {
  std::string column;  // empty: by name
  std::string from;    // dates, may be empty
  std::string to;
  uint64_t sample = 0;      // 0: all
  uint64_t seed = 0;        // of the sample
  uint64_t candidates = 0;  // how many it was taken from
};

// A public address of a receipt as it was read while the file was made: a statement of whoever made
// it, not proven by the chain.
struct PageRead {
  Seq entry;
  std::string channel;
  std::string url;
  Utc at;
  uint64_t status = 0;  // of HTTP; 0: not read, see error
  std::string error;    // a code, and what is to be said with it beside the address
  std::string detail;
  Digest digest;  // of the page, which is in the file; none: it is not
  uint64_t size_bytes = 0;
  friend bool operator==(const PageRead&, const PageRead&) = default;
};

struct Evidence {
  Utc made_at;
  std::string made_by;
  EvidenceSelection selection;
  std::vector<Seq> entries;
  std::vector<Seq> withheld;                 // gather.h
  std::map<uint32_t, std::string> channels;  // names of the numbers in changes
  std::vector<Digest> left_out;              // blobs too large for the file
  std::vector<Digest> erased;                // content that was destroyed
  std::vector<ProvenChange> changes;
  std::vector<ChainRun> runs;
  std::vector<Checkpoint> checkpoints;
  std::vector<PageRead> pages;
};

// evidence.json, chain.txt and checkpoints.txt.
std::vector<ArchiveMember> members_of(const Evidence& evidence);
// Errors: corrupt evidence_member_missing, evidence_unreadable with the member and what in it.
Result<Evidence> evidence_of(const std::vector<ArchiveMember>& members);

// Adds manifest.json, the list of all members with size and digest, and its signature.
void seal(std::vector<ArchiveMember>& members, const SigningKey& key);
// Every member is as it was sealed, with one of these keys. corrupt: evidence_member_missing,
// evidence_member_changed, evidence_member_unknown, evidence_seal_key_unknown, evidence_seal_wrong.
Status check_seal(const std::vector<ArchiveMember>& members, const PublicKeys& keys);

const ArchiveMember* find_member(const std::vector<ArchiveMember>& members, std::string_view name);

}  // namespace gulou
