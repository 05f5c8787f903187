// An approval from its canonical bytes and back, and what a signature of it is over: the words
// "gulou approval 1", a line feed and the canonical bytes without the member "signature". So one
// signature binds person, role, time and opinion to the digest of the bundle. Any thread; checking
// a signature costs about 65 us.
#pragma once

#include "common/base/result.h"
#include "common/crypto/signature.h"
#include "common/model/approval.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// `prefix` is put before each field name in errors: "approvals[0].". Refuses what is not canonical,
// as bytes that say the same would make another sign-off. Unknown fields are kept and passed over.
Result<Approval> parse_approval(std::string_view canonical, std::string_view prefix = {});

// Canonical bytes; absent fields are left out.
std::string to_json(const Approval& approval);

// Does the approval's own key say so? Whose key that is, is another question. False without key and
// signature.
bool signature_holds(std::string_view canonical, const Approval& approval);

// Fills in key and signature.
Approval sign_approval(Approval approval, const SigningKey& key);

// What the QR code on a sign-off sheet says, and the bundle it names; nothing where it is no such
// code.
std::string sheet_code(const Digest& bundle);
std::optional<Digest> bundle_of_sheet_code(std::string_view code);

// The approvals of a bundle as they are kept beside it: a JSON array in the order given.
std::string approvals_json(const std::vector<std::string>& canonical);
// And apart again. Nothing where it is no such array.
std::vector<std::string> split_approvals(std::string_view json);

}  // namespace gulou
