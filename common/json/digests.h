// The digests of releases (design 5.1): what approvals sign, receipts carry and duplicates are
// found by. All take canonical bytes. Pure; any thread. tests/e2e/digest.py computes the same in 20
// lines.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gulou {

// SHA-256 of exactly these bytes.
Digest release_digest(std::string_view canonical);

// SHA-256 of the canonical JSON without the members that place a document rather than being it: id,
// revision, previous_revision, update, distinct_from, relations, column, audience, priority,
// not_before, expires, must_confirm_every_s, embargo, test, imported. Fails on what is no canonical
// object.
Result<Digest> content_digest(std::string_view canonical);
// The bytes it is taken of.
Result<std::string> content_json(std::string_view canonical);

// Both, for little more than the price of one.
struct ReleaseDigests {
  Digest release;
  Digest content;
};

Result<ReleaseDigests> release_digests(std::string_view canonical);

// SHA-256 of the canonical JSON array of the parts' digests in hexadecimal, in order, also for one.
Digest bundle_digest(std::span<const Digest> parts);

// What two revisions of one document share, whatever their ids: issuer and folded document number.
// Nothing where there is no full document number.
std::optional<Digest> document_key(std::string_view issuer_org_code, std::string_view doc_no);

// What stands for a phase of interpretation where no text may stand.
Digest phase_digest(std::string_view phase);

}  // namespace gulou
