#include "broker/cli/principals_file.h"

#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/key_file.h"
#include "common/settings/county.h"
#include "common/settings/value.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <unistd.h>

namespace gulou::cli {
namespace {

constexpr std::string_view file_name = "principals.toml";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

// Does this line say `key = …` and nothing else?
bool assigns(std::string_view line, std::string_view key) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (!line.starts_with(key)) {
    return false;
  }
  line.remove_prefix(key.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.starts_with('=');
}

}  // namespace

PrincipalsFile::PrincipalsFile(Home home, CountySettings county, std::string text)
    : home_(std::move(home)), county_(std::move(county)), text_(std::move(text)) {}

Result<PrincipalsFile> PrincipalsFile::open(const std::string& home) {
  CountySettings county = TRY(load_county(home));
  std::string text = TRY(read_file(Home{home}.principals(), limits::settings_bytes_max));
  PrincipalsFile file(Home{home}, std::move(county), std::move(text));
  file.principals_ = TRY(parse_principals(file.text_, file_name, file.county_));
  return file;
}

const PrincipalSettings* PrincipalsFile::find(std::string_view name) const {
  const auto at = std::ranges::find(principals_, name, &PrincipalSettings::name);
  return at == principals_.end() ? nullptr : &*at;
}

Status PrincipalsFile::set(std::string_view name, std::string_view key, const std::string& value) {
  const TomlFile file = TRY(parse_toml(text_, file_name));
  const TomlValue* list = file.root.find("principal");
  std::vector<std::string> lines = lines_of(text_);
  for (const TomlValue& table : *list->list()) {
    const TomlValue* named = table.find("name");
    if (*named->text() != name) {
      continue;
    }
    const TomlValue* old = table.find(key);
    const TomlValue* at = old != nullptr ? old : named;
    const size_t line = at->line - 1;
    if (!assigns(lines.at(line), old != nullptr ? key : "name")) {
      return fail(ErrorCode::invalid_argument,
                  "principals_edit_by_hand",
                  file.place(*at),
                  {std::string(key)});
    }
    const auto place = lines.begin() + static_cast<std::ptrdiff_t>(line);
    if (value.empty() && old == nullptr) {
      return {};
    }
    const std::string assigned = std::string(key) + " = " + value;
    if (value.empty()) {
      lines.erase(place);
    } else if (old != nullptr) {
      *place = assigned;
    } else {
      lines.insert(place + 1, assigned);
    }
    text_ = joined(lines);
    return {};
  }
  return fail(ErrorCode::not_found, "principal_unknown", {}, {std::string(name)});
}

void PrincipalsFile::append(const PrincipalSettings& principal) {
  text_ += text_.ends_with('\n') || text_.empty() ? "" : "\n";
  text_ += write_principal(principal);
}

Status PrincipalsFile::save() {
  principals_ = TRY(parse_principals(text_, file_name, county_));
  return replace_secret_file(home_.principals(), text_);
}

Status replace_secret_file(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());  // left by one that died here
  TRY(create_secret_file(fresh, bytes));
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(ErrorCode::unavailable, "secret_not_written", path, {std::strerror(errno)});
  }
  const size_t slash = path.rfind('/');
  return sync_directory(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace gulou::cli
