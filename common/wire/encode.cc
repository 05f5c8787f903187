#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/wire/codec.h"
#include "common/wire/pack.h"

#include <algorithm>

namespace gulou::wire {

namespace {

constexpr size_t envelope_bytes_expected = 192;
constexpr size_t item_bytes_expected = 256;

// What a platform said may be cut short or be no UTF-8 at all.
std::string clean(std::string_view text) {
  std::string out;
  for_each_char(text, [&out](char32_t point, size_t) {
    std::string one;
    append_utf8(one, point);
    if (out.size() + one.size() <= limits::attempt_text_bytes_max) {
      out += one;
    }
  });
  return out;
}

void put_error(Packer& out, const Error& error) {
  out.put_text("code", name_of(error.code));
  out.put_text("reason", error.reason);
  out.maybe_text("field", error.field);
  if (!error.args.empty()) {
    out.list("args", error.args.size());
    for (const std::string& arg : error.args) {
      out.item_text(arg);
    }
  }
}

void maybe_cursor(Packer& out, std::string_view key, const Cursor& cursor) {
  if (cursor.epoch == 0) {
    return;
  }
  out.begin_map(key);
  out.put("epoch", cursor.epoch);
  out.put("seq", cursor.seq.value);
  out.put_bytes("hash", cursor.hash.view());
  out.put_bytes("mac", cursor.mac.view());
  out.end_map();
}

void put_body(Packer& out, const Hello& hello) {
  out.put_text("channel", hello.channel);
  out.put_text("instance", hello.instance);
  out.maybe_text("software", hello.software);
  out.maybe_text("last_goodbye", hello.last_goodbye);
  maybe_cursor(out, "known", hello.known);
}

void put_body(Packer& out, const Credit& credit) {
  out.put("messages", credit.messages);
  out.put("bytes", credit.bytes);
}

void put_body(Packer& out, const Progress& progress) {
  out.put("lease", progress.lease.value);
  if (progress.lease) {
    out.put("seq", progress.seq.value);
  }
  out.maybe("part", progress.part);
  out.maybe_text("platform_id", progress.platform_id);
}

void put_receipt(Packer& out, const Receipt& receipt) {
  out.put_text("level", name_of(receipt.level));
  out.maybe_time("at", receipt.at.ms);
  if (receipt.parts.empty()) {
    return;
  }
  out.list("parts", receipt.parts.size());
  for (const PartReceipt& part : receipt.parts) {
    out.begin_map();
    out.maybe("part", part.part);
    out.maybe("revision", part.revision);
    out.maybe_text("platform_id", part.platform_id);
    out.maybe_text("url", part.url);
    out.end_map();
  }
}

void put_body(Packer& out, const ReportBatch& batch) {
  out.put("lease", batch.lease.value);
  out.list("items", batch.items.size());
  for (const ReportItem& item : batch.items) {
    const Report& report = item.report;
    out.begin_map();
    out.put("from", item.from.value);
    if (item.to != item.from) {
      out.put("to", item.to.value);
    }
    out.put_text("outcome", name_of(report.outcome));
    if (report.outcome == Outcome::published) {
      put_receipt(out, report.receipt);
    }
    out.maybe_text("platform_id", report.platform_id);
    out.maybe_text("reason", report.reason);
    out.maybe_text("detail", clean(report.detail));
    out.maybe_time("retry_after_ms", report.retry_after_ms);
    out.maybe_time("until", report.until.ms);
    out.end_map();
  }
}

void put_body(Packer& out, const BlobGet& get) {
  out.put_bytes("digest", get.digest.view());
  out.maybe("offset", get.offset);
  out.put("length", get.length);
}

void put_body(Packer& out, const Welcome& welcome) {
  out.put("session", welcome.session.value);
  out.maybe_text("channel_name", welcome.channel_name);
  out.put("epoch", welcome.epoch);
  out.put("head", welcome.head.value);
  out.put_time("server_time", welcome.server_time.ms);
  out.put_time("ping_every_ms", welcome.ping_every_ms);
  maybe_cursor(out, "cursor", welcome.cursor);
  out.maybe_time("display_lease_ms", welcome.display_lease_ms);
  out.maybe_text("portal_url", welcome.portal_url);
}

void put_body(Packer& out, const Deliver& deliver) {
  out.put("lease", deliver.lease.value);
  out.put_text("lane", name_of(deliver.lane));
  out.put_time("lease_ms", deliver.lease_ms);
  maybe_cursor(out, "cursor", deliver.cursor);
  out.maybe("position", deliver.position.value);
}

void put_body(Packer& out, const Sync& sync) {
  out.maybe("position", sync.position.value);
  if (sync.held) {
    out.put_bytes("held", sync.held.view());
  }
  out.maybe_true("confirm", sync.confirm);
  out.maybe_time("display_lease_ms", sync.display_lease_ms);
  out.maybe_text("faults", sync.faults);
  if (sync.wants.empty()) {
    return;
  }
  out.list("wants", sync.wants.size());
  for (const Wanted& want : sync.wants) {
    out.begin_map();
    out.put("seq", want.seq.value);
    out.maybe("part", want.part);
    out.end_map();
  }
}

void put_body(Packer& out, const Manifest& manifest) {
  out.maybe("head", manifest.head.value);
  out.maybe_true("same", manifest.same);
}

void put_body(Packer& out, const Enrol& enrol) {
  out.maybe_text("key", enrol.key);
  out.maybe_true("answer", enrol.answer);
  out.maybe("device", enrol.device);
  out.maybe_text("channel", enrol.channel);
  out.maybe_text("name", enrol.name);
  out.maybe_text("place", enrol.place);
}

void put_part(Packer& out, const DeliverPart& part) {
  out.begin_map();
  out.maybe("part", part.part);
  out.put_text("publisher", part.publisher);
  out.put_text("id", part.id);
  out.put("revision", part.revision);
  out.put_bytes("digest", part.digest.view());
  out.maybe("body_bytes", part.body_bytes);
  out.maybe_text("index_no", part.index_no);
  out.maybe_time("published_on", part.published_on.ms);
  out.maybe("first_seq", part.first_seq.value);
  out.maybe_text("old_platform_id", part.old_platform_id);
  out.maybe_text("old_url", part.old_url);
  out.maybe("old_revision", part.old_revision);
  out.maybe_true("invalid", part.invalid);
  out.maybe_text("public_note", part.public_note);
  out.maybe_text("portal_url", part.portal_url);
  out.end_map();
}

void put_action(Packer& out, const DeliverItem& item) {
  if (item.action == Action::publish) {
    return out.put_text("action", "publish");
  }
  out.put_text("action", "withdraw");
  // Whatever takes it down is one word: why is nothing to an adapter.
  out.put_text("withdrawal",
               name_of(takes_down(item.withdrawal) ? WithdrawalKind::remove : item.withdrawal));
  out.maybe_text("public_note", item.public_note);
  out.maybe_text("successor", item.successor);
  out.maybe_text("successor_url", item.successor_url);
}

void put_body(Packer& out, const ProgressOk& ok) {
  out.put("lease", ok.lease.value);
  out.put("seq", ok.seq.value);
}

void put_body(Packer& out, const Recall& recall) {
  out.put("lease", recall.lease.value);
  out.put("seq", recall.seq.value);
}

void put_body(Packer& out, const BlobPart& part) {
  out.put_bytes("digest", part.digest.view());
  out.maybe("offset", part.offset);
  out.put("total", part.total);
}

void put_body(Packer& out, const Submit& submit) {
  if (!submit.approvals.empty()) {
    out.list("approvals", submit.approvals.size());
    for (const std::string& approval : submit.approvals) {
      out.item_bytes(approval);
    }
  }
  maybe_cursor(out, "receipt", submit.receipt);
}

void put_body(Packer& out, const WithdrawRequest& request) {
  out.put_text("id", request.id);
  out.maybe("revision", request.revision);
  out.put_text("kind", request.kind);
  out.put_text("reason", request.reason);
  out.maybe_text("public_note", request.public_note);
  out.maybe_text("successor", request.successor);
}

void put_body(Packer& out, const BlobPut& put) {
  out.put_bytes("digest", put.digest.view());
  out.maybe("offset", put.offset);
  out.put("total", put.total);
}

void put_body(Packer& out, const StatusQuery& query) {
  out.put_text("id", query.id);
  maybe_cursor(out, "receipt", query.receipt);
}

void put_body(Packer& out, const Accepted& accepted) {
  out.put("seq", accepted.seq.value);
  out.put_time("accepted_at", accepted.accepted_at.ms);
  out.maybe_true("already", accepted.already);
  out.put("epoch", accepted.epoch);
  out.put_bytes("hash", accepted.hash.view());
  out.put_bytes("mac", accepted.mac.view());
  out.list("parts", accepted.parts.size());
  for (const AcceptedPart& part : accepted.parts) {
    out.begin_map();
    out.put_text("id", part.id);
    out.put("revision", part.revision);
    out.put_bytes("digest", part.digest.view());
    out.maybe_text("index_no", part.index_no);
    out.end_map();
  }
}

void put_body(Packer& out, const Refused& refused) {
  const size_t count = std::min(refused.errors.size(), limits::wire_errors_max);
  out.list("errors", count);
  for (size_t i = 0; i < count; ++i) {
    out.begin_map();
    put_error(out, refused.errors[i]);
    out.end_map();
  }
}

void put_body(Packer& out, const BlobOk& ok) {
  out.put_bytes("digest", ok.digest.view());
  out.put("received", ok.received);
  out.maybe_true("complete", ok.complete);
}

void put_body(Packer& out, const StatusIs& status) {
  out.maybe_true("found", status.found);
  out.maybe("revision", status.revision);
  out.maybe("seq", status.seq.value);
  out.maybe_text("index_no", status.index_no);
  if (status.channels.empty()) {
    return;
  }
  out.list("channels", status.channels.size());
  for (const ChannelStatus& channel : status.channels) {
    out.begin_map();
    out.put_text("channel", channel.channel);
    out.put_text("state", name_of(channel.state));
    out.maybe_time("since", channel.since.ms);
    out.maybe_text("reason", channel.reason);
    out.maybe_text("url", channel.url);
    out.end_map();
  }
}

void put_body(Packer& out, const Ping& ping) {
  out.put("number", ping.number);
  out.maybe_true("answer", ping.answer);
}

void put_body(Packer& out, const Goodbye& goodbye) {
  out.maybe_text("reason", goodbye.reason);
}

void put_body(Packer& out, const ErrorMessage& message) {
  out.begin_map("error");
  put_error(out, message.error);
  out.end_map();
}

// Body frames, for the verbs that have some.
template <class Verb>
void add_frames(Encoded&, const Verb&) {}

void add_frames(Encoded& encoded, const Deliver& deliver) {
  encoded.items = encode_items(deliver.items);
  encoded.bodies = {deliver.bodies};
}

void add_frames(Encoded& encoded, const Manifest& manifest) {
  if (!manifest.same) {
    encoded.items = encode_manifest_items(manifest.items);
  }
}

void add_frames(Encoded& encoded, const BlobPart& part) {
  encoded.bodies = {part.bytes};
}

void add_frames(Encoded& encoded, const BlobPut& put) {
  encoded.bodies = {put.bytes};
}

void add_frames(Encoded& encoded, const Submit& submit) {
  encoded.bodies = submit.parts;
}

}  // namespace

std::vector<std::string_view> Encoded::frames() const {
  std::vector<std::string_view> all{envelope};
  if (!items.empty()) {
    all.push_back(items);
  }
  all.insert(all.end(), bodies.begin(), bodies.end());
  return all;
}

std::string encode_items(std::span<const DeliverItem> items) {
  Packer out(items.size() * item_bytes_expected);
  out.begin_map();
  out.list("items", items.size());
  for (const DeliverItem& item : items) {
    out.begin_map();
    out.put("seq", item.seq.value);
    put_action(out, item);
    out.put("attempt", item.attempt);
    out.maybe_true("maybe_published", item.maybe_published);
    out.maybe_true("imported", item.imported);
    out.maybe_true("test", item.test);
    if (!item.platform_ids.empty()) {
      out.list("platform_ids", item.platform_ids.size());
      for (const std::string& id : item.platform_ids) {
        out.item_text(id);
      }
    }
    out.list("parts", item.parts.size());
    for (const DeliverPart& part : item.parts) {
      put_part(out, part);
    }
    out.end_map();
  }
  out.end_map();
  return out.take();
}

std::string encode_manifest_items(std::span<const ManifestPart> items) {
  Packer out(items.size() * item_bytes_expected);
  out.begin_map();
  out.list("items", items.size());
  for (const ManifestPart& item : items) {
    out.begin_map();
    out.put_text("publisher", item.publisher);
    out.put_text("id", item.id);
    out.put("revision", item.revision);
    out.put("seq", item.seq.value);
    out.maybe("part", item.part);
    out.put_bytes("digest", item.digest.view());
    out.put("body_bytes", item.body_bytes);
    out.end_map();
  }
  out.end_map();
  return out.take();
}

Encoded encode(const Message& message) {
  Packer out(envelope_bytes_expected);
  out.begin_map();
  out.put("v", protocol_version);
  out.put_text("verb", verb_of(message.body));
  out.maybe("corr", message.correlation);
  std::visit([&out](const auto& body) { put_body(out, body); }, message.body);
  out.end_map();
  Encoded encoded{.envelope = out.take(), .items = {}, .bodies = {}};
  std::visit([&encoded](const auto& body) { add_frames(encoded, body); }, message.body);
  return encoded;
}

}  // namespace gulou::wire
