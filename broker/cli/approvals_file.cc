#include "broker/cli/approvals_file.h"

#include "broker/cli/attachment_file.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/json/approval_json.h"
#include "common/json/canonical.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace gulou::cli {
namespace {

constexpr std::string_view bundle_approvals = "approvals.json";
constexpr std::string_view scan_file = "scan_file";
constexpr std::string_view suffix = ".approvals.json";

auto malformed(const std::string& path) {
  return fail(ErrorCode::invalid_argument, "approvals_malformed", path);
}

Result<std::vector<Members>> objects_of(const std::string& path, const JsonValue& list) {
  if (!list.is_array()) {
    return malformed(path);
  }
  std::vector<Members> all;
  for (const JsonValue& item : list.items()) {
    if (!item.is_object()) {
      return malformed(path);
    }
    all.push_back(item.members());
  }
  return all;
}

}  // namespace

std::string approvals_file_of(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored)
             ? (std::filesystem::path(path) / bundle_approvals).string()
             : path + std::string(suffix);
}

bool is_approvals_file(std::string_view name) {
  return name.ends_with(suffix) || name == bundle_approvals;
}

Result<std::vector<Members>> take_approvals(const std::string& path, Members& members) {
  const JsonValue* list = find(members, "approvals");
  if (list == nullptr) {
    return std::vector<Members>{};
  }
  auto all = objects_of(path, *list);
  drop(members, "approvals");
  return all;
}

Result<std::vector<Members>> read_approvals(const std::string& path) {
  const std::string file = approvals_file_of(path);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return std::vector<Members>{};
  }
  const std::string text = TRY(read_file(file, limits::approvals_max * limits::approval_bytes_max));
  const auto value = JsonValue::parse(text);
  return value ? objects_of(file, *value) : malformed(file);
}

std::string with_scan_file(const Approval& approval,
                           const std::string& file,
                           const std::string& scan) {
  std::error_code ignored;
  const std::filesystem::path from = std::filesystem::path(file).parent_path();
  const auto place = std::filesystem::proximate(scan, from.empty() ? "." : from, ignored);
  Members members = JsonValue::parse(to_json(approval))->members();
  set(members, std::string(scan_file), json_text(place.string()));
  return to_text(json_object(std::move(members)));
}

Result<std::vector<AttachmentFile>> take_scans(const std::string& path,
                                               std::vector<Members>& approvals) {
  std::error_code ignored;
  const std::filesystem::path given(path);
  const auto directory =
      std::filesystem::is_directory(given, ignored) ? given : given.parent_path();
  std::vector<AttachmentFile> scans;
  for (Members& members : approvals) {
    const JsonValue* place = find(members, scan_file);
    if (place == nullptr) {
      continue;
    }
    AttachmentFile scan = TRY(measure((directory / std::string(place->text())).string()));
    drop(members, scan_file);
    set(members, "scan", json_text(to_hex(scan.digest)));
    const bool known = std::ranges::any_of(
        scans, [&](const AttachmentFile& other) { return other.digest == scan.digest; });
    if (!known) {
      scans.push_back(std::move(scan));
    }
  }
  return scans;
}

Result<std::vector<std::string>> approvals_for(const std::vector<Members>& approvals,
                                               const Digest& bundle) {
  std::vector<std::string> all;
  for (Members members : approvals) {
    const bool on_paper = find(members, "scan") != nullptr;
    const bool says_which = on_paper && find(members, "bundle_digest") != nullptr;
    if (find(members, "signature") == nullptr && !says_which) {
      set(members, "bundle_digest", json_text(to_hex(bundle)));
    }
    all.push_back(TRY(canonicalise(to_text(json_object(std::move(members))))));
  }
  return all;
}

}  // namespace gulou::cli
