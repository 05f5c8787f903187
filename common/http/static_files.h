// Answers GET and HEAD with files below a directory: nothing outside it, no hidden names, no
// symbolic links below the root (the root itself may be one), a folder as its index.html. ETag, 304
// and one range are handled. Any thread; reads only metadata, the server streams the bytes.
#pragma once

#include "common/http/message.h"

#include <string>
#include <string_view>

namespace gulou {

// What browsers may do with pages served from here: only our own files, no frames around us.
struct SitePolicy {
  std::string content_security =
      "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
      "font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; "
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  std::string cache_control = "no-cache";  // keep, but ask; the ETag makes asking cheap
};

// The file request.path names; 404, 405 or 301 (folder without its slash) otherwise.
HttpResponse file_answer(const HttpRequest& request,
                         const std::string& root,
                         const SitePolicy& policy = {});
// The same for another path than the request's, still encoded: "/news/1.html".
HttpResponse file_answer(const HttpRequest& request,
                         const std::string& root,
                         std::string_view path,
                         const SitePolicy& policy);
// Bytes in memory as if they were a file of that name.
HttpResponse bytes_answer(const HttpRequest& request,
                          SharedBytes bytes,
                          std::string_view name,
                          const SitePolicy& policy = {});

// By the ending of a name: "text/html; charset=utf-8"; unknown: "application/octet-stream".
std::string_view content_type_of(std::string_view name);

}  // namespace gulou
