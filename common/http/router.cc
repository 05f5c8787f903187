#include "common/http/router.h"

#include "common/base/check.h"
#include "common/http/url.h"

#include <algorithm>
#include <optional>

namespace gulou {

namespace {

bool is_capture(std::string_view segment) {
  return segment.starts_with('{');
}

bool is_rest(std::string_view segment) {
  return segment.ends_with("*}");
}

// "/a//b" has the segments a, "", b: an empty one matches nothing.
std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(std::min<size_t>(path.size(), 1));
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(path.size(), slash + 1));
  }
  return segments;
}

std::string capture_name(std::string_view segment) {
  segment.remove_prefix(1);
  segment.remove_suffix(is_rest(segment) ? 2 : 1);
  return std::string(segment);
}

std::optional<PathValues> match(const std::vector<std::string>& pattern,
                                const std::vector<std::string>& path) {
  PathValues values;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (is_rest(pattern[i])) {
      std::string rest;
      for (size_t k = i; k < path.size(); ++k) {
        rest += (k == i ? "" : "/") + path[k];
      }
      values.add(capture_name(pattern[i]), std::move(rest));
      return values;
    }
    if (i >= path.size() || path[i].empty()) {
      return std::nullopt;
    }
    if (is_capture(pattern[i])) {
      values.add(capture_name(pattern[i]), path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  if (pattern.size() != path.size()) {
    return std::nullopt;
  }
  return values;
}

// Sorts literals before captures before the rest, place by place.
std::vector<int> rank(const std::vector<std::string>& segments) {
  std::vector<int> ranks;
  ranks.reserve(segments.size());
  for (const std::string& segment : segments) {
    ranks.push_back(is_rest(segment) ? 2 : is_capture(segment) ? 1 : 0);
  }
  return ranks;
}

}  // namespace

const std::string& PathValues::operator[](std::string_view name) const {
  const auto found = std::find_if(
      values_.begin(), values_.end(), [&](const auto& value) { return value.first == name; });
  CHECK(found != values_.end());
  return found->second;
}

void Router::add(std::string method, std::string_view pattern, Handler handler) {
  routes_.push_back({std::move(method), split(pattern), std::move(handler)});
  std::stable_sort(routes_.begin(), routes_.end(), [](const Route& a, const Route& b) {
    return rank(a.segments) < rank(b.segments);
  });
}

const Router::Route* Router::find(const HttpRequest& request,
                                  const std::vector<std::string>& path,
                                  PathValues& values,
                                  std::string& allowed) const {
  const Route* fallback = nullptr;
  for (const Route& route : routes_) {
    auto matched = match(route.segments, path);
    if (!matched) {
      continue;
    }
    if (route.method == request.method) {
      values = std::move(*matched);
      return &route;
    }
    if (request.method == "HEAD" && route.method == "GET" && fallback == nullptr) {
      values = std::move(*matched);
      fallback = &route;
    }
    allowed += (allowed.empty() ? "" : ", ") + route.method;
    allowed += route.method == "GET" ? ", HEAD" : "";
  }
  return fallback;
}

void Router::serve(HttpRequest request, Responder responder) const {
  std::vector<std::string> path = split(request.path);
  for (std::string& segment : path) {
    segment = percent_decode(segment).value_or("");
  }
  PathValues values;
  std::string allowed;
  if (const Route* route = find(request, path, values, allowed)) {
    route->handler(std::move(request), values, std::move(responder));
    return;
  }
  const std::string_view language = request.header("accept-language");
  if (allowed.empty()) {
    const Error error{
        .code = ErrorCode::not_found, .reason = "http_not_found", .args = {request.path}};
    responder.answer(problem_answer(error, sentences_, language));
    return;
  }
  const Error error{.code = ErrorCode::invalid_argument,
                    .reason = "http_method_not_allowed",
                    .args = {request.method, allowed}};
  Problem problem = problem_of({&error, 1}, sentences_, language);
  problem.status = 405;
  HttpResponse response = problem_answer(problem);
  response.add("Allow", allowed);
  responder.answer(std::move(response));
}

}  // namespace gulou
