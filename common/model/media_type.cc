#include "common/model/media_type.h"

#include "common/base/limits.h"

#include <algorithm>
#include <optional>

namespace gulou {
namespace {

constexpr MediaType allowed[] = {
    {"application/pdf", "pdf", Content::pdf},
    {"application/ofd", "ofd", Content::ofd},
    {"application/msword", "doc", Content::ole_words},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
     "docx",
     Content::docx},
    {"application/vnd.ms-excel", "xls", Content::ole_sheets},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", Content::xlsx},
    {"application/wps-office.wps", "wps", Content::ole_words},
    {"application/wps-office.et", "et", Content::ole_sheets},
    {"application/zip", "zip", Content::zip},
    {"image/jpeg", "jpg", Content::jpeg, true},
    {"image/jpeg", "jpeg", Content::jpeg, true},
    {"image/png", "png", Content::png, true},
    {"video/mp4", "mp4", Content::mp4},
};

uint32_t little_endian(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(at + i < bytes.size() ? bytes[at + i] : 0);
  }
  return value;
}

// Names in the central directory decide; a ZIP without a readable one is unknown.
Content zip_content(uint64_t size, const ReadAt& read) {
  constexpr size_t end_record_bytes = 22;
  constexpr size_t entry_bytes = 46;
  const uint64_t tail_bytes = std::min<uint64_t>(size, end_record_bytes + 0xFFFF);
  const std::string tail = read(size - tail_bytes, static_cast<size_t>(tail_bytes));
  const size_t end = tail.rfind("PK\x05\x06");
  if (end == std::string::npos || end + end_record_bytes > tail.size()) {
    return Content::unknown;
  }
  const size_t directory_bytes =
      std::min<size_t>(little_endian(tail, end + 12, 4), limits::zip_directory_bytes_max);
  const std::string directory = read(little_endian(tail, end + 16, 4), directory_bytes);
  Content content = Content::zip;
  for (size_t at = 0; at + entry_bytes <= directory.size();) {
    if (little_endian(directory, at, 4) != 0x02014b50) {
      return Content::unknown;
    }
    const size_t name_bytes = little_endian(directory, at + 28, 2);
    const std::string_view name = std::string_view(directory).substr(at + entry_bytes, name_bytes);
    if (name.ends_with("vbaProject.bin")) {
      return Content::unknown;
    }
    if (name == "OFD.xml") {
      content = Content::ofd;
    } else if (name == "word/document.xml") {
      content = Content::docx;
    } else if (name == "xl/workbook.xml") {
      content = Content::xlsx;
    }
    at += entry_bytes + name_bytes + little_endian(directory, at + 30, 2) +
          little_endian(directory, at + 32, 2);
  }
  return content;
}

// A compound file (MS-CFB): 512 bytes of header, then sectors chained through tables of numbers.
class CompoundFile {
 public:
  CompoundFile(std::string_view header, const ReadAt& read)
      : header_(header), read_(read), shift_(little_endian(header, 30, 2)) {}

  bool readable() const { return shift_ == 9 || shift_ == 12; }

  uint32_t directory() const { return little_endian(header_, 48, 4); }

  std::string sector(uint32_t number) const {
    return read_((static_cast<uint64_t>(number) + 1) << shift_, size_t{1} << shift_);
  }

  uint32_t next(uint32_t number) const {
    const uint32_t numbers = 1U << (shift_ - 2);  // in one sector
    return little_endian(sector(table(number / numbers)), (number % numbers) * size_t{4}, 4);
  }

  static bool is_end(uint32_t number) { return number >= 0xFFFFFFFA; }

 private:
  // Where the index-th sector of the allocation table stands: 109 in the header, the rest chained.
  uint32_t table(uint32_t index) const {
    constexpr uint32_t in_header = 109;
    if (index < in_header) {
      return little_endian(header_, 76 + index * size_t{4}, 4);
    }
    const uint32_t in_sector = (1U << (shift_ - 2)) - 1;
    uint32_t at = index - in_header;
    std::string list = sector(little_endian(header_, 68, 4));
    for (; at >= in_sector && !list.empty(); at -= in_sector) {
      list = sector(little_endian(list, in_sector * size_t{4}, 4));
    }
    return little_endian(list, at * size_t{4}, 4);
  }

