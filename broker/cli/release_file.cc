#include "broker/cli/release_file.h"

#include "broker/cli/approvals_file.h"
#include "broker/cli/attachment_file.h"
#include "broker/cli/front_matter.h"
#include "broker/cli/import_text.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/json/canonical.h"
#include "common/json/release_json.h"
#include "common/settings/toml_json.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view bundle_file = "bundle.toml";

bool is_input(const fs::path& path) {
  const fs::path extension = path.extension();
  return (extension == ".md" || extension == ".json") && path.filename() != "README.md" &&
         !is_approvals_file(path.filename().string());
}

bool is_bundle(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path / bundle_file, ignored);
}

// Names of a directory in order, so that two runs see the same.
std::vector<fs::path> names_in(const fs::path& directory) {
  std::vector<fs::path> names;
  std::error_code error;
  for (fs::directory_iterator i(directory, error), end; !error && i != end; i.increment(error)) {
    names.push_back(i->path());
  }
  std::ranges::sort(names);
  return names;
}

void add_directory(const fs::path& directory, std::vector<std::string>& inputs) {
  if (is_bundle(directory)) {
    inputs.push_back(directory.string());
    return;
  }
  for (const fs::path& path : names_in(directory)) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      add_directory(path, inputs);
    } else if (is_input(path)) {
      inputs.push_back(path.string());
    }
  }
}

// The file in front of the field: "notice.md: title".
Error in_file(Error error, const std::string& path) {
  if (error.field.empty()) {
    error.field = path;
  } else if (!error.field.starts_with(path)) {
    error.field = path + ": " + error.field;
  }
  return error;
}

// Nothing, 0, false and the like are left out of a release that is written again.
bool says_something(const JsonValue& value) {
  return !value.text().empty() || value.integer() != 0 || value.boolean() ||
         !value.items().empty() || !value.members().empty();
}

std::vector<std::string> fields_not_known(const Members& members, const Release& release) {
  std::vector<std::string> unknown;
  const auto known = JsonValue::parse(to_json(release));
  for (const auto& [key, value] : members) {
    const bool is_default = key == "priority" && release.priority == Priority::normal;
    if (known && find(known->members(), key) == nullptr && says_something(value) && !is_default) {
      unknown.push_back(key);
    }
  }
  return unknown;
}

// Canonical bytes of the members, and what of them is worth knowing here.
Result<PartFile> part_of(const std::string& path, const Members& members) {
  auto canonical = canonicalise(to_text(json_object(members)));
  if (!canonical) {
    return fail(in_file(std::move(canonical.error()), path));
  }
  auto release = parse_release(*canonical);
  if (!release) {
    return fail(in_file(std::move(release.error()), path));
  }
  return PartFile{.path = path,
                  .id = release->id,
                  .title = release->title,
                  .canonical = std::move(*canonical),
                  .attachments = {},
                  .unknown_fields = fields_not_known(members, *release)};
}

void set_absent(Members& members, std::string_view key, std::string text) {
  if (!text.empty() && find(members, key) == nullptr) {
    set(members, key, json_text(std::move(text)));
  }
}

void set_imported(Members& members, std::string_view file_name, std::string& body) {
  ImportedText text = read_imported(body, file_name);
  body = std::move(text.body);
  set_absent(members, "title", std::move(text.title));
  set_absent(members, "doc_no", std::move(text.doc_no));
  set_absent(members, "effective_on", std::move(text.effective_on));
  if (!text.written_on.empty()) {
    fill(members,
         {{"imported", json_object({{"first_published_at", json_text(text.written_on)}})}});
  }
  set_absent(members, "written_on", std::move(text.written_on));
}

Result<SubmissionFile> read_bundle(const std::string& path, const ReadOptions& options) {
  const std::string list = (fs::path(path) / bundle_file).string();
  const std::string text = TRY(read_file(list, limits::release_bytes_max));
  Members members = TRY(read_toml(text, list));
  SubmissionFile submission{
      .path = path, .parts = {}, .approvals = TRY(take_approvals(list, members))};
  const JsonValue* parts = find(members, "parts");
  if (parts == nullptr || parts->items().empty()) {
    return fail(ErrorCode::invalid_argument, "bundle_malformed", list);
  }
  for (const JsonValue& part : parts->items()) {
    const std::string file = (fs::path(path) / part.text()).string();
    SubmissionFile read = TRY(read_submission(file, options));
    std::ranges::move(read.parts, std::back_inserter(submission.parts));
    std::ranges::move(read.approvals, std::back_inserter(submission.approvals));
    std::ranges::move(read.scans, std::back_inserter(submission.scans));
  }
  return submission;
}

