// Any bytes as an evidence file, as its members and as a checkpoint: refused by name or read, and
// what is read is written the same. Nothing that was not signed verifies.
#include "broker/evidence/verify.h"
#include "common/base/check.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto checkpoint = gulou::parse_checkpoint(text)) {
    CHECK(gulou::text_of(*checkpoint) == text);
  }
  if (const auto members = gulou::read_archive(text)) {
    CHECK(gulou::write_archive(*members).value() == text);
  }
  CHECK(!gulou::verify_evidence(text, {}));
  std::vector<gulou::ArchiveMember> members;
  for (const auto name : {gulou::evidence_names::evidence,
                          gulou::evidence_names::chain,
                          gulou::evidence_names::checkpoints}) {
    const bool is_it =
        text.starts_with(name == gulou::evidence_names::evidence ? "{"
                         : name == gulou::evidence_names::chain  ? "gulou chain"
                                                                 : "gulou checkpoint");
    members.push_back({std::string(name),
                       is_it                                  ? text
                       : name == gulou::evidence_names::chain ? "gulou chain 1\n"
                       : name == gulou::evidence_names::evidence
                           ? R"({"format":1,"made_at":"2026-01-01T00:00:00Z"})"
                           : ""});
  }
  if (const auto evidence = gulou::evidence_of(members)) {
    const auto again = gulou::members_of(*evidence);
    CHECK(gulou::members_of(gulou::evidence_of(again).value()) == again);
  }
  return 0;
}
