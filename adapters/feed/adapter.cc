#include "adapters/feed/adapter.h"

#include "common/base/limits.h"
#include "common/crypto/mac.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

std::string publication_of(const sdk::Part& part) {
  return part.publisher + "/" + part.release.id;
}

bool is_gone(FeedState state) {
  return state == FeedState::withdrawn || state == FeedState::replaced;
}

FeedState state_after(WithdrawalKind kind) {
  switch (kind) {
    case WithdrawalKind::mark_invalid:
      return FeedState::invalid;
    case WithdrawalKind::replace:
      return FeedState::replaced;
    case WithdrawalKind::remove:
    case WithdrawalKind::erase:
    case WithdrawalKind::expire:
      return FeedState::withdrawn;
  }
  return FeedState::withdrawn;
}

std::string mail_mark(const FeedRecord& record) {
  return "mail:" + record.packet;
}

// Nobody who has not been told can guess it.
std::string new_recall_id() {
  constexpr size_t digits = 32;
  const MacKey random = MacKey::make();
  return to_hex(std::string_view(reinterpret_cast<const char*>(random.bytes().data()),
                                 random.bytes().size()))
      .substr(0, digits);
}

}  // namespace

FeedAdapter::FeedAdapter(FeedStore store, FeedWays ways, std::string base_url)
    : store_(std::move(store)), ways_(std::move(ways)), base_url_(std::move(base_url)) {}

void FeedAdapter::log(std::string_view way, const FeedRecord& record, std::string_view what) const {
  store_.log(way, record.publication, what, read_clocks().utc);
}

FeedRecord FeedAdapter::record_of(const sdk::Part& part) const {
  const Release& release = part.release;
  FeedRecord record;
  record.publication = publication_of(part);
  record.revision = release.revision;
  record.digest = to_hex(part.digest);
  record.state = part.invalid ? FeedState::invalid : FeedState::live;
  record.title = release.title;
  record.summary = release.summary;
  record.html = media_html(release);
  record.issuer = release.issuer.name;
  record.doc_no = release.doc_no;
  record.column = release.column;
  record.url = part.portal_url;
  record.published = part.published_on;
  record.updated = read_clocks().utc;
  record.note = part.public_note;
  record.test = release.test;
  record.packet = packet_name(part);
  return record;
}

PartReceipt FeedAdapter::receipt_of(const sdk::Part& part, const FeedRecord& record) const {
  return {.part = part.part,
          .revision = record.revision,
          .platform_id = entry_id(record.publication),
          .url = is_gone(record.state) ? base_url_ + "/feed.atom" : store_.packet_url(record)};
}

// In this revision or a newer one, over every way.
bool FeedAdapter::is_there(const sdk::Part& part) const {
  const FeedRecord* record = store_.find(publication_of(part));
  if (record == nullptr || record->revision < part.release.revision) {
    return false;
  }
  const bool as_wanted =
      !is_gone(record->state) && (!part.invalid || record->state == FeedState::invalid);
  return record->revision > part.release.revision || (record->complete && as_wanted);
}

Status FeedAdapter::send(const sdk::Part& part, FeedRecord record, sdk::Helper& helper) {
  const Packet packet =
      TRY(make_packet(part, ways_.settings().name, ways_.settings().contact, helper));
  record.packet_bytes = packet.bytes.size();
  const FeedRecord* before = store_.find(record.publication);
  const std::string old_packet = before != nullptr ? before->packet : "";
  TRY(helper.progress(part.part, {}));
  // First what remembers: a withdrawal after a crash finds what may have gone out.
  TRY(store_.put_packet(packet.name, packet.bytes));
  TRY(store_.put(record));
  log("feed", record, "published");
  if (ways_.has_folder()) {
    TRY(ways_.publish_to_folder(packet));
    if (old_packet != packet.name) {
      ways_.drop_from_folder(old_packet);
    }
    log("folder", record, "published");
  }
  if (ways_.has_sftp()) {
    TRY(helper.progress(part.part, {}));
    TRY(ways_.publish_to_sftp(packet, old_packet));
    log("sftp", record, "published");
  }
  if (ways_.has_webhook()) {
    TRY(helper.progress(part.part, {}));
    TRY(ways_.call("release.published", record, store_.packet_url(record), nullptr));
    log("webhook", record, "published");
  }
  if (ways_.has_hub()) {
    TRY(helper.progress(part.part, {}));
    TRY(ways_.tell_hub(base_url_));
  }
  if (ways_.has_mail()) {
    TRY(helper.progress(part.part, mail_mark(record)));
    TRY(ways_.mail(record, packet));
    log("mail", record, "published");
  }
  record.complete = true;
  return store_.put(std::move(record));
}

Status FeedAdapter::put_out(const sdk::Part& part, sdk::Helper& helper) {
  const FeedRecord* there = store_.find(publication_of(part));
  if (there != nullptr && there->revision >= part.release.revision && is_gone(there->state)) {
    return fail(ErrorCode::refused, "feed_publication_withdrawn", {}, {there->publication});
  }
  return is_there(part) ? Status{} : send(part, record_of(part), helper);
}

Report FeedAdapter::publish(const sdk::Delivery& delivery, sdk::Helper& helper) {
  Receipt receipt;
  receipt.level = ReceiptLevel::accepted;
  for (const sdk::Part& part : delivery.parts) {
    if (const Status status = put_out(part, helper); !status) {
      return failed(status.error());
    }
    receipt.parts.push_back(receipt_of(part, *store_.find(publication_of(part))));
  }
  store_.note_success();
  receipt.at = read_clocks().utc;
  return sdk::published(std::move(receipt));
}

