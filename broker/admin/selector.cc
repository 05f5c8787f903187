#include "broker/admin/selector.h"

#include "common/base/limits.h"
#include "common/json/digests.h"
#include "common/model/checks.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace gulou {
namespace {

using Candidates = std::vector<Selected>;

std::string name(const PublicationKey& key) {
  return key.publisher + "/" + key.id;
}

Selected newest(const PublicationRow& row, SelectedBy by) {
  const RevisionRow& revision = row.newest();
  return {revision.seq, revision.part, name({row.publisher, row.id}), by};
}

Candidates of_key(const History& history, const std::optional<PublicationKey>& key, SelectedBy by) {
  const auto row = key ? history.publication(*key) : std::nullopt;
  return row ? Candidates{newest(*row, by)} : Candidates{};
}

Candidates by_seq(const History& history, std::string_view digits) {
  const auto number = parse_seq(digits);
  if (!number) {
    return {};
  }
  const auto row = history.entry(*number);
  if (!row || row->entry.parts.empty()) {
    return {};
  }
  const std::string publication = name({row->entry.publisher, row->entry.parts.front().id});
  return {{*number, 0, publication, SelectedBy::seq}};
}

Candidates by_url(const History& history, std::string_view url) {
  // What browsers add behind the address of the page.
  for (const std::string_view form : {url, url.substr(0, url.find('#'))}) {
    const auto seq = history.by_url(form);
    const auto row = seq ? history.entry(*seq) : std::nullopt;
    if (row && !row->entry.parts.empty()) {
      return {{*seq, 0, name({row->entry.publisher, row->entry.parts[0].id}), SelectedBy::url}};
    }
  }
  return {};
}

Candidates by_id(const History& history, std::string_view id) {
  Candidates exact;
  Candidates beginning;
  for (const PublicationRow& row : history.by_id_prefix(id, limits::selector_candidates_max)) {
    row.id == id ? exact.push_back(newest(row, SelectedBy::id))
                 : beginning.push_back(newest(row, SelectedBy::id_prefix));
  }
  return exact.empty() ? beginning : exact;
}

// Codes of those who may have issued a document: the county's units, and, for imported history,
// whoever stands on the newest releases.
std::set<std::string> issuers(const History& history, const CountySettings& county) {
  std::set<std::string> codes;
  for (const auto& [id, unit] : county.units) {
    codes.insert(unit.org_code);
  }
  for (const ReleaseLine& line : history.releases({}, limits::selector_releases_max)) {
    codes.insert(line.entry.parts.at(line.part).org_code);
  }
  return codes;
}

Candidates by_document(const History& history,
                       const CountySettings& county,
                       std::string_view doc_no) {
  Candidates found;
  if (fold_doc_no(doc_no).empty()) {
    return found;
  }
  for (const std::string& code : issuers(history, county)) {
    const auto key = document_key(code, doc_no);
    const auto publication = key ? history.by_document(*key) : std::nullopt;
    for (Selected& one : of_key(history, publication, SelectedBy::doc_no)) {
      found.push_back(std::move(one));
    }
  }
  return found;
}

Candidates by_path(const History& history, std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return {};
  }
  return of_key(
      history,
      PublicationKey{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))},
      SelectedBy::id);
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view name_of(SelectedBy by) {
  switch (by) {
    case SelectedBy::seq:
    case SelectedBy::id:
    case SelectedBy::id_prefix:
      return "id";
    case SelectedBy::doc_no:
      return "doc_no";
    case SelectedBy::index_no:
      return "index_no";
    case SelectedBy::url:
      return "url";
  }
  return {};
}

std::optional<Seq> parse_seq(std::string_view text) {
  text.remove_prefix(text.starts_with('#') ? 1 : 0);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number != 0
             ? std::optional(Seq{number})
             : std::nullopt;
}

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

Candidates select(const History& history, const CountySettings& county, std::string_view text) {
  if (text.empty() || text.size() > limits::selector_bytes_max) {
    return {};
  }
  if (text.front() == '#') {
    return by_seq(history, text);
  }
  if (is_url(text)) {
    return by_url(history, text);
  }
  // The most certain first: digits alone are a seq where there is one, else perhaps an id.
  Candidates found = is_digits(text) ? by_seq(history, text) : Candidates{};
  if (found.empty()) {
    found = by_path(history, text);
  }
  if (found.empty()) {
    found = of_key(history, history.by_index_no(text), SelectedBy::index_no);
  }
  if (found.empty() && is_id(text)) {
    found = by_id(history, text);
  }
  if (found.empty()) {
    found = by_document(history, county, text);
  }
  return found;
}

std::vector<Error> selector_errors(std::string_view text, const Candidates& candidates) {
  if (candidates.empty()) {
    return {{ErrorCode::not_found, "release_unknown", {}, {std::string(text)}}};
  }
  std::vector<Error> errors{{ErrorCode::already_exists,
                             "selector_ambiguous",
                             {},
                             {std::string(text), std::to_string(candidates.size())}}};
  for (const Selected& one : candidates) {
    errors.push_back({ErrorCode::already_exists,
                      "selector_candidate",
                      one.publication,
                      {std::to_string(one.seq.value)}});
  }
  return errors;
}

}  // namespace gulou