  std::string_view header_;
  const ReadAt& read_;
  uint32_t shift_;
};

// The directory's entries are 128 bytes each, names UTF-16.
Content ole_content(std::string_view header, const ReadAt& read) {
  const CompoundFile file(header, read);
  if (!file.readable()) {
    return Content::unknown;
  }
  uint32_t number = file.directory();
  for (size_t i = 0; i < limits::ole_directory_sectors_max && !file.is_end(number); ++i) {
    const std::string entries = file.sector(number);
    for (size_t at = 0; at + 128 <= entries.size(); at += 128) {
      std::string name;
      for (size_t c = 0; c < 64 && entries[at + c] != '\0'; c += 2) {
        name += entries[at + c];
      }
      if (name == "WordDocument") {
        return Content::ole_words;
      }
      if (name == "Workbook" || name == "Book") {
        return Content::ole_sheets;
      }
    }
    number = file.next(number);
  }
  return Content::unknown;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

}  // namespace

std::span<const MediaType> media_types() {
  return allowed;
}

const MediaType* find_media_type(std::string_view name) {
  const auto* const found = std::ranges::find(allowed, name, &MediaType::name);
  return found == std::end(allowed) ? nullptr : found;
}

const MediaType* media_type_of_file(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) {
    return nullptr;
  }
  const std::string extension = lower(file_name.substr(dot + 1));
  const auto* const found = std::ranges::find(allowed, extension, &MediaType::extension);
  return found == std::end(allowed) ? nullptr : found;
}

Content content_of(uint64_t size_bytes, const ReadAt& read) {
  const std::string head = read(0, 512);
  const std::string_view view = head;
  if (view.starts_with("%PDF-")) {
    return Content::pdf;
  }
  if (view.starts_with("\xFF\xD8\xFF")) {
    return Content::jpeg;
  }
  if (view.starts_with("\x89PNG\r\n\x1A\n")) {
    return Content::png;
  }
  if (view.size() >= 12 && view.substr(4, 4) == "ftyp") {
    return Content::mp4;
  }
  if (view.starts_with("PK\x03\x04")) {
    return zip_content(size_bytes, read);
  }
  if (view.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") && view.size() == 512) {
    return ole_content(view, read);
  }
  return Content::unknown;
}

Content content_of(std::string_view bytes) {
  return content_of(bytes.size(), [bytes](uint64_t offset, size_t size) {
    return offset < bytes.size() ? std::string(bytes.substr(static_cast<size_t>(offset), size))
                                 : std::string();
  });
}

Status check_content(std::string_view declared,
                     uint64_t size_bytes,
                     const ReadAt& read,
                     std::string_view field) {
  const MediaType* const type = find_media_type(declared);
  if (type == nullptr) {
    return fail(ErrorCode::invalid_argument,
                "attachment_type_not_allowed",
                std::string(field),
                {std::string(declared)});
  }
  const Content content = content_of(size_bytes, read);
  if (content == type->content) {
    return {};
  }
  const auto* const is = std::ranges::find(allowed, content, &MediaType::content);
  return fail(ErrorCode::invalid_argument,
              "attachment_content_differs",
              std::string(field),
              {std::string(declared), is == std::end(allowed) ? "?" : std::string(is->name)});
}

std::string_view content_word(Content content) {
  switch (content) {
    case Content::unknown:
      return "unknown";
    case Content::pdf:
      return "pdf";
    case Content::ofd:
      return "ofd";
    case Content::ole_words:
      return "ole_words";
    case Content::ole_sheets:
      return "ole_sheets";
    case Content::docx:
      return "docx";
    case Content::xlsx:
      return "xlsx";
    case Content::zip:
      return "zip";
    case Content::jpeg:
      return "jpeg";
    case Content::png:
      return "png";
    case Content::mp4:
      return "mp4";
  }
  return "unknown";
}

}  // namespace gulou
