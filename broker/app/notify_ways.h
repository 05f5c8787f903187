// NotifyWays sends messages to people: by an HTTP call (robots), by mail, or through a program
// here. Secrets are read and templates compiled when it is opened. Errors name the way, never its
// address, which may be a secret. One thread; waits, bounded by the way's time-out.
#pragma once

#include "broker/app/notices.h"
#include "common/html/template.h"
#include "common/http/client.h"
#include "common/settings/notify_settings.h"
#include "common/text/language.h"

#include <map>
#include <optional>
#include <string>

namespace gulou {

// What a person gets to read, and its pieces for templates. Never anything of a release.
struct Message {
  std::string subject;
  std::string text;
  std::string sentence;
  std::string command;
  std::string who;
  std::string since;
  std::string state;  // raised, recovered, test
  std::string cause;
  std::string channel;
  uint32_t times = 0;
};

Message message_of(const Notice& notice, Language language);
Message test_message(const std::string& person, Language language);

class NotifyWays {
 public:
  // settings outlives it. Errors: those of secret files, secret_malformed, template_invalid,
  // notify_password_missing.
  static Result<NotifyWays> open(const NotifySettings& settings);

  // Errors: unavailable, refused or timed_out, with what the other side said.
  Status send(const NotifyWay& way, const NotifyPerson& person, const Message& message, Now now);

 private:
  struct Opened {
    std::optional<Template> body;
    std::string url;
    std::string sign_secret;
    std::string password;
  };

  NotifyWays() = default;

  static Result<Opened> open_one(const NotifyWay& way);
  Status call(const NotifyWay& way, const Opened& opened, const std::string& body, Now now);

  std::map<std::string, Opened, std::less<>> opened_;  // by id of the way
  HttpClient http_;
};

// DingTalk's rule: the address with time stamp and signature.
std::string signed_url(const std::string& url, const std::string& secret, Utc now);

}  // namespace gulou
