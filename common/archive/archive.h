// Archive is a ZIP file in one form only: members stored as they are, one after the other, names in
// UTF-8, one fixed time, no extra fields. So a list of members has exactly one archive, any
// unpacker opens it, and read_archive() refuses every byte that is not what write_archive() would
// have written, by the name of the member it stands at. Pure; any thread.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct ArchiveMember {
  std::string name;
  std::string bytes;
  friend bool operator==(const ArchiveMember&, const ArchiveMember&) = default;
};

// Errors: archive_too_large beyond limits::archive_bytes_max or limits::archive_members_max,
// archive_name_invalid for a name that is empty, too long, absolute, with ".." or twice there.
Result<std::string> write_archive(const std::vector<ArchiveMember>& members);

// corrupt archive_damaged: where it begins to differ from its one form (a member's name, or
// "directory").
Result<std::vector<ArchiveMember>> read_archive(std::string_view bytes);

}  // namespace gulou