Report FeedAdapter::update(const sdk::Delivery& delivery, sdk::Helper& helper) {
  return publish(delivery, helper);
}

Status FeedAdapter::recall(FeedRecord record, sdk::Helper& helper, uint8_t part) {
  const bool gone = is_gone(record.state);
  const Recall notice{record.recall,
                      gone ? "release.recalled" : "release.invalid",
                      gone ? base_url_ + "/acknowledge/" + record.recall : ""};
  TRY(store_.ask(record.recall));
  TRY(store_.put(record));
  log("feed", record, notice.event);
  if (ways_.has_folder()) {
    TRY(ways_.recall_from_folder(record, notice));
    log("folder", record, notice.event);
  }
  if (ways_.has_sftp()) {
    TRY(helper.progress(part, {}));
    TRY(ways_.recall_from_sftp(record, notice));
    log("sftp", record, notice.event);
  }
  if (gone) {
    store_.drop_packet(record.packet);
  }
  if (ways_.has_webhook()) {
    TRY(helper.progress(part, {}));
    if (TRY(ways_.call(notice.event, record, {}, &notice))) {
      TRY(store_.acknowledge(record.recall));
      log("webhook", record, "acknowledged");
    }
    log("webhook", record, notice.event);
  }
  if (ways_.has_hub()) {
    TRY(helper.progress(part, {}));
    TRY(ways_.tell_hub(base_url_));
  }
  if (ways_.has_mail()) {
    TRY(helper.progress(part, {}));
    TRY(ways_.mail_recall(record, notice));
    log("mail", record, notice.event);
  }
  record.complete = true;
  return store_.put(std::move(record));
}

Report FeedAdapter::withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) {
  Receipt receipt;
  receipt.level = ReceiptLevel::accepted;
  std::string unanswered;
  const bool pushed =
      ways_.has_folder() || ways_.has_sftp() || ways_.has_webhook() || ways_.has_mail();
  for (const sdk::Part& part : delivery.parts) {
    const FeedRecord* there = store_.find(publication_of(part));
    if (there == nullptr || there->revision > part.release.revision) {
      continue;  // never here, or a newer revision has come since: it stays
    }
    FeedRecord record = *there;
    if (record.recall_seq != delivery.seq.value) {
      record.state = state_after(delivery.withdrawal.value_or(WithdrawalKind::remove));
      record.note = delivery.public_note;
      record.successor = delivery.successor_url;
      record.updated = read_clocks().utc;
      record.recall_seq = delivery.seq.value;
      record.recall = new_recall_id();
      record.complete = false;
      if (is_gone(record.state)) {  // nothing of the text stays on this disk
        record.html.clear();
        record.summary.clear();
      }
    }
    if (!record.complete) {
      if (const Status status = recall(record, helper, part.part); !status) {
        return failed(status.error());
      }
    }
    receipt.parts.push_back(receipt_of(part, record));
    if (is_gone(record.state) && pushed && ways_.settings().acknowledge &&
        !store_.acknowledged(record.recall)) {
      unanswered = record.recall;
    }
  }
  store_.note_success();
  receipt.at = read_clocks().utc;
  if (!unanswered.empty()) {
    Report report;
    report.outcome = Outcome::accepted;
    report.platform_id = unanswered;
    report.until = {receipt.at.ms + limits::feed_look_ms};
    return report;
  }
  return receipt.parts.empty() ? sdk::gone() : sdk::published(std::move(receipt));
}

Report FeedAdapter::find(const sdk::Delivery& delivery, sdk::Helper& /*helper*/) {
  Receipt known;
  known.level = ReceiptLevel::accepted;
  known.at = read_clocks().utc;
  for (const sdk::Part& part : delivery.parts) {
    const FeedRecord* record = store_.find(publication_of(part));
    if (delivery.withdrawal && record != nullptr) {
      known.parts.push_back(receipt_of(part, *record));
    }
    if (delivery.withdrawal) {
      continue;
    }
    if (is_there(part)) {
      known.parts.push_back(receipt_of(part, *record));
      continue;
    }
    // Folder, feed and webhook take the same thing twice for once; a mailbox does not.
    const std::string mark = mail_mark(record_of(part));
    if (std::ranges::find(delivery.platform_ids, mark) != delivery.platform_ids.end()) {
      return sdk::content("feed_mail_unclear", ways_.settings().mail_to);
    }
    return sdk::gone();
  }
  return known.parts.empty() ? sdk::gone() : sdk::published(std::move(known));
}

Report FeedAdapter::failed(const Error& error) {
  const std::string detail = sdk::words_of(error);
  if (error.reason == sdk::recalled) {
    return sdk::transient(std::string(sdk::recalled), detail);
  }
  if (error.reason == "feed_packet_too_large" || error.reason == "feed_publication_withdrawn") {
    return sdk::content(error.reason, detail);
  }
  if (error.reason == "feed_outlet_gone" || error.reason == "mail_login_refused" ||
      error.reason == "sftp_host_unknown" || error.reason == "sftp_login_refused" ||
      error.reason.starts_with("secret_")) {
    return sdk::misconfigured(error.reason, detail);
  }
  const Utc now = read_clocks().utc;
  static_cast<void>(store_.note_failure(now));
  const Utc since = store_.failing_since();
  if (since && now.ms - since.ms > ways_.settings().disable_after_ms) {
    return sdk::misconfigured("feed_outlet_disabled", detail);
  }
  return error.reason == "mail_unclear" ? sdk::ambiguous(error.reason, detail)
                                        : sdk::transient(error.reason, detail);
}

}  // namespace gulou
