// Facts about submitted bytes, established before the core judges: canonical form, fields, digests,
// markup, what the attachments claim to be. Pure; worker threads call it (app/facts_pool.h), and so
// do `gulou publish --check` and the tests.
#pragma once

#include "broker/core/event.h"
#include "common/model/settings.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gulou {

struct FactsInput {
  Asker from;
  std::string publisher;
  PublisherRights rights;
  std::vector<SharedBytes> parts;
  // HTTP canonicalises once at the door; over ZeroMQ what is not canonical is refused.
  bool canonicalise = false;
  std::vector<std::string> approvals;  // canonical JSON, one each
};

// Never fails: what is wrong with the bytes stands in shape_errors or in the parts' errors.
Submitted establish_facts(FactsInput input, const CountySettings& county, Utc now);

// The scans of sheets that its approvals name, each once. What is on them takes a second to read,
// so it is read elsewhere (app/scan_desk.h) and added.
std::vector<Digest> scans_of(const Submitted& submitted);

// What one scan says: the bundles its QR codes name, or why it cannot be read.
struct ScanRead {
  std::vector<Digest> names;
  std::optional<Error> unread;
};

using ScansRead = std::map<Digest, ScanRead>;

// Of every scan that scans_of() names.
void add_scans(const ScansRead& scans, Submitted& submitted);

// Numbers of persons in every text of a release that people will read. An office's telephone is
// no personal data where it is asked for.
std::vector<PersonalData> personal_data_in(const Release& release, const std::string& prefix);

// The release's body in a form that channels can show, or why not: normal form for HTML, the subset
// for Markdown; attachments it names must be listed.
void check_markup(const Release& release, const std::string& prefix, std::vector<Error>& errors);

}  // namespace gulou
