// Small files that must survive power loss. A name shows either the old bytes or the new ones,
// whole, at any instant; a call that returned is durable. For indexes, keys and content of a few
// megabytes; blobs of the broker live elsewhere. Any thread, one writer per name.
#pragma once

#include "common/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gulou {

// Errors: not_found, file_too_large beyond bytes_max, file_unreadable.
Result<std::string> read_file(const std::string& path, size_t bytes_max);

// A new or unreferenced file: its bytes are durable, its name only after sync_directory().
Status write_file(const std::string& path, std::string_view bytes);

// Writes beside it, syncs, renames over it, syncs the directory: the flip.
Status replace_file(const std::string& path, std::string_view bytes);

Status sync_directory(const std::string& path);

// A file that comes in pieces and appears under its name whole, with commit(), or not at all.
class NewFile {
 public:
  static Result<NewFile> open(const std::string& path);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  Status append(std::string_view piece);
  Status commit();

 private:
  NewFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_;
};

// Makes it and its parents; fine where it is there.
Status make_directory(const std::string& path);

// Names (not paths) of the regular files in a directory, sorted.
Result<std::vector<std::string>> list_files(const std::string& path);

}  // namespace gulou
