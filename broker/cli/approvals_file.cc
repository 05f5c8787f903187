#include "broker/cli/approvals_file.h"

#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/json/canonical.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace gulou::cli {
namespace {

constexpr std::string_view bundle_approvals = "approvals.json";
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

Result<std::vector<std::string>> approvals_for(const std::vector<Members>& approvals,
                                               const Digest& bundle) {
  std::vector<std::string> all;
  for (Members members : approvals) {
    if (find(members, "signature") == nullptr && find(members, "scan") == nullptr) {
      set(members, "bundle_digest", json_text(to_hex(bundle)));
    }
    all.push_back(TRY(canonicalise(to_text(json_object(std::move(members))))));
  }
  return all;
}

}  // namespace gulou::cli
