// What a release must have, judged from the release and the configuration alone: pure, any thread.
// Identity, duplicates and approvals are judged by the core; markup by common/html.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"
#include "common/model/settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// [A-Za-z0-9._:-]{1,128}
bool is_id(std::string_view text);

// Unicode code points; invalid UTF-8 bytes count one each.
size_t char_count(std::string_view utf8);

// Refuses invalid UTF-8, U+FFFD, private-use and control characters (but \n and \t), naming the
// place: args are the code point (of bad UTF-8: the byte) and which character it is, from 1.
Status check_text(std::string_view utf8, std::string_view field);

// Every violation: what is missing (required.h) first, then in the order of the release's fields;
// `prefix` is put before each field name ("parts[0]."). now: for clock_ahead. Imported history may
// name an issuer that is no unit of the county. Reprints of other bodies' documents are no
// exception.
std::vector<Error> check_fields(const Release& release,
                                const CountySettings& county,
                                Utc now,
                                std::string_view prefix);

// The disclosure gate (regulations, articles 13 to 16): everything of a release that keeps it from
// being disclosed. The review record is an approval and judged with those. Of imported history what
// an earlier site did not record may be absent.
std::vector<Error> check_disclosure(const Release& release,
                                    const ApprovalSettings& policy,
                                    std::string_view prefix);

// Fullwidth digits and every style of bracket folded, blanks dropped: "国办发〔2017〕47号" and
// "国办发[２０１７]47 号" are one document. Empty for a bare 第n号, which is no document number.
std::string fold_doc_no(std::string_view doc_no);

// 9-character organisation code or 18-character unified code: digits and capitals.
bool is_org_code(std::string_view text);

// "<org code>/<year>-<serial>", serial 5 to 10 digits.
bool is_index_no(std::string_view text);

// How a channel would take this release.
struct Fit {
  bool fits = true;
  std::string reason;  // channel_title_too_long …, a key of the catalogue
  std::string field;
  std::vector<std::string> args;  // "41", "32"
};

Fit fit(const Release& release, const Channel& channel);

}  // namespace gulou
