// Makes an evidence file of some releases: gathers the proven changes, adds content, attachments
// and proofs, draws the readable page and seals the whole. Reads committed rows; worker threads.
#pragma once

#include "broker/evidence/evidence_file.h"
#include "broker/journal/history.h"
#include "common/base/result.h"
#include "common/text/language.h"

#include <functional>
#include <string>
#include <vector>

namespace gulou {

// The releases of a column accepted in [from, to] (dates in Asia/Shanghai, may be empty). Of a
// sample: those whose SHA-256 of "seed/seq" is smallest, so that anybody can choose them again.
// Fills in `candidates`. Errors: invalid_argument date_invalid; not_found evidence_nothing_chosen.
Result<std::vector<Seq>> choose(const History& history, EvidenceSelection& selection);

// What an address shows now; an Error says why nobody can tell. Bounded by whoever gives it.
struct PageShown {
  uint64_t status = 0;
  std::string body;
};

using ReadPage = std::function<Result<PageShown>(const std::string& url)>;

// checkpoints: from the oldest of the releases on. The public addresses of their receipts are read
// and kept as they are now. The bytes of the ZIP file.
Result<std::string> export_evidence(const History& history,
                                    Evidence evidence,
                                    const SigningKey& key,
                                    Language language,
                                    const ReadPage& read_page);

}  // namespace gulou
