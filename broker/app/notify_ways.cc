#include "broker/app/notify_ways.h"

#include "common/base/base64.h"
#include "common/base/run_command.h"
#include "common/crypto/key_file.h"
#include "common/crypto/mac.h"
#include "common/http/mail.h"
#include "common/http/url.h"
#include "common/json/value.h"
#include "common/text/catalogue.h"

#include <cstdlib>
#include <span>
#include <utility>

namespace gulou {
namespace {

std::string say(Language language, std::string_view reason, std::vector<std::string> args) {
  return sentence(language, reason, {}, args);
}

Result<std::string> read_secret_line(const std::string& path) {
  std::string secret = TRY(read_secret_file(path));
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) {
    secret.pop_back();
  }
  const bool good = !secret.empty() && secret.find_first_of(" \n\r\t\"<>") == std::string::npos;
  if (!good) {
    return fail(ErrorCode::invalid_argument, "secret_malformed", path);
  }
  return secret;
}

TemplateData data_of(const NotifyPerson& person, const Message& message) {
  TemplateData data;
  data.set("text", message.text)
      .set("subject", message.subject)
      .set("sentence", message.sentence)
      .set("command", message.command)
      .set("who", message.who)
      .set("since", message.since)
      .set("state", message.state)
      .set("cause", message.cause)
      .set("channel", message.channel)
      .set("times", message.times)
      .set("name", person.name)
      .set("mail", person.mail)
      .set("phone", person.phone);
  return data;
}

// The same error without the address.
Error without(Error error, const std::string& address, const std::string& way) {
  for (std::string& arg : error.args) {
    for (size_t at = arg.find(address); at != std::string::npos; at = arg.find(address, at)) {
      arg.replace(at, address.size(), way);
      at += way.size();
    }
  }
  return error;
}

Status check_answer(const NotifyWay& way, const HttpAnswer& answer) {
  constexpr int good_first = 200;
  constexpr int good_end = 300;
  if (answer.status < good_first || answer.status >= good_end) {
    return fail(ErrorCode::refused, "notify_answer", {}, {way.id, std::to_string(answer.status)});
  }
  const auto parsed = JsonValue::parse(answer.body);
  if (!parsed || way.answer_field.empty() || parsed->at(way.answer_field).is_null()) {
    return {};
  }
  const JsonValue& result = parsed->at(way.answer_field);
  const std::string said =
      result.is_text() ? std::string(result.text()) : std::to_string(result.integer());
  if (said != way.answer_good) {
    constexpr size_t why_bytes_max = 200;
    return fail(ErrorCode::refused,
                "notify_refused",
                {},
                {way.id, said, std::string(parsed->text("errmsg").substr(0, why_bytes_max))});
  }
  return {};
}

}  // namespace

Message message_of(const Notice& notice, Language language) {
  const NoticeSent& record = notice.record;
  Message message;
  message.since = format_shanghai(record.since);
  message.times = record.times;
  message.cause = record.cause.substr(0, record.cause.find('/'));
  if (notice.what != nullptr) {
    const Attention& what = *notice.what;
    message.state = "raised";
    message.channel = what.channel;
    message.sentence = sentence_of(language, what);
    message.command = what.command;
    message.who = word(language, what.who);
  } else {
    const std::string subject = record.cause.substr(
        message.cause.size(), record.cause.size() - message.cause.size() - record.to.size() - 1);
    message.state = "recovered";
    message.sentence = say(language,
                           "notice_recovered",
                           {std::string(word(language, "cause", message.cause)),
                            subject.empty() ? std::string() : " " + subject.substr(1)});
  }
  message.subject = say(language, "notice_title", {message.sentence});
  message.text = message.subject + "\n" +
                 (record.times > 1 && notice.what != nullptr
                      ? say(language, "notice_again", {message.since, std::to_string(record.times)})
                      : say(language, "notice_since", {message.since}));
  if (!message.command.empty()) {
    message.text += "\n" + say(language, "notice_next", {message.who, message.command});
  }
  return message;
}

Message test_message(const std::string& person, Language language) {
  Message message;
  message.state = "test";
  message.cause = "test";
  message.sentence = say(language, "notice_test", {person});
  message.subject = say(language, "notice_title", {message.sentence});
  message.text = message.subject;
  return message;
}

std::string signed_url(const std::string& url, const std::string& secret, Utc now) {
  const std::string stamp = std::to_string(now.ms);
  const std::string sign = to_base64(hmac_sha256(secret, stamp + "\n" + secret).view());
  return url + (url.find('?') == std::string::npos ? "?" : "&") + "timestamp=" + stamp +
         "&sign=" + percent_encode(sign);
}

Result<NotifyWays::Opened> NotifyWays::open_one(const NotifyWay& way) {
  Opened opened;
  opened.url = way.url_file.empty() ? way.url : TRY(read_secret_line(way.url_file));
  if (way.kind == NotifyKind::webhook) {
    if (!opened.url.starts_with("http://") && !opened.url.starts_with("https://")) {
      return fail(ErrorCode::invalid_argument, "secret_malformed", way.url_file);
    }
    opened.body = TRY(Template::compile("notify.toml: " + way.id, way.body, Escape::json));
  }
  if (!way.sign_secret_file.empty()) {
    opened.sign_secret = TRY(read_secret_line(way.sign_secret_file));
  }
  if (!way.password_file.empty()) {
    opened.password = TRY(read_secret_line(way.password_file));
  }
  if (!way.password_variable.empty()) {
    const char* password = std::getenv(way.password_variable.c_str());
    if (password == nullptr) {
      return fail(
          ErrorCode::not_found, "notify_password_missing", {}, {way.id, way.password_variable});
    }
    opened.password = password;
  }
  return opened;
}

Result<NotifyWays> NotifyWays::open(const NotifySettings& settings) {
  NotifyWays ways;
  for (const NotifyWay& way : settings.ways) {
    Opened opened = TRY(open_one(way));
    ways.opened_.emplace(way.id, std::move(opened));
  }
  return ways;
}

Status NotifyWays::call(const NotifyWay& way,
                        const Opened& opened,
                        const std::string& body,
                        Now now) {
  HttpCall call{.method = "POST",
                .url = opened.url,
                .headers = {{"Content-Type", way.content_type}},
                .body = body,
                .timeout_ms = way.timeout_ms,
                .bytes_max = limits::notice_answer_bytes_max};
  if (!opened.sign_secret.empty()) {
    call.url = signed_url(opened.url, opened.sign_secret, now.utc);
  }
  const auto answer = http_.call(call);
  if (!answer) {
    return fail(without(without(answer.error(), call.url, way.id), opened.url, way.id));
  }
  return check_answer(way, *answer);
}

Status NotifyWays::send(const NotifyWay& way,
                        const NotifyPerson& person,
                        const Message& message,
                        Now now) {
  const Opened& opened = opened_.find(way.id)->second;
  switch (way.kind) {
    case NotifyKind::webhook:
      return call(way, opened, opened.body->render(data_of(person, message)), now);
    case NotifyKind::smtp:
      return send_mail(
          {.url = opened.url,
           .user = way.user,
           .password = opened.password,
           .timeout_ms = way.timeout_ms},
          {.from = way.from,
           .to = person.mail,
           .subject = message.subject,
           .text = message.text + "\n",
           .id = "gulou." + std::to_string(now.utc.ms) + "." + std::to_string(now.mono.ms),
           .at = now.utc});
    case NotifyKind::command:
      return run_command(way.command, message.text + "\n", way.timeout_ms);
  }
  return {};
}

}  // namespace gulou
