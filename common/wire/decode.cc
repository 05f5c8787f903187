#include "common/base/fleet_limits.h"
#include "common/wire/codec.h"
#include "common/wire/pack.h"

namespace gulou::wire {

namespace {

using Bodies = std::span<const std::string_view>;

// For what only the broker writes: nothing longer fits into an envelope.
constexpr size_t any_bytes = limits::envelope_bytes_max;
constexpr size_t reference_bytes_max = 2 * limits::id_bytes_max + 1;  // "publisher/id"

std::optional<Action> parse_action(std::string_view word) {
  return word == "publish"    ? std::optional(Action::publish)
         : word == "withdraw" ? std::optional(Action::withdraw)
                              : std::nullopt;
}

// Of a DELIVER: erase and expire are `remove` there.
std::optional<WithdrawalKind> parse_withdrawal_word(std::string_view word) {
  const auto kind = parse_withdrawal_kind(word);
  return kind == WithdrawalKind::erase ? std::nullopt : kind;
}

std::optional<ErrorCode> parse_error_code(std::string_view word) {
  for (int i = 1; i <= static_cast<int>(ErrorCode::internal); ++i) {
    if (name_of(static_cast<ErrorCode>(i)) == word) {
      return static_cast<ErrorCode>(i);
    }
  }
  return std::nullopt;
}

tl::unexpected<Error> too_large(std::string_view what, size_t bytes, size_t bytes_max) {
  return fail(ErrorCode::invalid_argument,
              "frame_too_large",
              std::string(what),
              {std::to_string(bytes), std::to_string(bytes_max)});
}

// A piece of a blob: at most one chunk, within the blob.
Status check_piece(std::string_view bytes, uint64_t offset, uint64_t total) {
  if (bytes.size() > limits::blob_chunk_bytes) {
    return too_large("bytes", bytes.size(), limits::blob_chunk_bytes);
  }
  if (offset > total || bytes.size() > total - offset) {
    return fail(ErrorCode::invalid_argument,
                "blob_piece_outside",
                "offset",
                {std::to_string(offset), std::to_string(bytes.size()), std::to_string(total)});
  }
  return {};
}

Status read_error(const Fields& in, Error& error) {
  TRY(in.read_word("code", parse_error_code, error.code));
  TRY(in.read_text("reason", any_bytes, error.reason));
  TRY(in.maybe_text("field", any_bytes, error.field));
  return in.maybe_texts("args", limits::wire_list_items_max, any_bytes, error.args);
}

Status maybe_cursor(const Fields& in, std::string_view key, Cursor& cursor) {
  if (!in.has(key)) {
    return {};
  }
  const Fields map = TRY(in.map(key));
  TRY(map.read("epoch", cursor.epoch));
  TRY(map.read("seq", cursor.seq.value));
  TRY(map.read_digest("hash", cursor.hash));
  TRY(map.read_digest("mac", cursor.mac));
  if (cursor.epoch == 0) {
    return map.wrong("epoch", "field_out_of_range", {"0", "1", std::to_string(UINT64_MAX)});
  }
  return {};
}

// ---- adapters -> broker -------------------------------------------------------------------------

Result<Body> read_hello(const Fields& in, Bodies) {
  Hello hello;
  TRY(in.read_text("channel", limits::id_bytes_max, hello.channel));
  TRY(in.read_text("instance", limits::id_bytes_max, hello.instance));
  TRY(in.maybe_text("software", limits::id_bytes_max, hello.software));
  TRY(in.maybe_text("last_goodbye", limits::id_bytes_max, hello.last_goodbye));
  TRY(maybe_cursor(in, "known", hello.known));
  return hello;
}

Result<Body> read_credit(const Fields& in, Bodies) {
  Credit credit;
  TRY(in.read("messages", credit.messages));
  TRY(in.read("bytes", credit.bytes));
  return credit;
}

Result<Body> read_progress(const Fields& in, Bodies) {
  Progress progress;
  TRY(in.read("lease", progress.lease.value));
  if (!progress.lease) {
    TRY(in.read_text("platform_id", limits::attempt_text_bytes_max, progress.platform_id));
    return progress;
  }
  TRY(in.read("seq", progress.seq.value));
  TRY(in.maybe("part", progress.part));
  TRY(in.maybe_text("platform_id", limits::attempt_text_bytes_max, progress.platform_id));
  return progress;
}

Status read_part_receipt(const Fields& in, PartReceipt& part) {
  TRY(in.maybe("part", part.part));
  TRY(in.maybe("revision", part.revision));
  TRY(in.maybe_text("platform_id", limits::attempt_text_bytes_max, part.platform_id));
  return in.maybe_text("url", limits::receipt_url_bytes_max, part.url);
}

Status read_receipt(const Fields& in, Receipt& receipt) {
  TRY(in.read_word("level", parse_receipt_level, receipt.level));
  TRY(in.maybe_ms("at", receipt.at.ms));
  return in.read_each(
      "parts", Need::optional, limits::bundle_parts_max, read_part_receipt, receipt.parts);
}

Status read_report_item(const Fields& in, ReportItem& item) {
  TRY(in.read("from", item.from.value));
  item.to = item.from;
  TRY(in.maybe("to", item.to.value));
  if (item.to < item.from) {
    return in.wrong("to", "run_reversed");
  }
  Report& report = item.report;
  TRY(in.read_word("outcome", parse_outcome, report.outcome));
  if (report.outcome == Outcome::published) {
    TRY(read_receipt(in, report.receipt));
  }
  if (report.outcome == Outcome::accepted) {
    TRY(in.read_text("platform_id", limits::attempt_text_bytes_max, report.platform_id));
  } else {
    TRY(in.maybe_text("platform_id", limits::attempt_text_bytes_max, report.platform_id));
  }
  TRY(in.maybe_text("reason", limits::id_bytes_max, report.reason));
  TRY(in.maybe_text("detail", limits::attempt_text_bytes_max, report.detail));
  TRY(in.maybe_ms("retry_after_ms", report.retry_after_ms));
  return in.maybe_ms("until", report.until.ms);
}

Result<Body> read_report(const Fields& in, Bodies) {
  ReportBatch batch;
  TRY(in.read("lease", batch.lease.value));
  TRY(in.read_each(
      "items", Need::required, limits::deliver_entries_max, read_report_item, batch.items));
  return batch;
}

Result<Body> read_blob_get(const Fields& in, Bodies) {
  BlobGet get;
  TRY(in.read_digest("digest", get.digest));
  TRY(in.maybe("offset", get.offset));
  TRY(in.read("length", get.length));
  if (get.length == 0 || get.length > limits::blob_chunk_bytes) {
    return in.wrong("length",
                    "field_out_of_range",
                    {std::to_string(get.length), "1", std::to_string(limits::blob_chunk_bytes)});
  }
  return get;
}

// ---- broker -> adapters -------------------------------------------------------------------------

Result<Body> read_welcome(const Fields& in, Bodies) {
  Welcome welcome;
  TRY(in.read("session", welcome.session.value));
  TRY(in.maybe_text("channel_name", any_bytes, welcome.channel_name));
  TRY(in.read("epoch", welcome.epoch));
  TRY(in.read("head", welcome.head.value));
  TRY(in.read_ms("server_time", welcome.server_time.ms));
  TRY(in.read_ms("ping_every_ms", welcome.ping_every_ms));
  TRY(maybe_cursor(in, "cursor", welcome.cursor));
  TRY(in.maybe_ms("display_lease_ms", welcome.display_lease_ms));
  TRY(in.maybe_text("portal_url", any_bytes, welcome.portal_url));
  return welcome;
}

Status read_deliver_part(const Fields& in, DeliverPart& part) {
  TRY(in.maybe("part", part.part));
  TRY(in.read_text("publisher", any_bytes, part.publisher));
  TRY(in.read_text("id", any_bytes, part.id));
  TRY(in.read("revision", part.revision));
  TRY(in.read_digest("digest", part.digest));
  TRY(in.maybe("body_bytes", part.body_bytes));
  TRY(in.maybe_text("index_no", any_bytes, part.index_no));
  TRY(in.maybe_ms("published_on", part.published_on.ms));
  TRY(in.maybe("first_seq", part.first_seq.value));
  TRY(in.maybe_text("old_platform_id", any_bytes, part.old_platform_id));
  TRY(in.maybe_text("old_url", any_bytes, part.old_url));
  TRY(in.maybe("old_revision", part.old_revision));
  TRY(in.maybe_bool("invalid", part.invalid));
  TRY(in.maybe_text("public_note", any_bytes, part.public_note));
  return in.maybe_text("portal_url", any_bytes, part.portal_url);
}

Status read_deliver_item(const Fields& in, DeliverItem& item) {
  TRY(in.read("seq", item.seq.value));
  TRY(in.read_word("action", parse_action, item.action));
  if (item.action == Action::withdraw) {
    TRY(in.read_word("withdrawal", parse_withdrawal_word, item.withdrawal));
    TRY(in.maybe_text("public_note", any_bytes, item.public_note));
    TRY(in.maybe_text("successor", any_bytes, item.successor));
    TRY(in.maybe_text("successor_url", any_bytes, item.successor_url));
  }
  TRY(in.maybe("attempt", item.attempt));
  TRY(in.maybe_bool("maybe_published", item.maybe_published));
  TRY(in.maybe_bool("imported", item.imported));
  TRY(in.maybe_bool("test", item.test));
  TRY(in.maybe_texts("platform_ids", limits::wire_list_items_max, any_bytes, item.platform_ids));
  return in.read_each(
      "parts", Need::required, limits::bundle_parts_max, read_deliver_part, item.parts);
}

Result<Body> read_deliver(const Fields& in, Bodies bodies) {
  Deliver deliver;
  TRY(in.read("lease", deliver.lease.value));
  TRY(in.read_word("lane", parse_lane, deliver.lane));
  TRY(in.read_ms("lease_ms", deliver.lease_ms));
  TRY(maybe_cursor(in, "cursor", deliver.cursor));
  TRY(in.maybe("position", deliver.position.value));
  const Unpacked items = TRY(Unpacked::parse(bodies[0]));
  const Fields list = items.top();
  TRY(list.read_each(
      "items", Need::required, limits::deliver_entries_max, read_deliver_item, deliver.items));
  deliver.bodies = bodies[1];
  uint64_t left = deliver.bodies.size();
  for (const DeliverItem& item : deliver.items) {
    for (const DeliverPart& part : item.parts) {
      if (part.body_bytes > left) {
        return list.wrong("items", "body_size_mismatch");
      }
      left -= part.body_bytes;
    }
  }
  if (left != 0) {
    return list.wrong("items", "body_size_mismatch");
  }
  return deliver;
}

Result<Body> read_progress_ok(const Fields& in, Bodies) {
  ProgressOk ok;
  TRY(in.read("lease", ok.lease.value));
  TRY(in.read("seq", ok.seq.value));
  return ok;
}

Result<Body> read_recall(const Fields& in, Bodies) {
  Recall recall;
  TRY(in.read("lease", recall.lease.value));
  TRY(in.read("seq", recall.seq.value));
  return recall;
}

Result<Body> read_blob_part(const Fields& in, Bodies bodies) {
  BlobPart part;
  TRY(in.read_digest("digest", part.digest));
  TRY(in.maybe("offset", part.offset));
  TRY(in.read("total", part.total));
  part.bytes = bodies[0];
  TRY(check_piece(part.bytes, part.offset, part.total));
  return part;
}

// ---- publishers -> broker -----------------------------------------------------------------------

Result<Body> read_submit(const Fields& in, Bodies bodies) {
  Submit submit;
  TRY(in.maybe_byte_strings("approvals", limits::approvals_max, submit.approvals));
  TRY(maybe_cursor(in, "receipt", submit.receipt));
  size_t total = 0;
  for (size_t i = 0; i < bodies.size(); ++i) {
    if (bodies[i].size() > limits::release_bytes_max) {
      return too_large(
          "parts[" + std::to_string(i) + ']', bodies[i].size(), limits::release_bytes_max);
    }
    total += bodies[i].size();
  }
  if (total > limits::submission_bytes_max) {
    return too_large("parts", total, limits::submission_bytes_max);
  }
  submit.parts.assign(bodies.begin(), bodies.end());
  return submit;
}

Result<Body> read_withdraw(const Fields& in, Bodies) {
  WithdrawRequest request;
  TRY(in.read_text("id", limits::id_bytes_max, request.id));
  TRY(in.maybe("revision", request.revision));
  TRY(in.read_text("kind", limits::id_bytes_max, request.kind));
  TRY(in.read_text("reason", limits::note_bytes_max, request.reason));
  TRY(in.maybe_text("public_note", limits::note_bytes_max, request.public_note));
  TRY(in.maybe_text("successor", reference_bytes_max, request.successor));
  return request;
}

Result<Body> read_blob_put(const Fields& in, Bodies bodies) {
  BlobPut put;
  TRY(in.read_digest("digest", put.digest));
  TRY(in.maybe("offset", put.offset));
  TRY(in.read("total", put.total));
  if (put.total > limits::attachment_bytes_max) {
    return in.wrong("total",
                    "field_out_of_range",
                    {std::to_string(put.total), "0", std::to_string(limits::attachment_bytes_max)});
  }
  put.bytes = bodies[0];
  TRY(check_piece(put.bytes, put.offset, put.total));
  return put;
}

Result<Body> read_status(const Fields& in, Bodies) {
  StatusQuery query;
  TRY(in.read_text("id", limits::id_bytes_max, query.id));
  TRY(maybe_cursor(in, "receipt", query.receipt));
  return query;
}

// ---- broker -> publishers -----------------------------------------------------------------------

Status read_accepted_part(const Fields& in, AcceptedPart& part) {
  TRY(in.read_text("id", any_bytes, part.id));
  TRY(in.read("revision", part.revision));
  TRY(in.read_digest("digest", part.digest));
  return in.maybe_text("index_no", any_bytes, part.index_no);
}

Result<Body> read_accepted(const Fields& in, Bodies) {
  Accepted accepted;
  TRY(in.read("seq", accepted.seq.value));
  TRY(in.read_ms("accepted_at", accepted.accepted_at.ms));
  TRY(in.maybe_bool("already", accepted.already));
  TRY(in.read("epoch", accepted.epoch));
  TRY(in.read_digest("hash", accepted.hash));
  TRY(in.read_digest("mac", accepted.mac));
  TRY(in.read_each(
      "parts", Need::required, limits::bundle_parts_max, read_accepted_part, accepted.parts));
  return accepted;
}

Result<Body> read_refused(const Fields& in, Bodies) {
  Refused refused;
  TRY(in.read_each("errors", Need::required, limits::wire_errors_max, read_error, refused.errors));
  return refused;
}

Result<Body> read_blob_ok(const Fields& in, Bodies) {
  BlobOk ok;
  TRY(in.read_digest("digest", ok.digest));
  TRY(in.read("received", ok.received));
  TRY(in.maybe_bool("complete", ok.complete));
  return ok;
}

Status read_channel_status(const Fields& in, ChannelStatus& channel) {
  TRY(in.read_text("channel", any_bytes, channel.channel));
  TRY(in.read_word("state", parse_delivery_state, channel.state));
  TRY(in.maybe_ms("since", channel.since.ms));
  TRY(in.maybe_text("reason", any_bytes, channel.reason));
  return in.maybe_text("url", any_bytes, channel.url);
}

Result<Body> read_status_is(const Fields& in, Bodies) {
  StatusIs status;
  TRY(in.maybe_bool("found", status.found));
  TRY(in.maybe("revision", status.revision));
  TRY(in.maybe("seq", status.seq.value));
  TRY(in.maybe_text("index_no", any_bytes, status.index_no));
  TRY(in.read_each("channels",
                   Need::optional,
                   limits::wire_list_items_max,
                   read_channel_status,
                   status.channels));
  return status;
}

// ---- fleets -------------------------------------------------------------------------------------

Status read_wanted(const Fields& in, Wanted& want) {
  TRY(in.read("seq", want.seq.value));
  return in.maybe("part", want.part);
}

Result<Body> read_sync(const Fields& in, Bodies) {
  Sync sync;
  TRY(in.maybe("position", sync.position.value));
  if (in.has("held")) {
    TRY(in.read_digest("held", sync.held));
  }
  TRY(in.maybe_bool("confirm", sync.confirm));
  TRY(in.maybe_ms("display_lease_ms", sync.display_lease_ms));
  TRY(in.maybe_text("faults", any_bytes, sync.faults));
  TRY(in.read_each("wants", Need::optional, limits::fleet_wants_max, read_wanted, sync.wants));
  return sync;
}

Status read_manifest_part(const Fields& in, ManifestPart& item) {
  TRY(in.read_text("publisher", any_bytes, item.publisher));
  TRY(in.read_text("id", any_bytes, item.id));
  TRY(in.read("revision", item.revision));
  TRY(in.read("seq", item.seq.value));
  TRY(in.maybe("part", item.part));
  TRY(in.read_digest("digest", item.digest));
  return in.read("body_bytes", item.body_bytes);
}

Result<Body> read_manifest(const Fields& in, Bodies bodies) {
  Manifest manifest;
  TRY(in.maybe("head", manifest.head.value));
  TRY(in.maybe_bool("same", manifest.same));
  if (manifest.same == !bodies.empty()) {
    return in.wrong("same", "frames_wrong", {"MANIFEST", std::to_string(bodies.size()), "0", "1"});
  }
  if (!manifest.same) {
    const Unpacked items = TRY(Unpacked::parse(bodies[0]));
    TRY(items.top().read_each(
        "items", Need::optional, limits::screen_items_max, read_manifest_part, manifest.items));
  }
  return manifest;
}

Result<Body> read_enrol(const Fields& in, Bodies) {
  Enrol enrol;
  TRY(in.maybe_bool("answer", enrol.answer));
  if (enrol.answer) {
    TRY(in.read("device", enrol.device));
    TRY(in.read_text("channel", any_bytes, enrol.channel));
    TRY(in.maybe_text("name", any_bytes, enrol.name));
    TRY(in.maybe_text("place", any_bytes, enrol.place));
  } else {
    TRY(in.read_text("key", limits::id_bytes_max, enrol.key));
  }
  return enrol;
}

// ---- both ways ----------------------------------------------------------------------------------

Result<Body> read_ping(const Fields& in, Bodies) {
  Ping ping;
  TRY(in.read("number", ping.number));
  TRY(in.maybe_bool("answer", ping.answer));
  return ping;
}

Result<Body> read_goodbye(const Fields& in, Bodies) {
  Goodbye goodbye;
  TRY(in.maybe_text("reason", limits::note_bytes_max, goodbye.reason));
  return goodbye;
}

Result<Body> read_error_message(const Fields& in, Bodies) {
  ErrorMessage message;
  const Fields error = TRY(in.map("error"));
  TRY(read_error(error, message.error));
  return message;
}

struct Verb {
  std::string_view name;
  size_t bodies_min;
  size_t bodies_max;
  Result<Body> (*read)(const Fields&, Bodies);
};

constexpr Verb verbs[] = {
    {"HELLO", 0, 0, read_hello},
    {"CREDIT", 0, 0, read_credit},
    {"PROGRESS", 0, 0, read_progress},
    {"REPORT", 0, 0, read_report},
    {"BLOB_GET", 0, 0, read_blob_get},
    {"WELCOME", 0, 0, read_welcome},
    {"DELIVER", 2, 2, read_deliver},
    {"PROGRESS_OK", 0, 0, read_progress_ok},
    {"RECALL", 0, 0, read_recall},
    {"BLOB_PART", 1, 1, read_blob_part},
    {"SUBMIT", 1, limits::bundle_parts_max, read_submit},
    {"WITHDRAW", 0, 0, read_withdraw},
    {"BLOB_PUT", 1, 1, read_blob_put},
    {"STATUS", 0, 0, read_status},
    {"ACCEPTED", 0, 0, read_accepted},
    {"REFUSED", 0, 0, read_refused},
    {"BLOB_OK", 0, 0, read_blob_ok},
    {"STATUS_IS", 0, 0, read_status_is},
    {"PING", 0, 0, read_ping},
    {"GOODBYE", 0, 0, read_goodbye},
    {"ERROR", 0, 0, read_error_message},
    {"SYNC", 0, 0, read_sync},
    {"MANIFEST", 0, 1, read_manifest},
    {"ENROL", 0, 0, read_enrol},
};

Result<const Verb*> verb_named(std::string_view name) {
  for (const Verb& verb : verbs) {
    if (verb.name == name) {
      return &verb;
    }
  }
  return fail(ErrorCode::invalid_argument, "verb_unknown", "verb", {std::string(name)});
}

}  // namespace

Result<Message> decode(std::span<const std::string_view> frames) {
  if (frames.empty() || frames[0].size() > limits::envelope_bytes_max) {
    return frames.empty() ? fail(ErrorCode::invalid_argument, "message_malformed")
                          : too_large("envelope", frames[0].size(), limits::envelope_bytes_max);
  }
  const Unpacked envelope = TRY(Unpacked::parse(frames[0]));
  const Fields in = envelope.top();
  uint64_t version = 0;
  TRY(in.read("v", version));
  if (version != protocol_version) {
    return in.wrong(
        "v", "version_unknown", {std::to_string(version), std::to_string(protocol_version)});
  }
  std::string name;
  TRY(in.read_text("verb", limits::id_bytes_max, name));
  const Verb* verb = TRY(verb_named(name));
  const Bodies bodies = frames.subspan(1);
  if (bodies.size() < verb->bodies_min || bodies.size() > verb->bodies_max) {
    return fail(ErrorCode::invalid_argument,
                "frames_wrong",
                "frames",
                {name,
                 std::to_string(bodies.size()),
                 std::to_string(verb->bodies_min),
                 std::to_string(verb->bodies_max)});
  }
  for (const std::string_view body : bodies) {
    if (body.size() > limits::frame_bytes_max) {
      return too_large("body", body.size(), limits::frame_bytes_max);
    }
  }
  Message message;
  TRY(in.maybe("corr", message.correlation));
  message.body = TRY(verb->read(in, bodies));
  return message;
}

uint64_t correlation_of(std::string_view envelope) {
  uint64_t correlation = 0;
  if (envelope.size() <= limits::envelope_bytes_max) {
    if (const auto unpacked = Unpacked::parse(envelope)) {
      const Status read = unpacked->top().maybe("corr", correlation);
      return read ? correlation : 0;
    }
  }
  return 0;
}

}  // namespace gulou::wire
