#include "common/http/session.h"

#include "common/base/limits.h"
#include "common/http/harden.h"

#include <algorithm>
#include <chrono>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <unistd.h>

namespace gulou {

namespace asio = boost::asio;
using boost::system::error_code;

Session::Session(HttpEngine& engine, TcpSocket socket, std::string peer)
    : engine_(engine),
      stream_(
          engine.tls() != nullptr
              ? decltype(stream_)(std::in_place_type<TlsStream>, std::move(socket), *engine.tls())
              : decltype(stream_)(std::in_place_type<TcpSocket>, std::move(socket))),
      timer_(engine.io()),
      peer_(std::move(peer)),
      parser_(engine.options().header_bytes_max, engine.options().body_bytes_max) {}

TcpSocket& Session::socket() {
  auto* tls = std::get_if<TlsStream>(&stream_);
  return tls != nullptr ? tls->next_layer() : std::get<TcpSocket>(stream_);
}

void Session::start() {
  auto* tls = std::get_if<TlsStream>(&stream_);
  if (tls == nullptr) {
    wait_for_request();
    return;
  }
  set_deadline(engine_.options().request_ms_max);
  tls->async_handshake(asio::ssl::stream_base::server,
                       [self = shared_from_this()](const error_code& error) {
                         if (self->phase_ == Phase::closed) {
                           return;
                         }
                         error ? self->close() : self->wait_for_request();
                       });
}

void Session::refuse_busy() {
  fail(503, "http_busy");
}

void Session::read() {
  if (reading_) {
    return;
  }
  reading_ = true;
  Done done = [self = shared_from_this()](const error_code& error, size_t bytes) {
    self->on_read(error, bytes);
  };
  std::visit([&](auto& stream) { stream.async_read_some(asio::buffer(input_), std::move(done)); },
             stream_);
}

void Session::write(std::string_view first, std::string_view second, Done done) {
  const std::array buffers{asio::const_buffer(first.data(), first.size()),
                           asio::const_buffer(second.data(), second.size())};
  std::visit([&](auto& stream) { asio::async_write(stream, buffers, std::move(done)); }, stream_);
}

void Session::set_deadline(int64_t ms) {
  timer_.expires_after(std::chrono::milliseconds(ms));
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    // A timer set anew may already have its old call queued.
    if (!error && self->timer_.expiry() <= std::chrono::steady_clock::now()) {
      self->on_deadline();
    }
  });
}

void Session::on_read(const error_code& error, size_t bytes) {
  reading_ = false;
  switch (phase_) {
    case Phase::idle:
    case Phase::reading:
      if (error) {
        close();
        return;
      }
      parser_.feed({input_.data(), bytes});
      advance();
      return;
    case Phase::streaming:
    case Phase::lingering:
      // Whatever comes is of no interest, only that it ends.
      error ? close() : read();
      return;
    case Phase::handshake:
    case Phase::handling:
    case Phase::writing:  // the read that was under way when the request was given up
    case Phase::closed:
      return;
  }
}

void Session::on_deadline() {
  switch (phase_) {
    case Phase::reading:
      if (writing_) {
        close();
      } else {
        fail(408, "http_request_too_slow");
      }
      return;
    case Phase::handling:
      fail(504, "http_answer_too_slow");
      return;
    case Phase::streaming:
      if (writing_) {
        close();
      } else {
        send_own(":\n\n");
      }
      return;
    case Phase::handshake:
    case Phase::idle:
    case Phase::writing:
    case Phase::lingering:
      close();
      return;
    case Phase::closed:
      return;
  }
}

void Session::wait_for_request() {
  if (engine_.stopping()) {
    close();
    return;
  }
  phase_ = Phase::idle;
  idle_since_ = read_clocks().mono;
  set_deadline(engine_.options().idle_ms_max);
  advance();
}

// Moves on with what the parser has.
void Session::advance() {
  const RequestParser::State state = parser_.state();
  if (state == RequestParser::State::empty) {
    read();
    return;
  }
  if (phase_ == Phase::idle) {
    phase_ = Phase::reading;
    set_deadline(engine_.options().request_ms_max);
  }
  if (state == RequestParser::State::failed) {
    fail(parser_.refusal().status, parser_.refusal().reason);
    return;
  }
  const size_t body_bytes = parser_.body_bytes();
  if (!engine_.claim_body(body_bytes - body_claimed_bytes_)) {
    fail(503, "http_busy");
    return;
  }
  body_claimed_bytes_ = body_bytes;
  if (state == RequestParser::State::complete) {
    handle();
  } else if (state == RequestParser::State::body && !continued_ && parser_.expects_continue()) {
    send_continue();
  } else {
    read();
  }
}

void Session::send_continue() {
  continued_ = true;
  writing_ = true;
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  write(go_on, {}, [self = shared_from_this()](const error_code& error, size_t) {
    self->writing_ = false;
    if (self->phase_ != Phase::reading) {
      return;
    }
    error ? self->close() : self->read();
  });
}

void Session::handle() {
  keep_alive_ = parser_.keep_alive();
  HttpRequest request = parser_.take();
  request.peer = peer_;
  request.secure = std::holds_alternative<TlsStream>(stream_);
  head_only_ = request.method == "HEAD";
  language_ = request.header("accept-language");
  phase_ = Phase::handling;
  if (!engine_.rate_allows(peer_)) {
    engine_.count_refusal();
    HttpResponse response = engine_.refusal(429, "http_rate_exceeded", language_);
    response.add("Retry-After", "1");
    answer(std::move(response));
    return;
  }
  set_deadline(engine_.options().answer_ms_max);
  engine_.dispatch(*this, std::move(request), exchange_);
}

