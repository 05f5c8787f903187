#include "common/wire/messages.h"

#include <array>

namespace gulou::wire {

namespace {

// In the order of Body's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Body>> verbs = {
    "HELLO",    "CREDIT",      "PROGRESS", "REPORT",    "BLOB_GET", "WELCOME",
    "DELIVER",  "PROGRESS_OK", "RECALL",   "BLOB_PART", "SUBMIT",   "WITHDRAW",
    "BLOB_PUT", "STATUS",      "ACCEPTED", "REFUSED",   "BLOB_OK",  "STATUS_IS",
    "SYNC",     "MANIFEST",    "ENROL",    "PING",      "GOODBYE",  "ERROR"};

}  // namespace

std::string_view verb_of(const Body& body) {
  return verbs[body.index()];
}

}  // namespace gulou::wire
