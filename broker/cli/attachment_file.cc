#include "broker/cli/attachment_file.h"

#include "broker/cli/front_matter.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/html/links.h"
#include "common/model/media_type.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t piece_bytes = 1024 * 1024;
constexpr size_t name_digits = 12;

tl::unexpected<Error> unreadable(const std::string& path) {
  return fail(ErrorCode::unavailable,
              "file_unreadable",
              {},
              {path, std::generic_category().message(errno == 0 ? EIO : errno)});
}

// By its name; where that says nothing, by the bytes.
std::string media_type_of(const AttachmentFile& file, std::string_view name) {
  if (const MediaType* type = media_type_of_file(name)) {
    return std::string(type->name);
  }
  const Content content = content_of(file.size_bytes, [&file](uint64_t offset, size_t size) {
    return read_piece(file.path, offset, size).value_or(std::string());
  });
  const auto types = media_types();
  const auto found = std::ranges::find_if(
      types, [content](const MediaType& type) { return type.content == content; });
  return found == types.end() || content == Content::unknown ? std::string()
                                                             : std::string(found->name);
}

// A name that may stand in a release: the file's own, or one made of its digest where the file's
// has Chinese in it; what people read is the display name.
std::string release_name(const AttachmentFile& file, const std::string& file_name) {
  if (is_attachment_name(file_name)) {
    return file_name;
  }
  std::string extension = fs::path(file_name).extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return "file-" + to_hex(file.digest).substr(0, name_digits) + extension;
}

std::string text_of(const Members& members, std::string_view key) {
  const JsonValue* value = find(members, key);
  return value == nullptr ? std::string() : std::string(value->text());
}

Result<AttachmentFile> describe_attachment(const std::string& directory, Members& entry) {
  const std::string given = text_of(entry, "file");
  const AttachmentFile file = TRY(measure((fs::path(directory) / given).string()));
  const std::string file_name = fs::path(given).filename().string();
  std::string name = text_of(entry, "name");
  if (name.empty()) {
    name = release_name(file, file_name);
  }
  std::string type = text_of(entry, "media_type");
  if (type.empty()) {
    type = media_type_of(file, name);
  }
  drop(entry, "file");
  set(entry, "name", json_text(name));
  set(entry, "media_type", json_text(type));
  set(entry, "size_bytes", json_number(static_cast<int64_t>(file.size_bytes)));
  set(entry, "digest", json_text(to_hex(file.digest)));
  if (find(entry, "display_name") == nullptr) {
    set(entry, "display_name", json_text(file_name));
  }
  return file;
}

}  // namespace

Result<AttachmentFile> measure(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return fail(ErrorCode::not_found, "attachment_file_missing", {}, {path});
  }
  AttachmentFile file{.path = path, .digest = {}, .size_bytes = fs::file_size(path, error)};
  if (file.size_bytes > limits::attachment_bytes_max) {
    return fail(
        ErrorCode::exhausted,
        "file_too_large",
        {},
        {path, std::to_string(file.size_bytes), std::to_string(limits::attachment_bytes_max)});
  }
  Sha256 hash;
  for (uint64_t offset = 0; offset < file.size_bytes;) {
    const std::string piece = TRY(read_piece(path, offset, piece_bytes));
    if (piece.empty()) {
      return unreadable(path);
    }
    hash.update(piece);
    offset += piece.size();
  }
  file.digest = hash.finish();
  return file;
}

Result<std::vector<AttachmentFile>> take_attachments(const std::string& path, Members& members) {
  std::vector<AttachmentFile> files;
  const JsonValue* list = find(members, "attachments");
  if (list == nullptr) {
    return files;
  }
  const std::string directory = fs::path(path).parent_path().string();
  JsonValue::Array described;
  for (const JsonValue& item : list->items()) {
    Members entry = item.members();
    if (find(entry, "file") != nullptr) {
      auto file = describe_attachment(directory, entry);
      if (!file) {
        file.error().field = path;
        return fail(std::move(file.error()));
      }
      files.push_back(std::move(*file));
    }
    described.push_back(json_object(std::move(entry)));
  }
  set(members, "attachments", json_array(std::move(described)));
  return files;
}

Status find_beside(const std::string& path,
                   const JsonValue& release,
                   std::vector<AttachmentFile>& attachments) {
  const fs::path directory = fs::path(path).parent_path();
  for (const JsonValue& item : release.items("attachments")) {
    const std::string file = (directory / item.text("name")).string();
    std::error_code ignored;
    if (is_attachment_name(item.text("name")) && fs::is_regular_file(file, ignored)) {
      AttachmentFile found = TRY(measure(file));
      if (to_hex(found.digest) == item.text("digest")) {
        attachments.push_back(std::move(found));
      }
    }
  }
  return {};
}

Result<std::string> read_piece(const std::string& path, uint64_t offset, size_t size) {
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  std::string piece(size, '\0');
  errno = 0;
  in.read(piece.data(), static_cast<std::streamsize>(size));
  if (in.bad() || !in.is_open()) {
    return unreadable(path);
  }
  piece.resize(static_cast<size_t>(in.gcount()));
  return piece;
}

}  // namespace gulou::cli
