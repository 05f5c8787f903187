// Evidence: a file about releases, made while the broker works.
#include "broker/admin/evidence.h"

#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "common/base/limits.h"

#include <utility>

namespace gulou {
namespace {

// "12,14" or "#12,#14".
Result<std::vector<Seq>> entries_in(std::string_view list) {
  std::vector<Seq> entries;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    one.remove_prefix(one.starts_with('#') ? 1 : 0);
    const auto seq = parse_seq(one);
    if (!seq || entries.size() >= limits::evidence_releases_max) {
      return fail(ErrorCode::invalid_argument,
                  "parameter_out_of_range",
                  "releases",
                  {std::string(one), std::to_string(limits::evidence_releases_max)});
    }
    entries.push_back(*seq);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return entries;
}

Result<EvidenceAsked> asked_in(const Exchange& exchange) {
  EvidenceAsked asked;
  asked.entries = TRY(entries_in(exchange.parameter("releases")));
  asked.column = exchange.parameter("column");
  asked.from = exchange.parameter("from");
  asked.to = exchange.parameter("to");
  asked.sample = TRY(exchange.number("sample", 0, limits::evidence_releases_max));
  asked.seed = TRY(exchange.number("seed", 0, INT64_MAX));
  if (asked.entries.empty() == asked.column.empty()) {
    return fail(ErrorCode::invalid_argument, "evidence_choose", "releases");
  }
  return asked;
}

Status make(const Exchange& exchange) {
  const MakeEvidence& make_evidence = exchange.context().make_evidence;
  if (make_evidence == nullptr) {
    return fail(ErrorCode::not_found, "checkpoint_nothing");
  }
  EvidenceAsked asked = TRY(asked_in(exchange));
  return exchange.outside([asked = std::move(asked)](const Exchange& held) -> Status {
    EvidenceMade made = TRY(held.context().make_evidence(asked, held.language()));
    HttpResponse response = text_answer(200, "application/zip", std::move(made.file));
    response.add("Content-Disposition", "attachment; filename=\"evidence.zip\"");
    response.add("Gulou-Releases", std::to_string(made.releases));
    response.add("Gulou-Seed", std::to_string(made.seed));
    held.answer(std::move(response));
    return {};
  });
}

}  // namespace

AdminRoutes evidence_routes() {
  return {{"GET", "/v1/evidence", Access::operates, make}};
}

}  // namespace gulou
