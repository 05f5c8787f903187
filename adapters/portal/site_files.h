// Names of everything the site keeps on disk, and the formats of root index and segment. All but
// `index` are immutable under their names.
//   index                          root: generation and segments; flipped by one rename
//   segments/<no>-<generation>     records of 256 neighbouring first seqs, a line each
//   content/<no>/<generation>-<first seq>-<part>   record line, then the release's bytes
//   blobs/<2 hex>/<64 hex>         attachments by digest
#pragma once

#include "adapters/portal/site_record.h"
#include "common/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct SiteRoot {
  uint64_t generation = 0;
  std::map<uint64_t, std::string> segments;  // number -> file name below "segments/"
};

inline constexpr uint64_t segment_seqs = 256;

inline uint64_t segment_of(Place place) {
  return place.first_seq.value / segment_seqs;
}

std::string root_path(const std::string& dir);
std::string segments_path(const std::string& dir);
std::string content_path(const std::string& dir, std::string_view content = {});
std::string blob_path(const std::string& dir, const Digest& digest);
std::string segment_name(uint64_t segment, uint64_t generation);
std::string content_name(const SiteRecord& record);

std::string root_bytes(const SiteRoot& root);
// Errors: not_found where there is none, corrupt site_index_damaged.
Result<SiteRoot> read_root(const std::string& dir);

std::string segment_bytes(const std::vector<SiteRecord>& records);
Result<std::vector<SiteRecord>> read_segment(const std::string& dir, const std::string& name);

// The release's canonical bytes, without the record line before them.
Result<std::string> read_content(const std::string& dir, std::string_view content);
// The record line of a content file.
Result<SiteRecord> read_content_record(const std::string& dir, std::string_view content);

}  // namespace gulou
