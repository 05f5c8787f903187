// `gulou-broker [--home DIR] evidence verify|checkpoint|export …`: run by `gulou evidence`. verify
// needs no home, checkpoint reads the newest one the broker has signed, export opens the journal,
// so no broker may run on the home. Main thread of a process of its own.
#pragma once

#include "broker/admin/evidence.h"
#include "broker/core/change.h"
#include "broker/evidence/checkpoints.h"
#include "common/base/result.h"
#include "common/settings/home.h"
#include "common/text/language.h"

#include <string>
#include <vector>

namespace gulou {

// words: behind "evidence". The text for standard output. invalid_argument evidence_usage.
Result<std::string> run_evidence(const std::string& home,
                                 const std::vector<std::string>& words,
                                 Language language);

// The same file, of a journal that is open here. newest: signed just now.
Result<EvidenceMade> make_evidence(const Home& home,
                                   const History& history,
                                   const Checkpoint& newest,
                                   const EvidenceAsked& asked,
                                   Language language);

// "Erased by A and B at T."
std::string say_erased(const PartErased& erased, Language language);

// Is the journal of this home still the one of the checkpoint in this file?
Status compare_with_checkpoint(const History& history, const std::string& file);

}  // namespace gulou
