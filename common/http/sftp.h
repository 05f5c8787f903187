// Files put on somebody's SFTP server, or taken away from it, bounded in time. The server is known
// by a known_hosts file and by nothing else, we by a key file; passwords are not used. A file comes
// under a name of its own and gets its name when it is whole. Any thread. Door to libcurl: sftp.cc.
#pragma once

#include "common/base/limits.h"
#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gulou {

struct SftpServer {
  std::string url;  // sftp://HOST:PORT/DIR, an absolute directory, made where it is missing
  std::string user;
  std::string key_file;     // our private key, without a passphrase
  std::string known_hosts;  // file with the server's key, as OpenSSH writes it
  int64_t timeout_ms = limits::http_client_ms_default;
};

// Putting the same name again replaces it; removing what is not there is good. Errors of both:
// refused sftp_host_unknown, sftp_login_refused; unavailable sftp_connect_failed, sftp_refused,
// which may have been done.
Status sftp_put(const SftpServer& server, const std::string& name, std::string_view bytes);
Status sftp_remove(const SftpServer& server, const std::string& name);

}  // namespace gulou
