#include "adapters/sdk/adapter.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <utility>

namespace gulou::sdk {
namespace {

Report report(Outcome outcome, std::string reason, std::string detail) {
  Report made;
  made.outcome = outcome;
  made.reason = std::move(reason);
  made.detail = std::move(detail);
  return made;
}

}  // namespace

Report published(Receipt receipt) {
  Report made;
  made.outcome = Outcome::published;
  made.receipt = std::move(receipt);
  return made;
}

Report accepted(std::string platform_id, Utc next_poll) {
  Report made = report(Outcome::accepted, {}, {});
  made.platform_id = std::move(platform_id);
  made.until = next_poll;
  return made;
}

Report transient(std::string reason, std::string detail, int64_t retry_after_ms) {
  Report made = report(Outcome::transient, std::move(reason), std::move(detail));
  made.retry_after_ms = retry_after_ms;
  return made;
}

Report ambiguous(std::string reason, std::string detail) {
  return report(Outcome::ambiguous, std::move(reason), std::move(detail));
}

Report content(std::string reason, std::string detail) {
  return report(Outcome::content, std::move(reason), std::move(detail));
}

Report quota(Utc until, std::string reason, std::string detail) {
  Report made = report(Outcome::quota, std::move(reason), std::move(detail));
  made.until = until;
  return made;
}

Report auth(std::string reason, std::string detail) {
  return report(Outcome::auth, std::move(reason), std::move(detail));
}

Report misconfigured(std::string reason, std::string detail) {
  return report(Outcome::misconfigured, std::move(reason), std::move(detail));
}

std::string words_of(const Error& error) {
  std::string words;
  const auto add = [&words](const std::string& value) {
    if (!value.empty()) {
      words.append(words.empty() ? "" : detail_separator).append(value);
    }
  };
  std::ranges::for_each(error.args, add);
  add(error.field);
  return words.empty() ? error.reason : words;
}

Report prepared(std::string platform_id, std::string detail) {
  Report made = report(Outcome::prepared, {}, std::move(detail));
  made.platform_id = std::move(platform_id);
  return made;
}

Report gone() {
  return report(Outcome::gone, {}, {});
}

Receipt receipt_of(const Delivery& delivery, ReceiptLevel level, Utc at) {
  Receipt receipt;
  receipt.level = level;
  receipt.at = at;
  for (const Part& part : delivery.parts) {
    receipt.parts.push_back({part.part, part.release.revision, {}, {}});
  }
  return receipt;
}

}  // namespace gulou::sdk
