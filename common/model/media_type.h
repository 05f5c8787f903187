// The media types an attachment may have, and telling by content which one it is: magic bytes, and
// for containers the names within (ZIP: OFD, DOCX, XLSX; OLE: DOC, XLS and WPS's own). WPS and ET
// files are OLE documents like DOC and XLS and told from them only by the declared type or file
// name. Pure but for the reads it asks for; any thread. A DOCX or XLSX with macros is no allowed
// type.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace gulou {

// What the bytes are.
enum class Content : uint8_t {
  unknown = 0,
  pdf,
  ofd,
  ole_words,   // DOC, WPS
  ole_sheets,  // XLS, ET
  docx,
  xlsx,
  zip,
  jpeg,
  png,
  mp4,
};

// "pdf", "docx" …: as stored with a blob.
std::string_view content_word(Content content);

struct MediaType {
  std::string_view name;       // "application/pdf"
  std::string_view extension;  // "pdf"
  Content content = Content::unknown;
  bool picture = false;
};

// The allow-list.
std::span<const MediaType> media_types();
const MediaType* find_media_type(std::string_view name);          // null: not allowed
const MediaType* media_type_of_file(std::string_view file_name);  // by extension, any case; or null

// Up to `size` bytes from `offset`; fewer at the end of the content.
using ReadAt = std::function<std::string(uint64_t offset, size_t size)>;

Content content_of(uint64_t size_bytes, const ReadAt& read);
Content content_of(std::string_view bytes);

// Refuses content that is not what `declared` says (attachment_content_differs).
Status check_content(std::string_view declared,
                     uint64_t size_bytes,
                     const ReadAt& read,
                     std::string_view field);

}  // namespace gulou
