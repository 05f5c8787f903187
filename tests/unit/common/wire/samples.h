// One message of every verb and of every interesting shape, telling one story: a publisher submits
// a notice with an attachment, an adapter shows it. README.md of common/wire prints them; the
// codec's tests and the fuzzer's corpus start from them. Body views point at literals.
#pragma once

#include "common/base/check.h"
#include "common/wire/messages.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou::wire {

struct Sample {
  std::string name;  // as in the README
  Message message;
};

inline constexpr std::string_view sample_release =
    R"({"body":{"content":"11月30日8时至18时，春山路停水。","format":"text"},"column":"tzgg",)"
    R"("disclosure_type":"proactive","id":"water-2026-7","issuer":{"name":"云溪县人民政府办公室",)"
    R"("org_code":"014820037"},"kind":"notice","revision":1,"title":"停水通知",)"
    R"("written_on":"2026-11-24"})";
inline constexpr std::string_view sample_blob = "Gulou";
inline constexpr Utc sample_time{1'795'482'000'000};  // 2026-11-24T01:00:00Z

inline Digest sample_digest(std::string_view hex) {
  const auto digest = digest_from_hex(hex);
  CHECK(digest.has_value());
  return *digest;
}

inline Digest release_digest() {  // SHA-256 of sample_release
  return sample_digest("87c1af35577a4d326581b9ea66d35b9f04e20ac67b013d0987db0343a1d62bcc");
}

inline Digest blob_digest() {  // SHA-256 of sample_blob
  return sample_digest("b8a5bfbceb10bb6a92dd71130fe6613525e54e3e46b50fce268e95268af2204f");
}

inline Cursor sample_cursor() {
  return {.epoch = 1,
          .seq = {8},
          .hash = sample_digest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
          .mac = sample_digest("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")};
}

inline DeliverItem sample_item() {
  return {.seq = {8},
          .action = Action::publish,
          .attempt = 1,
          .parts = {{.publisher = "oa",
                     .id = "water-2026-7",
                     .revision = 1,
                     .digest = release_digest(),
                     .body_bytes = sample_release.size(),
                     .index_no = "014820037/2026-00007",
                     .published_on = sample_time,
                     .first_seq = {8}}}};
}

inline DeliverItem sample_retry() {
  DeliverItem item = sample_item();
  item.attempt = 2;
  item.maybe_published = true;
  item.imported = true;
  item.test = true;
  item.platform_ids = {"draft-77", "job-1"};
  item.parts[0].part = 1;
  item.parts[0].old_platform_id = "p/6";
  item.parts[0].old_url = "http://127.0.0.1:8080/r/6/";
  item.parts[0].old_revision = 1;
  item.parts[0].revision = 2;
  return item;
}

inline DeliverItem sample_withdrawal() {
  DeliverItem item = sample_item();
  item.seq = {9};
  item.action = Action::withdraw;
  item.public_note = "该信息已撤下";
  item.parts[0].body_bytes = 0;
  item.parts[0].old_platform_id = "p/8";
  item.parts[0].old_url = "http://127.0.0.1:8080/r/8/";
  item.parts[0].old_revision = 1;
  return item;
}

inline DeliverItem sample_replacement() {
  DeliverItem item = sample_withdrawal();
  item.seq = {12};
  item.withdrawal = WithdrawalKind::replace;
  item.public_note.clear();
  item.successor = "oa/water-2026-8";
  item.successor_url = "http://127.0.0.1:8080/r/11/";
  return item;
}

inline DeliverItem sample_invalidation() {
  DeliverItem item = sample_withdrawal();
  item.seq = {13};
  item.withdrawal = WithdrawalKind::mark_invalid;
  item.public_note = "本通知已废止";
  return item;
}

// Of a channel that waited for the portal; sent again after it was marked invalid.
inline DeliverItem sample_invalid() {
  DeliverItem item = sample_item();
  item.parts[0].invalid = true;
  item.parts[0].public_note = "本通知已废止";
  item.parts[0].portal_url = "http://127.0.0.1:8080/r/8/";
  return item;
}

