// FeedWeb answers what an outlet fetches: the feed in both forms, packets, and the page on which an
// editor acknowledges a recall. It reads files of the store's directory and writes one kind, the
// acknowledgement. Runs on the web server's thread.
#pragma once

#include "common/http/message.h"

#include <string>

namespace gulou {

class FeedWeb {
 public:
  // token: what readers must show as a bearer token or ?token=; empty: nothing.
  // hub: a WebSub hub that feeds lead to, with base_url as their own address; empty: none.
  FeedWeb(std::string directory, std::string token, std::string base_url, std::string hub)
      : directory_(std::move(directory)),
        token_(std::move(token)),
        base_url_(std::move(base_url)),
        hub_(std::move(hub)) {}

  HttpResponse answer(const HttpRequest& request) const;

 private:
  bool may_read(const HttpRequest& request) const;
  HttpResponse file(const std::string& name, std::string_view type, size_t bytes_max) const;
  HttpResponse feed(const std::string& name, std::string_view type) const;
  HttpResponse acknowledge(const HttpRequest& request, const std::string& recall) const;

  std::string directory_;
  std::string token_;
  std::string base_url_;
  std::string hub_;
};

}  // namespace gulou