// A release, or {"parts": [release, …], "approvals": […]}; attachments lie beside the file under
// their names.
Result<SubmissionFile> read_json(const std::string& path) {
  const std::string text = TRY(read_file(path, limits::submission_bytes_max));
  auto value = JsonValue::parse(text);
  if (!value) {
    return fail(in_file(std::move(value.error()), path));
  }
  const bool bundle = value->at("parts").is_array();
  const JsonValue::Array alone{*value};
  SubmissionFile submission{.path = path, .parts = {}, .approvals = {}};
  if (bundle) {
    Members envelope = value->members();
    submission.approvals = TRY(take_approvals(path, envelope));
  }
  for (const JsonValue& release : bundle ? value->items("parts") : alone) {
    PartFile part = TRY(part_of(path, release.members()));
    TRY(find_beside(path, release, part.attachments));
    submission.parts.push_back(std::move(part));
  }
  return submission;
}

}  // namespace

Result<std::vector<std::string>> find_inputs(std::span<const std::string> paths) {
  std::vector<std::string> inputs;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      return fail(ErrorCode::not_found, "input_missing", path);
    }
    const size_t before = inputs.size();
    if (fs::is_directory(status)) {
      add_directory(path, inputs);
    } else {
      inputs.push_back(path);
    }
    if (inputs.size() == before) {
      return fail(ErrorCode::not_found, "input_empty", path);
    }
  }
  return inputs;
}

namespace {

Result<SubmissionFile> read_whatever(const std::string& path, const ReadOptions& options) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return read_bundle(path, options);
  }
  if (fs::path(path).extension() == ".json") {
    return read_json(path);
  }
  const std::string text = TRY(read_file(path, limits::release_bytes_max));
  return read_markdown(path, text, options);
}

}  // namespace

Result<SubmissionFile> read_submission(const std::string& path, const ReadOptions& options) {
  SubmissionFile submission = TRY(read_whatever(path, options));
  std::vector<Members> signed_ones = TRY(read_approvals(path));
  std::ranges::move(signed_ones, std::back_inserter(submission.approvals));
  for (AttachmentFile& scan : TRY(take_scans(path, submission.approvals))) {
    submission.scans.push_back(std::move(scan));
  }
  return submission;
}

Result<SubmissionFile> read_markdown(const std::string& path,
                                     std::string_view text,
                                     const ReadOptions& options) {
  MarkdownFile file = TRY(split_front_matter(text, path));
  Members members = TRY(read_toml(file.fields, path));
  const std::string file_name = fs::path(path).filename().string();
  set_absent(members, "kind", options.kind);
  set_absent(members, "column", options.column);
  if (options.import && file.fields.empty()) {
    set_imported(members, file_name, file.body);
  } else if (find(members, "title") == nullptr) {
    set_absent(members, "title", take_heading(file.body));
  }
  fill(members, options.defaults);
  set_absent(members, "id", id_of_file(file_name));
  if (find(members, "revision") == nullptr) {
    set(members, "revision", json_number(1));
  }
  if (find(members, "body") == nullptr && !file.body.empty()) {
    set(members,
        "body",
        json_object({{"format", json_text("markdown")}, {"content", json_text(file.body)}}));
  }
  SubmissionFile submission{
      .path = path, .parts = {}, .approvals = TRY(take_approvals(path, members))};
  std::vector<AttachmentFile> attachments = TRY(take_attachments(path, members));
  PartFile part = TRY(part_of(path, members));
  part.attachments = std::move(attachments);
  submission.parts.push_back(std::move(part));
  return submission;
}

Result<Members> read_toml(std::string_view text, const std::string& path) {
  if (trimmed(text).empty()) {
    return Members{};
  }
  const std::string json = TRY(toml_to_json(text, path));
  const JsonValue value = TRY(JsonValue::parse(json));
  return value.members();
}

}  // namespace gulou::cli
