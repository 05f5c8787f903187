#include "adapters/portal/site_files.h"

#include "common/base/field_line.h"
#include "common/base/files.h"
#include "common/base/limits.h"

namespace gulou {
namespace {

tl::unexpected<Error> damaged(const std::string& path) {
  return fail(ErrorCode::corrupt, "site_index_damaged", {}, {path});
}

// Calls `on_line` for each line; false where one is refused or the last has no newline.
template <class OnLine>
bool each_line(std::string_view text, OnLine on_line) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos || !on_line(text.substr(0, end))) {
      return false;
    }
    text.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

std::string root_path(const std::string& dir) {
  return dir + "/index";
}

std::string segments_path(const std::string& dir) {
  return dir + "/segments";
}

std::string content_path(const std::string& dir, std::string_view content) {
  return dir + "/content" + (content.empty() ? "" : "/" + std::string(content));
}

std::string blob_path(const std::string& dir, const Digest& digest) {
  const std::string hex = to_hex(digest);
  return dir + "/blobs/" + hex.substr(0, 2) + "/" + hex;
}

std::string segment_name(uint64_t segment, uint64_t generation) {
  return std::to_string(segment) + "-" + std::to_string(generation);
}

std::string content_name(const SiteRecord& record) {
  return std::to_string(segment_of(record.place)) + "/" + std::to_string(record.generation) + "-" +
         std::to_string(record.place.first_seq.value) + "-" + std::to_string(record.place.part);
}

std::string root_bytes(const SiteRoot& root) {
  FieldLine head;
  head.add("format", uint64_t{1});
  head.add("generation", root.generation);
  head.add("segments", static_cast<uint64_t>(root.segments.size()));
  std::string bytes = head.line() + "\n";
  for (const auto& [number, name] : root.segments) {
    FieldLine line;
    line.add("segment", number);
    line.add("file", name);
    bytes += line.line() + "\n";
  }
  return bytes;
}

Result<SiteRoot> read_root(const std::string& dir) {
  const std::string path = root_path(dir);
  const std::string bytes = TRY(read_file(path, limits::site_index_bytes_max));
  SiteRoot root;
  uint64_t expected = 0;
  bool head = true;
  const bool whole = each_line(bytes, [&](std::string_view text) {
    const std::optional<FieldLine> line = FieldLine::parse(text);
    if (!line) {
      return false;
    }
    if (head) {
      root.generation = line->number("generation");
      expected = line->number("segments");
      head = false;
      return line->number("format") == 1;
    }
    root.segments[line->number("segment")] = line->get("file");
    return true;
  });
  if (!whole || head || root.segments.size() != expected) {
    return damaged(path);
  }
  return root;
}

std::string segment_bytes(const std::vector<SiteRecord>& records) {
  std::string bytes;
  for (const SiteRecord& record : records) {
    bytes += to_line(record) + "\n";
  }
  FieldLine end;
  end.add("records", static_cast<uint64_t>(records.size()));
  return bytes + end.line() + "\n";
}

Result<std::vector<SiteRecord>> read_segment(const std::string& dir, const std::string& name) {
  const std::string path = segments_path(dir) + "/" + name;
  const std::string bytes = TRY(read_file(path, limits::site_index_bytes_max));
  std::vector<SiteRecord> records;
  bool ended = false;
  const bool whole = each_line(bytes, [&](std::string_view text) {
    if (ended) {
      return false;
    }
    if (std::optional<SiteRecord> record = record_of_line(text)) {
      records.push_back(std::move(*record));
      return true;
    }
    const std::optional<FieldLine> line = FieldLine::parse(text);
    ended = line && line->number("records") == records.size();
    return ended;
  });
  if (!whole || !ended) {
    return damaged(path);
  }
  return records;
}

Result<std::string> read_content(const std::string& dir, std::string_view content) {
  std::string bytes = TRY(read_file(content_path(dir, content), limits::site_content_bytes_max));
  const size_t end = bytes.find('\n');
  if (end == std::string::npos) {
    return damaged(content_path(dir, content));
  }
  return bytes.substr(end + 1);
}

Result<SiteRecord> read_content_record(const std::string& dir, std::string_view content) {
  const std::string bytes =
      TRY(read_file(content_path(dir, content), limits::site_content_bytes_max));
  const size_t end = bytes.find('\n');
  std::optional<SiteRecord> record = end == std::string::npos
                                         ? std::nullopt
                                         : record_of_line(std::string_view(bytes).substr(0, end));
  if (!record) {
    return damaged(content_path(dir, content));
  }
  return std::move(*record);
}

}  // namespace gulou