inline ReportItem report_item(uint64_t from, uint64_t to, Report report) {
  return {.from = {from}, .to = {to}, .report = std::move(report)};
}

inline Receipt sample_receipt() {
  return {
      .level = ReceiptLevel::seen_public,
      .at = sample_time,
      .parts = {
          {.part = 0, .revision = 1, .platform_id = "p/8", .url = "http://127.0.0.1:8080/r/8/"}}};
}

inline std::vector<Sample> publisher_samples() {
  const Error error{ErrorCode::invalid_argument, "text_too_long", "parts[0].title", {"201", "200"}};
  return {
      {"SUBMIT", {5, Submit{.parts = {sample_release}, .approvals = {}}}},
      {"ACCEPTED",
       {5,
        Accepted{.seq = {8},
                 .accepted_at = sample_time,
                 .already = true,
                 .epoch = 1,
                 .hash = sample_digest(std::string(64, 'a')),
                 .mac = sample_digest(std::string(64, 'b')),
                 .parts = {{.id = "water-2026-7",
                            .revision = 1,
                            .digest = release_digest(),
                            .index_no = "014820037/2026-00007"}}}}},
      {"REFUSED", {5, Refused{{error}}}},
      {"BLOB_PUT", {4, BlobPut{.digest = blob_digest(), .total = 5, .bytes = sample_blob}}},
      {"BLOB_OK", {4, BlobOk{.digest = blob_digest(), .received = 5, .complete = true}}},
      {"STATUS", {6, StatusQuery{"water-2026-7"}}},
      {"STATUS_IS",
       {6,
        StatusIs{.found = true,
                 .revision = 1,
                 .seq = {8},
                 .index_no = "014820037/2026-00007",
                 .channels = {{.channel = "portal",
                               .state = DeliveryState::published,
                               .since = sample_time,
                               .url = "http://127.0.0.1:8080/r/8/"}}}}},
      {"WITHDRAW",
       {7,
        WithdrawRequest{.id = "water-2026-7",
                        .revision = 1,
                        .kind = "remove",
                        .reason = "时间有误",
                        .public_note = "该信息已撤下"}}},
      {"WITHDRAW for a successor",
       {9,
        WithdrawRequest{.id = "water-2026-7",
                        .kind = "replace",
                        .reason = "时间有误",
                        .successor = "water-2026-8"}}},
  };
}

