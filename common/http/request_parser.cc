#include "common/http/request_parser.h"

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/http/url.h"

#include <algorithm>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

namespace gulou {

namespace beast = boost::beast;
using BeastError = beast::http::error;

struct RequestParser::Message {
  beast::http::request_parser<beast::http::string_body> parser;
  bool header_checked = false;
};

namespace {

constexpr size_t chunked_end_bytes = 5;

std::string lower(beast::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

RequestParser::RequestParser(size_t header_bytes_max, size_t body_bytes_max)
    : header_bytes_max_(header_bytes_max), body_bytes_max_(body_bytes_max) {
  next();
}

RequestParser::~RequestParser() = default;

void RequestParser::feed(std::string_view bytes) {
  if (state_ == State::failed) {
    return;
  }
  waiting_ += bytes;
  if (state_ != State::complete) {
    parse();
  }
}

void RequestParser::next() {
  message_ = std::make_unique<Message>();
  message_->parser.header_limit(static_cast<uint32_t>(header_bytes_max_));
  message_->parser.body_limit(body_bytes_max_);
  message_->parser.eager(true);
  state_ = State::empty;
  parse();
}

void RequestParser::parse() {
  auto& parser = message_->parser;
  if (waiting_.empty()) {
    return;
  }
  // Beast asserts that it never sees less of a chunked body than its shortest end, "0\r\n\r\n".
  // A whole one always has that much to come.
  if (parser.is_header_done() && parser.chunked() && waiting_.size() < chunked_end_bytes) {
    return;
  }
  boost::system::error_code error;
  const size_t used = parser.put({waiting_.data(), waiting_.size()}, error);
  waiting_.erase(0, used);
  if (parser.is_header_done() && !message_->header_checked) {
    message_->header_checked = true;
    check_header();
    if (state_ == State::failed) {
      return;
    }
  }
  const bool more_to_come = (!error || error == BeastError::need_more) && !parser.is_done();
  // A chunk header or trailer that never ends.
  const bool endless = more_to_come && waiting_.size() > header_bytes_max_;
  if (error == BeastError::header_limit || endless) {
    refuse(431, "http_header_too_large");
  } else if (error == BeastError::body_limit || error == BeastError::buffer_overflow) {
    refuse(413, "http_body_too_large");
  } else if (error && error != BeastError::need_more) {
    refuse(400, "http_request_malformed");
  } else if (parser.is_done()) {
    state_ = State::complete;
  } else {
    state_ = parser.is_header_done() ? State::body : State::header;
  }
}

void RequestParser::check_header() {
  const auto& message = message_->parser.get();
  const auto method = message.method_string();
  if (message.version() == 11 && message.count(beast::http::field::host) != 1) {
    refuse(400, "http_request_malformed");
  } else if (message.count(beast::http::field::transfer_encoding) > 0 &&
             !message_->parser.chunked()) {
    refuse(501, "http_encoding_unknown");
  } else if (method == "CONNECT" ||
             !parse_target({message.target().data(), message.target().size()})) {
    refuse(400, "http_target_malformed");
  }
}

void RequestParser::refuse(int status, std::string_view reason) {
  state_ = State::failed;
  refusal_ = {.status = status, .reason = reason};
  message_ = std::make_unique<Message>();
  waiting_.clear();
}

size_t RequestParser::body_bytes() const {
  return message_->parser.get().body().size();
}

bool RequestParser::expects_continue() const {
  const auto& message = message_->parser.get();
  return message.version() == 11 &&
         beast::iequals(message[beast::http::field::expect], "100-continue");
}

bool RequestParser::keep_alive() const {
  return message_->parser.keep_alive();
}

HttpRequest RequestParser::take() {
  CHECK(state_ == State::complete);
  auto message = message_->parser.release();
  HttpRequest request;
  request.method = std::string(message.method_string());
  auto target = parse_target({message.target().data(), message.target().size()});
  CHECK(target.has_value());
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& field : message) {
    request.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

}  // namespace gulou
