// Mail hands one message to one SMTP server and waits, bounded in time. With a password, the
// connection must be encrypted unless the server is this machine; without, it is where the server
// offers it. Any thread. Door to libcurl: mail.cc. Errors name the server, never the password.
#pragma once

#include "common/base/limits.h"
#include "common/base/result.h"
#include "common/base/time.h"

#include <cstdint>
#include <string>

namespace gulou {

struct Mail {
  std::string from;  // NAME@HOST, checked by whoever gives it
  std::string to;
  std::string subject;
  std::string text;  // plain, UTF-8
  std::string id;    // one of its own for each message: what Message-ID holds before the @
  Utc at;
  std::string attachment_name;  // empty: none
  std::string attachment;
};

struct MailServer {
  std::string url;   // smtp://HOST:PORT or smtps://HOST:PORT
  std::string user;  // empty: no login
  std::string password;
  std::string ca_file;  // PEM, trusted in place of the system's; empty: the system's
  int64_t timeout_ms = limits::http_client_ms_default;
};

// As it goes over the wire (RFC 5322 and 2047), lines ending with CR LF.
std::string mail_text(const Mail& mail);

// Good: the server has taken it. Errors: unavailable mail_connect_failed (nothing was sent);
// refused mail_login_refused, mail_refused, http_tls_untrusted; timed_out mail_unclear.
Status send_mail(const MailServer& server, const Mail& mail);

}  // namespace gulou
