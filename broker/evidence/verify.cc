#include "broker/evidence/verify.h"

#include "common/crypto/digest.h"
#include "common/crypto/merkle.h"
#include "common/json/digests.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace gulou {
namespace {

auto wrong(std::string reason, std::vector<std::string> args) {
  return fail(ErrorCode::corrupt, std::move(reason), {}, std::move(args));
}

// Signed, of one journal, each naming the one before.
Status check_checkpoints(const std::vector<Checkpoint>& checkpoints, const PublicKeys& keys) {
  if (checkpoints.empty()) {
    return wrong("evidence_unreadable", {std::string(evidence_names::checkpoints), "#1"});
  }
  for (size_t i = 0; i < checkpoints.size(); ++i) {
    TRY(check_signature(checkpoints[i], keys));
    const bool follows = i == 0 || (checkpoints[i].previous == digest_of(checkpoints[i - 1]) &&
                                    checkpoints[i].changeset > checkpoints[i - 1].changeset);
    if (!follows || checkpoints[i].journal != checkpoints[0].journal) {
      return wrong("checkpoint_order_wrong", {std::to_string(checkpoints[i].changeset)});
    }
  }
  return {};
}

using Roots = std::map<uint64_t, Digest>;

// The roots that lead to a checkpoint, by changeset.
Result<Roots> check_chain(const Evidence& evidence) {
  std::map<uint64_t, Digest> signed_at;
  for (const Checkpoint& checkpoint : evidence.checkpoints) {
    signed_at.emplace(checkpoint.changeset, checkpoint.chain);
  }
  Roots roots;
  for (const ChainRun& run : evidence.runs) {
    Digest hash = run.previous;
    uint64_t number = run.first;
    for (const Digest& root : run.roots) {
      hash = sha256_of({hash.view(), root.view()});
      roots.emplace(number++, root);
    }
    const auto end = signed_at.find(number - 1);
    if (run.roots.empty() || end == signed_at.end() || end->second != hash) {
      return wrong("evidence_chain_broken", {std::to_string(run.first), std::to_string(number)});
    }
  }
  return roots;
}

Result<std::vector<Change>> check_changes(const Evidence& evidence, const Roots& roots) {
  std::vector<Change> changes;
  for (const ProvenChange& one : evidence.changes) {
    const std::vector<std::string> place{std::to_string(one.changeset), std::to_string(one.index)};
    const auto root = roots.find(one.changeset);
    if (root == roots.end() ||
        !verify_inclusion(leaf_hash(one.bytes), one.index, one.count, one.path, root->second)) {
      return wrong("evidence_path_wrong", place);
    }
    auto change = decode_change(one.bytes);
    if (!change) {
      return wrong("evidence_change_unreadable", place);
    }
    changes.push_back(*std::move(change));
  }
  return changes;
}

bool contains(const std::vector<Digest>& digests, const Digest& digest) {
  return std::ranges::find(digests, digest) != digests.end();
}

// A blob in the file must be what its name says; one that is not must be listed.
Status check_blob(const std::vector<ArchiveMember>& members,
                  const Evidence& evidence,
                  const Digest& digest) {
  const std::string name = evidence_names::blob(digest);
  const ArchiveMember* member = find_member(members, name);
  if (member == nullptr) {
    return contains(evidence.left_out, digest) || contains(evidence.erased, digest)
               ? Status()
               : wrong("evidence_member_missing", {name});
  }
  return sha256(member->bytes) == digest ? Status() : wrong("evidence_member_changed", {name});
}

Status check_sign_off(const std::vector<ArchiveMember>& members,
                      const Evidence& evidence,
                      const SignOff& sign_off) {
  if (!sign_off.digest) {
    return {};
  }
  const std::string name = evidence_names::content(sign_off.digest);
  const ArchiveMember* member = find_member(members, name);
  if (member == nullptr) {
    return wrong("evidence_member_missing", {name});
  }
  if (sha256(member->bytes) != sign_off.digest) {
    return wrong("evidence_member_changed", {name});
  }
  for (const Digest& scan : sign_off.scans) {
    TRY(check_blob(members, evidence, scan));
  }
  return {};
}

Status check_content(const std::vector<ArchiveMember>& members,
                     const Evidence& evidence,
                     const EntryAccepted& entry) {
  TRY(check_sign_off(members, evidence, entry.sign_off));
  std::vector<Digest> digests;
  for (const EntryPart& part : entry.parts) {
    digests.push_back(part.digest);
    const std::string name = evidence_names::content(part.digest);
    const ArchiveMember* member = find_member(members, name);
    if (member == nullptr && !contains(evidence.erased, part.digest)) {
      return wrong("evidence_member_missing", {name});
    }
    if (member != nullptr && sha256(member->bytes) != part.digest) {
      return wrong("evidence_member_changed", {name});
    }
    for (const auto& list : {part.attachments, part.private_attachments}) {
      for (const Digest& blob : list) {
        TRY(check_blob(members, evidence, blob));
      }
    }
  }
  if (bundle_digest(digests) != entry.bundle_digest) {
    return wrong("evidence_bundle_wrong", {std::to_string(entry.seq.value)});
  }
  return {};
}

Status check_entries(const std::vector<ArchiveMember>& members,
                     const Evidence& evidence,
                     const std::vector<Change>& changes) {
  std::set<Seq> missing(evidence.entries.begin(), evidence.entries.end());
  std::set<Digest> destroyed;
  for (const Change& change : changes) {
    if (const auto* entry = std::get_if<EntryAccepted>(&change)) {
      if (entry->kind == EntryKind::bundle) {
        TRY(check_content(members, evidence, *entry));
        missing.erase(entry->seq);
      }
    } else if (const auto* delivery = std::get_if<DeliveryChanged>(&change);
               delivery != nullptr && delivery->proof) {
      TRY(check_blob(members, evidence, delivery->proof));
    } else if (const auto* erased = std::get_if<PartErased>(&change)) {
      destroyed.insert(erased->digest);
      destroyed.insert(erased->blobs.begin(), erased->blobs.end());
    }
  }
  if (!missing.empty()) {
    return wrong("evidence_entry_missing", {std::to_string(missing.begin()->value)});
  }
  for (const Digest& digest : evidence.erased) {
    if (!destroyed.contains(digest)) {
      return wrong("evidence_erasure_unproven", {to_hex(digest)});
    }
  }
  return {};
}

// Pages as they were read: nothing proves them but the seal; each must be there and be of an entry
// of this file.
Status check_pages(const std::vector<ArchiveMember>& members, const Evidence& evidence) {
  for (const PageRead& page : evidence.pages) {
    if (std::ranges::find(evidence.entries, page.entry) == evidence.entries.end()) {
      return wrong("evidence_entry_missing", {std::to_string(page.entry.value)});
    }
    if (!page.digest) {
      continue;
    }
    const std::string name = evidence_names::page(page.digest);
    const ArchiveMember* member = find_member(members, name);
    if (member == nullptr) {
      return wrong("evidence_member_missing", {name});
    }
    if (sha256(member->bytes) != page.digest || member->bytes.size() != page.size_bytes) {
      return wrong("evidence_member_changed", {name});
    }
  }
  return {};
}

}  // namespace

Result<Verified> verify_evidence(std::string_view bytes,
                                 const PublicKeys& keys,
                                 const std::optional<Checkpoint>& kept) {
  const auto members = TRY(read_archive(bytes));
  TRY(check_seal(members, keys));
  Evidence evidence = TRY(evidence_of(members));
  TRY(check_checkpoints(evidence.checkpoints, keys));
  if (kept && std::ranges::find(evidence.checkpoints, *kept) == evidence.checkpoints.end()) {
    return wrong("checkpoint_not_in_file", {std::to_string(kept->changeset)});
  }
  const Roots roots = TRY(check_chain(evidence));
  const auto changes = TRY(check_changes(evidence, roots));
  TRY(check_entries(members, evidence, changes));
  TRY(check_pages(members, evidence));
  Verified verified{
      .evidence = std::move(evidence), .changes = changes.size(), .members = members.size()};
  for (const Change& change : changes) {
    if (const auto* erased = std::get_if<PartErased>(&change)) {
      verified.erased.push_back(*erased);
    }
  }
  return verified;
}

}  // namespace gulou
