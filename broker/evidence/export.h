// Makes an evidence file of some releases: gathers the proven changes, adds content, attachments
// and proofs, draws the readable page and seals the whole. Reads committed rows; worker threads.
#pragma once

#include "broker/evidence/evidence_file.h"
#include "broker/journal/history.h"
#include "common/base/result.h"
#include "common/text/language.h"

#include <string>
#include <vector>

namespace gulou {

// The releases of a column accepted in [from, to] (dates in Asia/Shanghai, may be empty). Of a
// sample: those whose SHA-256 of "seed/seq" is smallest, so that anybody can choose them again.
// Fills in `candidates`. Errors: invalid_argument date_invalid; not_found evidence_nothing_chosen.
Result<std::vector<Seq>> choose(const History& history, EvidenceSelection& selection);

// checkpoints: from the oldest of the releases on. The bytes of the ZIP file.
Result<std::string> export_evidence(const History& history,
                                    Evidence evidence,
                                    const SigningKey& key,
                                    Language language);

}  // namespace gulou
