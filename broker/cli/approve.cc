#include "broker/cli/approve.h"

#include "broker/cli/approvals_file.h"
#include "broker/cli/release_file.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/crypto/key_file.h"
#include "common/json/approval_json.h"
#include "common/json/digests.h"
#include "common/json/writer.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace gulou::cli {
namespace {

Exit make_key(const Shell& shell, const std::string& path) {
  const SigningKey key = SigningKey::make();
  if (const Status made = create_key_file(path, key); !made) {
    return shell.fail(made.error());
  }
  const auto& bytes = key.public_key().bytes;
  const std::string shown = to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (shell.json) {
    JsonWriter out;
    shell.print_json(out.begin_object().member("key", shown).end_object().text());
  } else {
    shell.print(shell.text("approve_key_made", {path, shown}));
  }
  return Exit::done;
}

Digest digest_of(const SubmissionFile& submission) {
  std::vector<Digest> digests;
  for (const PartFile& part : submission.parts) {
    digests.push_back(release_digest(part.canonical));
  }
  return bundle_digest(digests);
}

Result<Approval> approval_of(const ApproveOptions& options, const Digest& bundle) {
  const auto role = parse_approval_role(options.role);
  if (!role) {
    return gulou::fail(ErrorCode::invalid_argument, "word_unknown", "--role", {options.role});
  }
  if (options.name.empty()) {
    return gulou::fail(
        ErrorCode::invalid_argument, "approval_incomplete", "--name", {options.role});
  }
  if (!options.at.empty() && !parse_utc(options.at)) {
    return gulou::fail(ErrorCode::invalid_argument, "time_invalid", "--at", {options.at});
  }
  Approval approval;
  approval.bundle_digest = bundle;
  approval.role = *role;
  approval.name = options.name;
  approval.unit = options.unit;
  approval.at = options.at.empty() ? format_utc(read_clocks().utc) : options.at;
  approval.opinion = options.opinion;
  approval.result = options.result;
  approval.basis = options.basis;
  approval.allows = options.allows;
  approval.waives = options.waives;
  return approval;
}

// One person in one role approves once: a newer approval takes the place of the older, and those
// of what the file was before go.
std::vector<std::string> kept(const std::string& file, const Approval& approval) {
  std::vector<std::string> all;
  const auto text = read_file(file, limits::approvals_max * limits::approval_bytes_max);
  for (std::string& json : text ? split_approvals(*text) : std::vector<std::string>()) {
    const auto other = parse_approval(json);
    if (other && other->bundle_digest == approval.bundle_digest &&
        (other->role != approval.role || other->name != approval.name)) {
      all.push_back(std::move(json));
    }
  }
  return all;
}

Result<std::string> add_approval(const std::string& path, const Approval& approval) {
  const std::string file = approvals_file_of(path);
  std::vector<std::string> all = kept(file, approval);
  all.push_back(to_json(approval));
  TRY(replace_file(file, approvals_json(all)));
  return file;
}

Status sign(const Shell& shell, const ApproveOptions& options) {
  ReadOptions read{.kind = options.kind, .column = options.column, .import = false, .defaults = {}};
  if (!options.defaults.empty()) {
    const std::string text = TRY(read_file(options.defaults, limits::release_bytes_max));
    read.defaults = TRY(read_toml(text, options.defaults));
  }
  const SubmissionFile submission = TRY(read_submission(options.path, read));
  const SigningKey key = TRY(read_signing_key(options.key));
  const Digest digest = digest_of(submission);
  const Approval approval = sign_approval(TRY(approval_of(options, digest)), key);
  const std::string file = TRY(add_approval(options.path, approval));
  if (shell.json) {
    JsonWriter out;
    out.begin_object().member("file", file).member("bundle_digest", to_hex(digest));
    out.key("approval").raw(to_json(approval));
    shell.print_json(out.end_object().text());
    return {};
  }
  for (const PartFile& part : submission.parts) {
    shell.print("  " + part.title);
  }
  shell.print(shell.text(
      "approve_did", {approval.name, std::string(name_of(approval.role)), to_hex(digest), file}));
  return {};
}

}  // namespace

Exit approve(const Shell& shell, const ApproveOptions& options) {
  if (!options.new_key.empty()) {
    return make_key(shell, options.new_key);
  }
  if (options.path.empty() || options.key.empty() || options.role.empty()) {
    shell.complain(shell.text("approve_usage"));
    return Exit::usage;
  }
  const Status status = sign(shell, options);
  return status ? Exit::done : shell.fail(status.error());
}

}  // namespace gulou::cli