inline std::vector<Sample> adapter_samples() {
  return {
      {"HELLO again",
       {1,
        Hello{.channel = "portal",
              .instance = "portal-1",
              .last_goodbye = "stopping",
              .known = sample_cursor()}}},
      {"STATUS with a receipt", {6, StatusQuery{"water-2026-7", sample_cursor()}}},
      {"HELLO", {1, Hello{.channel = "portal", .instance = "portal-1", .software = "demo 0.1"}}},
      {"WELCOME",
       {1,
        Welcome{.session = {3},
                .channel_name = "门户网站",
                .epoch = 1,
                .head = {8},
                .server_time = sample_time,
                .ping_every_ms = 5000}}},
      {"CREDIT", {0, Credit{.messages = 64, .bytes = 4'194'304}}},
      {"DELIVER",
       {0,
        Deliver{.lease = {41},
                .lane = Lane::normal,
                .lease_ms = 60'000,
                .items = {sample_item()},
                .bodies = sample_release}}},
      {"PROGRESS", {2, Progress{.lease = {41}, .seq = {8}, .part = 0, .platform_id = "draft-77"}}},
      {"PROGRESS of a call-back", {0, Progress{.platform_id = "job-1"}}},
      {"PROGRESS_OK", {2, ProgressOk{.lease = {41}, .seq = {8}}}},
      {"BLOB_GET", {3, BlobGet{.digest = blob_digest(), .length = 262'144}}},
      {"BLOB_PART", {3, BlobPart{.digest = blob_digest(), .total = 5, .bytes = sample_blob}}},
      {"REPORT",
       {0,
        ReportBatch{.lease = {41},
                    .items = {report_item(
                        8, 8, {.outcome = Outcome::published, .receipt = sample_receipt()})}}}},
      {"RECALL", {0, Recall{.lease = {41}, .seq = {8}}}},
      {"PING", {0, Ping{.number = 1}}},
      {"GOODBYE", {0, Goodbye{"stopping"}}},
      {"ERROR", {2, ErrorMessage{{ErrorCode::not_found, "lease_unknown", "lease", {"41"}}}}},
  };
}

inline std::vector<Sample> further_samples() {
  return {
      {"SUBMIT with approvals",
       {8, Submit{.parts = {sample_release, sample_release}, .approvals = {"one", "two"}}}},
      {"DELIVER again",
       {0,
        Deliver{.lease = {42},
                .lane = Lane::normal,
                .lease_ms = 60'000,
                .items = {sample_retry()},
                .bodies = sample_release}}},
      {"DELIVER of a withdrawal",
       {0,
        Deliver{.lease = {44},
                .lane = Lane::withdrawal,
                .lease_ms = 60'000,
                .items = {sample_withdrawal()}}}},
      {"DELIVER of a replacement and of a banner",
       {0,
        Deliver{.lease = {45},
                .lane = Lane::withdrawal,
                .lease_ms = 60'000,
                .items = {sample_replacement(), sample_invalidation()}}}},
      {"DELIVER with a banner",
       {0,
        Deliver{.lease = {46},
                .lane = Lane::bulk,
                .lease_ms = 60'000,
                .items = {sample_invalid()},
                .bodies = sample_release}}},
      {"REPORT of a run and of failures",
       {0,
        ReportBatch{
            .lease = {43},
            .items = {report_item(10,
                                  73,
                                  {.outcome = Outcome::published,
                                   .receipt = {.level = ReceiptLevel::shown, .at = sample_time}}),
                      report_item(74, 74, {.outcome = Outcome::accepted, .platform_id = "job-1"}),
                      report_item(75,
                                  75,
                                  {.outcome = Outcome::transient,
                                   .reason = "http_503",
                                   .detail = "稍后再试",
                                   .retry_after_ms = 30'000}),
                      report_item(76,
                                  76,
                                  {.outcome = Outcome::quota,
                                   .reason = "daily_quota",
                                   .until = sample_time})}}}},
      {"REPORT of a draft and of a withdrawal",
       {0,
        ReportBatch{
            .lease = {44},
            .items = {report_item(9, 9, {.outcome = Outcome::gone}),
                      report_item(
                          10, 10, {.outcome = Outcome::prepared, .platform_id = "draft-77"})}}}},
      {"PING answered", {0, Ping{.number = 1, .answer = true}}},
  };
}

inline std::vector<Sample> fleet_samples() {
  const std::string key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
  return {
      {"ENROL", {1, Enrol{.key = key}}},
      {"ENROL answered",
       {1,
        Enrol{.answer = true,
              .device = 12'884'901'889,
              .channel = "screens",
              .name = "hall-1",
              .place = "办事大厅"}}},
      {"SYNC", {0, Sync{.position = {8}, .held = release_digest()}}},
      {"SYNC that asks for texts", {0, Sync{.wants = {{.seq = {8}}, {.seq = {9}, .part = 1}}}}},
      {"MANIFEST",
       {0,
        Manifest{.head = {8},
                 .items = {{.publisher = "oa",
                            .id = "water-2026-7",
                            .revision = 1,
                            .seq = {8},
                            .digest = release_digest(),
                            .body_bytes = sample_release.size()}}}}},
      {"MANIFEST of what is there", {0, Manifest{.head = {8}, .same = true}}},
      {"DELIVER to a device",
       {0, Deliver{.lane = Lane::withdrawal, .position = {9}, .items = {sample_withdrawal()}}}},
  };
}

inline std::vector<Sample> samples() {
  std::vector<Sample> all = publisher_samples();
  for (const auto more : {adapter_samples, further_samples, fleet_samples}) {
    for (Sample& sample : more()) {
      all.push_back(std::move(sample));
    }
  }
  return all;
}

}  // namespace gulou::wire
