#include "adapters/feed/web.h"

#include "adapters/sdk/content.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/mac.h"
#include "common/text/catalogue.h"

#include <unistd.h>

namespace gulou {
namespace {

// In both languages: whoever asks is a program of an outlet, or its author.
std::string both(std::string_view reason) {
  return sentence(Language::zh, reason, {}, {}) + "\n" + sentence(Language::en, reason, {}, {}) +
         "\n";
}

HttpResponse not_found() {
  return text_answer(404, "text/plain; charset=utf-8", both("media_not_found"));
}

HttpResponse page(std::string_view reason, bool with_button) {
  const std::string heading = sdk::say("media_acknowledgement");
  std::string html =
      "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>" + heading;
  html.append("</title><main><h1>").append(heading).append("</h1><p>");
  html.append(sdk::say(reason)).append("</p>");
  if (with_button) {
    html.append("<form method=\"post\"><button>").append(sdk::say("media_acknowledge"));
    html.append("</button></form>");
  }
  return text_answer(200, "text/html; charset=utf-8", html + "</main></html>\n");
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
         name.find('%') == std::string_view::npos;
}

}  // namespace

bool FeedWeb::may_read(const HttpRequest& request) const {
  constexpr std::string_view bearer = "Bearer ";
  const std::string_view header = request.header("authorization");
  const std::string_view shown = header.starts_with(bearer)
                                     ? header.substr(bearer.size())
                                     : request.parameter("token").value_or(std::string_view());
  return token_.empty() || equal_in_constant_time(shown, token_);
}

HttpResponse FeedWeb::file(const std::string& name, std::string_view type, size_t bytes_max) const {
  auto bytes = read_file(directory_ + name, bytes_max);
  return bytes ? text_answer(200, type, std::move(*bytes)) : not_found();
}

// A subscriber finds the hub in the header (WebSub 4).
HttpResponse FeedWeb::feed(const std::string& name, std::string_view type) const {
  HttpResponse response = file(name, type, limits::feed_packet_bytes_max);
  if (!hub_.empty() && response.status == 200) {
    response.add("Link", "<" + hub_ + ">; rel=\"hub\", <" + base_url_ + name + ">; rel=\"self\"");
  }
  return response;
}

// A link in a mail is opened by scanners too, so only the button counts.
HttpResponse FeedWeb::acknowledge(const HttpRequest& request, const std::string& recall) const {
  const std::string path = directory_ + "/recalls/" + recall;
  if (!is_plain_name(recall) || ::access(path.c_str(), F_OK) != 0) {
    return not_found();
  }
  if (request.method != "POST") {
    return page("media_acknowledge_after", true);
  }
  if (!replace_file(path + ".acknowledged", "")) {
    return text_answer(503, "text/plain; charset=utf-8", both("media_later"));
  }
  return page("media_acknowledged", false);
}

HttpResponse FeedWeb::answer(const HttpRequest& request) const {
  constexpr std::string_view acknowledging = "/acknowledge/";
  constexpr std::string_view packets = "/packets/";
  if (request.path.starts_with(acknowledging)) {
    return acknowledge(request, request.path.substr(acknowledging.size()));
  }
  if (!may_read(request)) {
    HttpResponse refused =
        text_answer(401, "text/plain; charset=utf-8", both("media_token_needed"));
    refused.add("WWW-Authenticate", "Bearer");
    return refused;
  }
  if (request.path == "/feed.atom") {
    return feed(request.path, "application/atom+xml; charset=utf-8");
  }
  if (request.path == "/feed.json") {
    return feed(request.path, "application/feed+json; charset=utf-8");
  }
  if (request.path.starts_with(packets) && is_plain_name(request.path.substr(packets.size()))) {
    return file(request.path, "application/zip", limits::archive_bytes_max);
  }
  return not_found();
}

}  // namespace gulou
