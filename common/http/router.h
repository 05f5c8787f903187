// Router picks a handler by method and path pattern: "/v1/releases/{id}" captures one segment,
// "/files/{rest*}" the remainder. Captures are decoded after splitting, so an encoded slash stays
// in its segment. Filled at start, then only read; serve() fits as an HttpServer's handler. A HEAD
// without a handler of its own is served by GET's. Literal segments go before captures.
#pragma once

#include "common/http/message.h"
#include "common/http/problem.h"
#include "common/http/server.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

class PathValues {
 public:
  // The captured value; asking for a name the pattern does not have is a bug.
  const std::string& operator[](std::string_view name) const;

  void add(std::string name, std::string value) {
    values_.emplace_back(std::move(name), std::move(value));
  }

 private:
  HttpFields values_;
};

class Router {
 public:
  using Handler = std::function<void(HttpRequest, const PathValues&, Responder)>;

  explicit Router(Sentences sentences) : sentences_(std::move(sentences)) {}

  void add(std::string method, std::string_view pattern, Handler handler);
  // Answers 404, or 405 with Allow, itself.
  void serve(HttpRequest request, Responder responder) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;  // "v1", "{id}", "{rest*}"
    Handler handler;
  };

  const Route* find(const HttpRequest& request,
                    const std::vector<std::string>& path,
                    PathValues& values,
                    std::string& allowed) const;

  Sentences sentences_;
  std::vector<Route> routes_;
};

}  // namespace gulou