void Session::fail(int status, std::string_view reason) {
  engine_.count_refusal();
  keep_alive_ = false;
  end_exchange();
  phase_ = Phase::handling;
  answer(engine_.refusal(status, reason, language_));
}

void Session::answer(HttpResponse response) {
  if (phase_ != Phase::handling) {
    return;
  }
  end_exchange();
  phase_ = Phase::writing;
  keep_alive_ = keep_alive_ && !engine_.stopping();
  response_ = std::move(response);
  harden(response_, engine_.tls() != nullptr);
  head_ = head_of(response_, {.keep_alive = keep_alive_}, read_clocks().utc);
  body_left_bytes_ = head_only_ ? 0 : body_bytes_of(response_);
  body_sent_bytes_ = 0;
  write_piece();
}

void Session::write_piece() {
  const auto piece = next_piece();
  if (!piece) {
    close();  // the file is shorter than promised
    return;
  }
  body_sent_bytes_ += piece->size();
  body_left_bytes_ -= piece->size();
  set_deadline(engine_.options().request_ms_max);
  write(head_, *piece, [self = shared_from_this()](const error_code& error, size_t) {
    if (self->phase_ != Phase::writing) {
      return;
    }
    if (error) {
      self->close();
      return;
    }
    self->head_.clear();
    self->body_left_bytes_ > 0 ? self->write_piece() : self->finish_answer();
  });
}

std::optional<std::string_view> Session::next_piece() {
  const size_t bytes =
      static_cast<size_t>(std::min<uint64_t>(body_left_bytes_, limits::http_write_bytes));
  if (bytes == 0) {
    return std::string_view{};
  }
  if (const auto* text = std::get_if<std::string>(&response_.body)) {
    return std::string_view(*text).substr(body_sent_bytes_, bytes);
  }
  if (const auto* shared = std::get_if<SharedBytes>(&response_.body)) {
    return std::string_view(**shared).substr(body_sent_bytes_, bytes);
  }
  const auto& range = std::get<FileRange>(response_.body);
  piece_.resize(bytes);
  const ssize_t got = ::pread(
      range.file.fd(), piece_.data(), bytes, static_cast<off_t>(range.offset + body_sent_bytes_));
  if (got <= 0) {
    return std::nullopt;
  }
  return std::string_view(piece_).substr(0, static_cast<size_t>(got));
}

void Session::finish_answer() {
  release_body();
  response_ = {};
  std::string().swap(piece_);
  continued_ = false;
  language_.clear();
  if (!keep_alive_) {
    linger();
    return;
  }
  parser_.next();
  wait_for_request();
}

void Session::start_events(HttpFields headers, std::shared_ptr<EventLink> link) {
  if (head_only_) {
    link->open = false;
    answer({.headers = {{"Content-Type", "text/event-stream"}}});
    return;
  }
  if (!engine_.claim_stream()) {
    link->open = false;
    fail(503, "http_busy");
    return;
  }
  phase_ = Phase::streaming;
  link_ = std::move(link);
  release_body();
  HttpResponse response{.headers = std::move(headers)};
  response.add("Content-Type", "text/event-stream");
  response.add("Cache-Control", "no-store");
  harden(response, engine_.tls() != nullptr);
  const HeadOptions options{.keep_alive = false, .length = false};
  send_own(head_of(response, options, read_clocks().utc) + "retry: 2000\n\n");
  read();
}

// What the sending end has not counted.
void Session::send_own(std::string_view text) {
  link_->queued_bytes += text.size();
  send_event(text);
}

void Session::send_event(std::string_view text) {
  if (phase_ != Phase::streaming) {
    return;
  }
  events_waiting_ += text;
  flush_events();
}

void Session::end_events() {
  events_ending_ = true;
  if (phase_ == Phase::streaming) {
    flush_events();
  }
}

void Session::flush_events() {
  if (writing_) {
    return;
  }
  if (events_waiting_.empty()) {
    if (events_ending_) {
      linger();
    } else {
      set_deadline(limits::http_event_beat_ms);
    }
    return;
  }
  writing_ = true;
  events_going_.swap(events_waiting_);
  events_waiting_.clear();
  set_deadline(engine_.options().request_ms_max);
  write(events_going_, {}, [self = shared_from_this()](const error_code& error, size_t) {
    self->writing_ = false;
    if (self->phase_ != Phase::streaming) {
      return;
    }
    if (error) {
      self->close();
      return;
    }
    self->link_->queued_bytes -= self->events_going_.size();
    self->events_going_.clear();
    self->flush_events();
  });
}

// Ends our side and reads on for a moment: closing at once would reset the connection, and the
// client might lose the answer it has not read yet.
void Session::linger() {
  end_exchange();
  phase_ = Phase::lingering;
  error_code ignored;
  socket().shutdown(TcpSocket::shutdown_send, ignored);
  set_deadline(limits::http_linger_ms_max);
  read();
}

void Session::stop() {
  if (phase_ != Phase::handling && phase_ != Phase::writing) {
    close();
  }
}

void Session::close() {
  if (phase_ == Phase::closed) {
    return;
  }
  end_exchange();
  phase_ = Phase::closed;
  release_body();
  timer_.cancel();
  error_code ignored;
  socket().close(ignored);
  engine_.forget(*this);
}

// After this no answer for the request arrives any more.
void Session::end_exchange() {
  if (exchange_ != 0) {
    engine_.forget_exchange(exchange_);
    exchange_ = 0;
  }
  if (link_) {
    link_->open = false;
    link_.reset();
    engine_.release_stream();
  }
}

void Session::release_body() {
  engine_.release_body(body_claimed_bytes_);
  body_claimed_bytes_ = 0;
}

}  // namespace gulou
