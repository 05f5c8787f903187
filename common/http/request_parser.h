// RequestParser turns bytes of one connection into requests, within limits and without a socket, so
// it can be fuzzed alone. Owned by a Session, on the server's thread. Bytes beyond the current
// request (pipelining) wait inside until next(). Anything it refuses is final for the connection.
// Door to Boost.Beast: request_parser.cc.
#pragma once

#include "common/http/message.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gulou {

class RequestParser {
 public:
  enum class State { empty, header, body, complete, failed };

  struct Refusal {
    int status = 400;
    std::string_view reason;
  };

  RequestParser(size_t header_bytes_max, size_t body_bytes_max);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  void feed(std::string_view bytes);

  State state() const { return state_; }

  Refusal refusal() const { return refusal_; }

  // Body bytes held so far.
  size_t body_bytes() const;
  // In State::body: the client waits for "100 Continue".
  bool expects_continue() const;
  // In State::complete.
  bool keep_alive() const;
  HttpRequest take();
  // After take(): starts on what is left over.
  void next();

 private:
  struct Message;

  void parse();
  void refuse(int status, std::string_view reason);
  void check_header();

  const size_t header_bytes_max_;
  const size_t body_bytes_max_;
  std::unique_ptr<Message> message_;
  std::string waiting_;  // not yet parsed
  State state_ = State::empty;
  Refusal refusal_;
};

}  // namespace gulou
