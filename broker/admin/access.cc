// Access: the configuration is read again; a receipt is held against what the broker has; an
// operator accepts a loss.
#include "broker/admin/decisions.h"
#include "broker/admin/reload.h"
#include "broker/admin/request_body.h"
#include "broker/admin/routes.h"
#include "common/crypto/mac.h"
#include "common/json/writer.h"

#include <algorithm>

namespace gulou {
namespace {

Status reload(const Exchange& exchange) {
  const Reload& read_again = exchange.context().reload;
  if (read_again == nullptr) {
    return fail(ErrorCode::not_found, "nothing_to_reload");
  }
  const bool taken = read_again([exchange](const Result<Reloaded>& done) {
    if (!done) {
      return exchange.refuse(done.error());
    }
    JsonWriter json;
    json.begin_object()
        .member("principals", done->principals)
        .member("admitted", done->admitted)
        .member("approval_rules", done->rules)
        .member("approval_people", done->people)
        .member("channels", done->channels)
        .end_object();
    exchange.answer(200, json.take());
  });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

struct ShownReceipt {
  uint64_t epoch = 0;
  Seq seq;
  Digest hash;
  Digest mac;
};

Digest digest_in(RequestBody& body, std::string_view name) {
  constexpr size_t hex_digits = 64;
  const std::string text = body.needed_text(name, hex_digits);
  const auto digest = digest_from_hex(text);
  if (!digest && !text.empty()) {
    body.wrong("field_not_digest", name, {text});
  }
  return digest.value_or(Digest{});
}

// What the broker's history says of the changeset that accepted this entry; nothing: no such entry.
bool contradicts(const History& history, const ShownReceipt& receipt) {
  const auto entry = history.entry(receipt.seq);
  if (!entry || entry->entry.parts.empty()) {
    return true;
  }
  const EntryPart& part = entry->entry.parts.front();
  const auto publication = history.publication({entry->entry.publisher, part.id});
  if (!publication) {
    return true;
  }
  if (entry->entry.kind == EntryKind::withdrawal) {
    const auto& last = publication->withdrawn;  // of earlier ones the hash is not kept
    return last && last->seq == receipt.seq && last->hash != receipt.hash;
  }
  return std::ranges::none_of(publication->revisions, [&](const RevisionRow& revision) {
    return revision.seq == receipt.seq && revision.epoch == receipt.epoch &&
           revision.hash == receipt.hash;
  });
}

Status judge(const Exchange& exchange, const BrokerView& view, const ShownReceipt& receipt) {
  const bool ahead = receipt.seq > view.core.head || receipt.epoch > view.core.epoch;
  if (ahead) {
    if (!exchange.context().desk.show_cursor(
            {exchange.principal().name, receipt.epoch, receipt.seq})) {
      return fail(ErrorCode::unavailable, "broker_busy");
    }
    return fail(ErrorCode::unavailable,
                "data_loss_suspected",
                {},
                {exchange.principal().name,
                 std::to_string(receipt.seq.value),
                 std::to_string(view.core.head.value)});
  }
  if (contradicts(exchange.history(), receipt)) {
    exchange.context().receipts_refused.add();
    return fail(ErrorCode::refused,
                "receipt_contradicts",
                "seq",
                {std::to_string(receipt.epoch), std::to_string(receipt.seq.value)});
  }
  JsonWriter json;
  json.begin_object().member("known", true).member("seq", receipt.seq.value).end_object();
  exchange.answer(200, json.take());
  return {};
}

Status check_receipt(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  ShownReceipt receipt;
  receipt.epoch = body.number("epoch", UINT64_MAX / 2);
  receipt.seq = {body.number("seq", UINT64_MAX / 2)};
  receipt.hash = digest_in(body, "hash");
  receipt.mac = digest_in(body, "mac");
  if (const auto errors = body.errors(); !errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  const ReceiptMac& mac_of = exchange.context().mac_of;
  const Digest ours =
      mac_of != nullptr ? mac_of(receipt.epoch, receipt.seq, receipt.hash) : Digest{};
  if (!equal_in_constant_time(ours.view(), receipt.mac.view())) {
    exchange.context().receipts_refused.add();
    return fail(ErrorCode::refused,
                "cursor_not_ours",
                "mac",
                {std::to_string(receipt.epoch), std::to_string(receipt.seq.value)});
  }
  return exchange.with_view([receipt](const Exchange& asked, const BrokerView& view) {
    return judge(asked, view, receipt);
  });
}

Status settle_loss(const Exchange& exchange) {
  const std::string reason = TRY(only_reason(exchange));
  return decide(exchange, LossSettled{{}, exchange.principal().name, reason});
}

}  // namespace

AdminRoutes access_routes() {
  return {{"POST", "/v1/reload", Access::admin, reload},
          {"POST", "/v1/receipts/check", Access::publisher, check_receipt},
          {"POST", "/v1/loss/settle", Access::admin, settle_loss}};
}

}  // namespace gulou
