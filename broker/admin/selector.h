// A selector is how a person names a release: "#12", "12", "publisher/id", an id or its beginning,
// a document number in any spelling, an index number, a URL of it on a channel. Reads a bounded
// number of committed rows. Any thread.
#pragma once

#include "broker/journal/history.h"
#include "common/base/result.h"
#include "common/model/settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

enum class SelectedBy : uint8_t { seq, id, id_prefix, doc_no, index_no, url };

std::string_view name_of(SelectedBy by);  // the words of /v1/find: a prefix and a seq are "id"

struct Selected {
  Seq seq;  // of the newest revision; of the entry itself where a seq or URL names it
  uint8_t part = 0;
  std::string publication;  // "publisher/id"
  SelectedBy by = SelectedBy::id;
};

// None: nothing is called so. Several: the text fits all of these, at most
// limits::selector_candidates_max.
std::vector<Selected> select(const History& history,
                             const CountySettings& county,
                             std::string_view text);

// Why no single release was found: release_unknown, or selector_ambiguous with the candidates.
std::vector<Error> selector_errors(std::string_view text, const std::vector<Selected>& candidates);

// "#12" or "12"; nothing for 0 and anything else.
std::optional<Seq> parse_seq(std::string_view text);

bool is_url(std::string_view text);

}  // namespace gulou
