#include "adapters/feed/ways.h"

#include "adapters/sdk/content.h"
#include "common/base/base64.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/crypto/mac.h"
#include "common/http/mail.h"
#include "common/http/url.h"
#include "common/json/value.h"
#include "common/json/writer.h"

#include <utility>

#include <unistd.h>

namespace gulou {
namespace {

std::string notice_name(const std::string& packet) {
  return packet.substr(0, packet.rfind('.')) + "-" + sdk::say("media_recall_subject") + ".txt";
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

std::string event_json(const std::string& event,
                       const FeedRecord& record,
                       const std::string& packet_url,
                       const Recall* recall) {
  JsonWriter json;
  json.begin_object().member("type", event).member("timestamp", format_utc(record.updated));
  json.key("data").begin_object().member("publication", record.publication);
  json.member("revision", record.revision).member("state", name_of(record.state));
  json.member("title", record.title).text_member("doc_no", record.doc_no);
  json.text_member("issuer", record.issuer).text_member("column", record.column);
  json.text_member("url", record.url).text_member("digest", record.digest);
  json.text_member("note", record.note).text_member("successor", record.successor);
  if (recall == nullptr) {
    json.member("published_at", format_utc(record.published));
    json.text_member("summary", record.summary).member("content_html", record.html);
    json.text_member("packet_url", packet_url).member("packet_bytes", record.packet_bytes);
  } else {
    json.text_member("acknowledge_url", recall->acknowledge_url);
  }
  return json.member("test", record.test).end_object().end_object().take();
}

}  // namespace

Result<FeedSecrets> read_feed_secrets(const FeedTable& settings) {
  constexpr std::string_view prefix = "whsec_";
  FeedSecrets secrets;
  if (!settings.mail_password_file.empty()) {
    secrets.mail_password = trimmed(TRY(read_secret_file(settings.mail_password_file)));
  }
  if (!settings.webhook_url.empty()) {
    const std::string text = trimmed(TRY(read_secret_file(settings.webhook_secret_file)));
    const auto bytes =
        text.starts_with(prefix) ? from_base64(std::string_view(text).substr(6)) : std::nullopt;
    constexpr size_t bytes_min = 24;  // Standard Webhooks: 24 to 64
    if (!bytes || bytes->size() < bytes_min) {
      return fail(
          ErrorCode::invalid_argument, "feed_secret_malformed", settings.webhook_secret_file);
    }
    secrets.webhook = *bytes;
  }
  return secrets;
}

FeedWays::FeedWays(FeedTable settings, FeedSecrets secrets)
    : settings_(std::move(settings)), secrets_(std::move(secrets)) {}

Status FeedWays::publish_to_folder(const Packet& packet) const {
  TRY(make_directory(settings_.folder));
  return replace_file(settings_.folder + "/" + packet.name, packet.bytes);
}

void FeedWays::drop_from_folder(const std::string& packet) const {
  if (!packet.empty()) {
    static_cast<void>(::unlink((settings_.folder + "/" + packet).c_str()));
  }
}

Status FeedWays::recall_from_folder(const FeedRecord& record, const Recall& recall) const {
  TRY(make_directory(settings_.folder));
  TRY(replace_file(settings_.folder + "/" + notice_name(record.packet),
                   "\xEF\xBB\xBF" + recall_text(record, recall)));
  if (record.state != FeedState::invalid) {
    drop_from_folder(record.packet);
  }
  return sync_directory(settings_.folder);
}

Result<SftpServer> FeedWays::sftp_server(size_t bytes) const {
  constexpr int64_t bytes_per_ms = 1000;  // a slow line; what is larger is waited for longer
  TRY(read_secret_file(settings_.sftp_key_file));  // its mode is looked at
  return SftpServer{
      .url = settings_.sftp,
      .user = settings_.sftp_user,
      .key_file = settings_.sftp_key_file,
      .known_hosts = settings_.sftp_known_hosts,
      .timeout_ms = limits::feed_call_ms_max + static_cast<int64_t>(bytes) / bytes_per_ms};
}

Status FeedWays::publish_to_sftp(const Packet& packet, const std::string& old_packet) const {
  const SftpServer server = TRY(sftp_server(packet.bytes.size()));
  TRY(sftp_put(server, packet.name, packet.bytes));
  const bool is_old = !old_packet.empty() && old_packet != packet.name;
  return is_old ? sftp_remove(server, old_packet) : Status();
}

Status FeedWays::recall_from_sftp(const FeedRecord& record, const Recall& recall) const {
  const SftpServer server = TRY(sftp_server(0));
  if (record.state != FeedState::invalid) {
    TRY(sftp_remove(server, record.packet));
  }
  return sftp_put(server, notice_name(record.packet), "\xEF\xBB\xBF" + recall_text(record, recall));
}

Result<bool> FeedWays::call(const std::string& event,
                            const FeedRecord& record,
                            const std::string& packet_url,
                            const Recall* recall) {
  HttpCall call;
  call.method = "POST";
  call.url = settings_.webhook_url;
  call.timeout_ms = limits::feed_call_ms_max;
  call.bytes_max = limits::feed_answer_bytes_max;
  call.body = event_json(event, record, packet_url, recall);
  // The same event has the same id however often it is sent, which is how a receiver knows.
  const std::string id =
      "msg_" + key_of(event + " " + record.publication + " " + std::to_string(record.revision) +
                      " " + record.digest + (recall != nullptr ? recall->id : ""));
  const std::string at = std::to_string(read_clocks().utc.ms / 1000);
  const Mac mac = hmac_sha256(secrets_.webhook, id + "." + at + "." + call.body);
  call.headers = {{"Content-Type", "application/json"},
                  {"webhook-id", id},
                  {"webhook-timestamp", at},
                  {"webhook-signature", "v1," + to_base64(mac.view())}};
  const HttpAnswer answer = TRY(client_.call(call));
  constexpr int gone = 410;
  if (answer.status == gone) {
    return fail(ErrorCode::refused, "feed_outlet_gone", {}, {settings_.webhook_url});
  }
  if (answer.status < 200 || answer.status > 299) {
    return fail(ErrorCode::unavailable,
                "feed_webhook_refused",
                {},
                {settings_.webhook_url, std::to_string(answer.status)});
  }
  const auto said = JsonValue::parse(answer.body);
  return said && said->boolean("acknowledged");
}

// Telling it twice costs it one look more.
Status FeedWays::tell_hub(const std::string& base_url) {
  for (const std::string_view feed : {"/feed.atom", "/feed.json"}) {
    HttpCall call;
    call.method = "POST";
    call.url = settings_.hub;
    call.timeout_ms = limits::feed_call_ms_max;
    call.bytes_max = limits::feed_answer_bytes_max;
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    call.body = "hub.mode=publish&hub.url=" + percent_encode(base_url + std::string(feed));
    const HttpAnswer answer = TRY(client_.call(call));
    if (answer.status < 200 || answer.status > 299) {
      return fail(ErrorCode::unavailable,
                  "feed_hub_refused",
                  {},
                  {settings_.hub, std::to_string(answer.status)});
    }
  }
  return {};
}

Status FeedWays::send(const std::string& id,
                      const std::string& subject,
                      const std::string& text,
                      const Packet* packet) const {
  Mail mail;
  mail.from = settings_.mail_from;
  mail.to = settings_.mail_to;
  mail.subject = subject;
  mail.text = text;
  mail.id = id;
  mail.at = read_clocks().utc;
  if (packet != nullptr) {
    mail.attachment_name = packet->name;
    mail.attachment = packet->bytes;
  }
  return send_mail({.url = settings_.mail_server,
                    .user = settings_.mail_user,
                    .password = secrets_.mail_password,
                    .timeout_ms = limits::feed_call_ms_max},
                   mail);
}

Status FeedWays::mail(const FeedRecord& record, const Packet& packet) const {
  const std::string text = sdk::say("media_mail_greeting", {settings_.name}) + "\n\n" +
                           sdk::say("media_mail", {record.title, std::to_string(record.revision)}) +
                           "\n\n" + sdk::say("media_verify_at", {settings_.contact}) + "\n";
  return send(key_of(packet.name + record.digest),
              sdk::say("media_mail_subject", {record.title}),
              text,
              &packet);
}

Status FeedWays::mail_recall(const FeedRecord& record, const Recall& recall) const {
  return send(key_of(recall.id),
              sdk::say("media_recall_mail_subject", {record.title}),
              recall_text(record, recall),
              nullptr);
}

std::string recall_text(const FeedRecord& record, const Recall& recall) {
  const bool stays = record.state == FeedState::invalid;
  std::string text = sdk::say(stays ? "media_invalid_subject" : "media_recall_subject") + "\n\n";
  text += sdk::say(stays ? "media_invalid" : "media_recall",
                   {record.title, record.publication, std::to_string(record.revision)}) +
          "\n";
  if (!record.note.empty()) {
    text += sdk::say("media_note", {record.note}) + "\n";
  }
  if (!record.successor.empty()) {
    text += sdk::say("media_successor", {record.successor}) + "\n";
  }
  if (!recall.acknowledge_url.empty()) {
    text += sdk::say("media_acknowledge_at", {recall.acknowledge_url}) + "\n";
  }
  return text;
}

}  // namespace gulou
