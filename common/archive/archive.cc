#include "common/archive/archive.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

namespace gulou {
namespace {

constexpr uint32_t local_mark = 0x04034b50, central_mark = 0x02014b50, end_mark = 0x06054b50;
constexpr uint16_t version_needed = 20, flag_utf8 = 1U << 11U, method_stored = 0;
constexpr uint16_t fixed_time = 0, fixed_date = (46U << 9U) | (1U << 5U) | 1U;  // 2026-01-01
constexpr size_t local_bytes = 30;

// Of ZIP, PNG and Ethernet.
constexpr std::array<uint32_t, 256> crc_table = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1U) != 0 ? (value >> 1U) ^ 0xedb88320U : value >> 1U;
    }
    table[i] = value;
  }
  return table;
}();

uint32_t crc32(std::string_view bytes) {
  uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc = crc_table[(crc ^ static_cast<uint8_t>(c)) & 0xffU] ^ (crc >> 8U);
  }
  return ~crc;
}

void put16(std::string& out, uint32_t value) {
  out += static_cast<char>(value & 0xffU);
  out += static_cast<char>((value >> 8U) & 0xffU);
}

void put32(std::string& out, uint32_t value) {
  put16(out, value & 0xffffU);
  put16(out, value >> 16U);
}

uint32_t get32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i > 0; --i) {
    value = (value << 8U) | static_cast<uint8_t>(bytes[at + i - 1]);
  }
  return value;
}

// What local header and directory say alike, from "version needed" on.
void put_common(std::string& out, const std::string& name, uint32_t crc, size_t size) {
  put16(out, version_needed);
  put16(out, flag_utf8);
  put16(out, method_stored);
  put16(out, fixed_time);
  put16(out, fixed_date);
  put32(out, crc);
  put32(out, static_cast<uint32_t>(size));
  put32(out, static_cast<uint32_t>(size));
  put16(out, static_cast<uint32_t>(name.size()));
  put16(out, 0);
}

std::string local_header(const std::string& name, uint32_t crc, size_t size) {
  std::string out;
  put32(out, local_mark);
  put_common(out, name, crc, size);
  return out + name;
}

void put_central(std::string& out, const std::string& name, uint32_t crc, size_t size, size_t at) {
  put32(out, central_mark);
  put16(out, version_needed);
  put_common(out, name, crc, size);
  put16(out, 0);  // comment
  put16(out, 0);  // disk
  put16(out, 0);
  put32(out, 0);
  put32(out, static_cast<uint32_t>(at));
  out += name;
}

void put_end(std::string& out, size_t members, size_t directory_bytes, size_t directory_at) {
  put32(out, end_mark);
  put32(out, 0);  // disks
  put16(out, static_cast<uint32_t>(members));
  put16(out, static_cast<uint32_t>(members));
  put32(out, static_cast<uint32_t>(directory_bytes));
  put32(out, static_cast<uint32_t>(directory_at));
  put16(out, 0);  // comment
}

bool is_utf8(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const Utf8Char one = utf8_at(at, end);
    if (one.bytes == 0) {
      return false;
    }
    at += one.bytes;
  }
  return true;
}

bool is_fine(const std::string& name) {
  return !name.empty() && name.size() <= limits::archive_name_bytes_max && is_utf8(name) &&
         name.front() != '/' && name.find("..") == std::string::npos &&
         std::ranges::none_of(
             name, [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == '\\' || c == 0x7f; });
}

auto damaged(const std::string& where) {
  return fail(ErrorCode::corrupt, "archive_damaged", {}, {where});
}

}  // namespace

Result<std::string> write_archive(const std::vector<ArchiveMember>& members) {
  const auto too_large = [] {
    return fail(
        ErrorCode::exhausted, "archive_too_large", {}, {std::to_string(limits::archive_bytes_max)});
  };
  if (members.size() > limits::archive_members_max) {
    return too_large();
  }
  std::string out;
  std::string directory;
  std::set<std::string_view> names;
  for (const ArchiveMember& member : members) {
    if (!is_fine(member.name) || !names.insert(member.name).second) {
      return fail(ErrorCode::invalid_argument, "archive_name_invalid", {}, {member.name});
    }
    if (member.bytes.size() > limits::archive_bytes_max - out.size()) {
      return too_large();
    }
    const uint32_t crc = crc32(member.bytes);
    put_central(directory, member.name, crc, member.bytes.size(), out.size());
    out += local_header(member.name, crc, member.bytes.size());
    out += member.bytes;
  }
  const size_t directory_at = out.size();
  out += directory;
  put_end(out, members.size(), directory.size(), directory_at);
  return out;
}

Result<std::vector<ArchiveMember>> read_archive(std::string_view bytes) {
  if (bytes.size() > 2 * limits::archive_bytes_max) {
    return damaged("size");
  }
  std::vector<ArchiveMember> members;
  std::string directory;
  std::string last = "start";
  size_t at = 0;
  while (bytes.size() - at >= local_bytes && get32(bytes, at) == local_mark) {
    const size_t size = get32(bytes, at + 18);
    const size_t name_size = get32(bytes, at + 26) & 0xffffU;
    if (bytes.size() - at - local_bytes < name_size ||
        bytes.size() - at - local_bytes - name_size < size ||
        members.size() >= limits::archive_members_max) {
      return damaged(members.empty() ? last : "after " + last);
    }
    ArchiveMember member{.name = std::string(bytes.substr(at + local_bytes, name_size)),
                         .bytes = std::string(bytes.substr(at + local_bytes + name_size, size))};
    const uint32_t crc = crc32(member.bytes);
    const std::string header = local_header(member.name, crc, size);
    if (bytes.substr(at, header.size()) != header || !is_fine(member.name)) {
      return damaged(is_fine(member.name) ? member.name : "after " + last);
    }
    put_central(directory, member.name, crc, size, at);
    at += header.size() + size;
    last = member.name;
    members.push_back(std::move(member));
  }
  const size_t directory_bytes = directory.size();
  put_end(directory, members.size(), directory_bytes, at);
  if (bytes.substr(at) != directory) {
    return damaged(members.empty() || bytes.substr(at).starts_with("PK\x01\x02") ? "directory"
                                                                                 : "after " + last);
  }
  return members;
}

}  // namespace gulou
