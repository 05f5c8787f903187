#include "broker/cli/approve.h"

#include "broker/cli/approvals_file.h"
#include "broker/cli/attachment_file.h"
#include "broker/cli/broker_client.h"
#include "broker/cli/release_file.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/crypto/key_file.h"
#include "common/draw/qr.h"
#include "common/draw/qr_reader.h"
#include "common/json/approval_json.h"
#include "common/json/digests.h"
#include "common/json/writer.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

namespace gulou::cli {
namespace {

constexpr int64_t look_every_ms = 1000;
constexpr std::string_view paper_option = "--paper";

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

Result<std::string> add_approval(const std::string& path,
                                 const Approval& approval,
                                 const std::string& scan = {}) {
  const std::string file = approvals_file_of(path);
  std::vector<std::string> all = kept(file, approval);
  all.push_back(scan.empty() ? to_json(approval) : with_scan_file(approval, file, scan));
  TRY(replace_file(file, approvals_json(all)));
  return file;
}

Result<SubmissionFile> read(const ApproveOptions& options) {
  ReadOptions read{.kind = options.kind, .column = options.column, .import = false, .defaults = {}};
  if (!options.defaults.empty()) {
    const std::string text = TRY(read_file(options.defaults, limits::release_bytes_max));
    read.defaults = TRY(read_toml(text, options.defaults));
  }
  return read_submission(options.path, read);
}

void say(const Shell& shell,
         const SubmissionFile& submission,
         const Approval& approval,
         const std::string& file,
         std::string_view done) {
  const std::string digest = to_hex(approval.bundle_digest);
  if (shell.json) {
    JsonWriter out;
    out.begin_object().member("file", file).member("bundle_digest", digest);
    out.key("approval").raw(to_json(approval));
    shell.print_json(out.end_object().text());
    return;
  }
  for (const PartFile& part : submission.parts) {
    shell.print("  " + part.title);
  }
  shell.print(shell.text(done, {approval.name, std::string(name_of(approval.role)), digest, file}));
}

Status sign(const Shell& shell, const ApproveOptions& options) {
  const SubmissionFile submission = TRY(read(options));
  const SigningKey key = TRY(read_signing_key(options.key));
  const Digest digest = digest_of(submission);
  const Approval approval = sign_approval(TRY(approval_of(options, digest)), key);
  const std::string file = TRY(add_approval(options.path, approval));
  say(shell, submission, approval, file, "approve_did");
  return {};
}

// Is it the sheet of this very bundle? The broker reads it again; here the clerk hears it at once.
Status look_at(const Shell& shell, const AttachmentFile& scan, const Digest& bundle) {
  const std::string bytes = TRY(read_file(scan.path, limits::scan_bytes_max));
  const auto codes = read_qr_codes(bytes);
  if (!codes && codes.error().code == ErrorCode::unavailable) {
    shell.complain(shell.text("approve_not_looked_at", {codes.error().args.front()}));
    return {};
  }
  std::optional<Digest> found;
  for (const std::string& code : TRY(codes)) {
    const auto named = bundle_of_sheet_code(code);
    found = named && (!found || *named == bundle) ? named : found;
  }
  if (!found) {
    return gulou::fail(
        ErrorCode::refused, "scan_without_code", std::string(paper_option), {scan.path});
  }
  if (*found != bundle) {
    return gulou::fail(ErrorCode::refused,
                       "scan_of_other_bundle",
                       std::string(paper_option),
                       {scan.path, to_hex(*found), to_hex(bundle)});
  }
  return {};
}

Status take_paper(const Shell& shell, const ApproveOptions& options) {
  const SubmissionFile submission = TRY(read(options));
  const AttachmentFile scan = TRY(measure(options.paper));
  const Digest digest = digest_of(submission);
  TRY(look_at(shell, scan, digest));
  Approval approval = TRY(approval_of(options, digest));
  approval.scan = scan.digest;
  const std::string file = TRY(add_approval(options.path, approval, scan.path));
  say(shell, submission, approval, file, "approve_on_paper");
  return {};
}

Status show_link(const Shell& shell, const BrokerClient& client, const JsonValue& link) {
  const std::string url = client.url() + std::string(link.text("link"));
  if (shell.json) {
    shell.complain(url);
    return {};
  }
  shell.print(qr_lines(TRY(qr_matrix(url))));
  shell.print(shell.text("approve_phone_open", {url, local_time(link.text("until"))}));
  return {};
}

// The digest of the photograph, when it has come.
Result<Digest> wait_for_phone(const Shell& shell, const Digest& bundle) {
  BrokerClient client = TRY(BrokerClient::open(shell));
  JsonWriter body;
  const Answer link = TRY(
      client.post("/v1/scan-links",
                  body.begin_object().member("bundle_digest", to_hex(bundle)).end_object().take()));
  TRY(show_link(shell, client, link.value));
  const std::string path = "/v1/scan-links/" + segment(link.value.text("code"));
  while (true) {
    const Answer answer = TRY(client.call("GET", path));
    if (answer.status == 404) {
      return gulou::fail(ErrorCode::timed_out, "approve_phone_over");
    }
    if (!answer.good()) {
      return gulou::fail(refusal_of(answer));
    }
    if (const auto scan = digest_from_hex(answer.value.text("scan"))) {
      return *scan;
    }
    pause_ms(look_every_ms);
  }
}

Status take_photograph(const Shell& shell, const ApproveOptions& options) {
  const SubmissionFile submission = TRY(read(options));
  const Digest digest = digest_of(submission);
  Approval approval = TRY(approval_of(options, digest));
  approval.scan = TRY(wait_for_phone(shell, digest));
  const std::string file = TRY(add_approval(options.path, approval));
  say(shell, submission, approval, file, "approve_on_paper");
  return {};
}

}  // namespace

Exit approve(const Shell& shell, const ApproveOptions& options) {
  if (!options.new_key.empty()) {
    return make_key(shell, options.new_key);
  }
  const int ways =
      (options.key.empty() ? 0 : 1) + (options.paper.empty() ? 0 : 1) + (options.phone ? 1 : 0);
  if (options.path.empty() || ways != 1 || options.role.empty()) {
    shell.complain(shell.text("approve_usage"));
    return Exit::usage;
  }
  const Status status = options.phone           ? take_photograph(shell, options)
                        : options.paper.empty() ? sign(shell, options)
                                                : take_paper(shell, options);
  return status ? Exit::done : shell.fail(status.error());
}

}  // namespace gulou::cli
