#include "common/http/server.h"

#include "common/base/check.h"
#include "common/base/log.h"
#include "common/http/session.h"

#include <algorithm>
#include <chrono>

#include <boost/asio/post.hpp>
#include <sys/stat.h>

namespace gulou {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

HttpEngine::HttpEngine(HttpServerOptions options, HttpServer::Handler handler)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      rates_(options_.requests_per_second_max) {
  if (options_.metrics == nullptr) {
    return;
  }
  Metrics& metrics = *options_.metrics;
  const std::string_view label = options_.metrics_label;
  requests_total_ = &metrics.counter("gulou_http_requests_total", "Requests handled", label);
  refused_total_ = &metrics.counter(
      "gulou_http_refused_total", "Requests and connections refused by a limit", label);
  connections_ = &metrics.gauge("gulou_http_connections", "Open connections", label);
}

namespace {

Status listen_error(const error_code& error, const std::string& address, uint16_t port) {
  const std::string place = address + ":" + std::to_string(port);
  if (error == asio::error::address_in_use) {
    return fail(ErrorCode::already_exists, "port_in_use", {}, {place});
  }
  if (error == asio::error::access_denied) {
    return fail(ErrorCode::refused, "port_not_permitted", {}, {place});
  }
  if (error == boost::system::errc::address_not_available) {
    return fail(ErrorCode::invalid_argument, "address_not_here", {}, {place});
  }
  return fail(ErrorCode::invalid_argument, "address_unusable", {}, {place, error.message()});
}

std::string address_text(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

Status HttpEngine::open(const std::string& address, uint16_t port) {
  TRY(load_tls());
  error_code error;
  const auto ip = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
  if (error) {
    return listen_error(error, address, port);
  }
  const tcp::endpoint endpoint(ip, port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error) {
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    error_code ignored;
    acceptor_.close(ignored);
    return listen_error(error, address, port);
  }
  port_ = acceptor_.local_endpoint(error).port();
  accept();
  return {};
}

Status HttpEngine::load_tls() {
  if (options_.certificate_file.empty() && options_.key_file.empty()) {
    return {};
  }

  struct stat status {};

  if (::stat(options_.key_file.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    return fail(ErrorCode::refused, "tls_key_readable_by_others", {}, {options_.key_file});
  }
  error_code error;
  tls_.emplace(asio::ssl::context::tls_server);
  tls_->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1,
                    error);
  tls_->use_certificate_chain_file(options_.certificate_file, error);
  if (error) {
    return fail(ErrorCode::invalid_argument,
                "tls_certificate_unusable",
                {},
                {options_.certificate_file, error.message()});
  }
  tls_->use_private_key_file(options_.key_file, asio::ssl::context::pem, error);
  if (error) {
    return fail(
        ErrorCode::invalid_argument, "tls_key_unusable", {}, {options_.key_file, error.message()});
  }
  return {};
}

void HttpEngine::run() {
  io_.run();
}

void HttpEngine::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (stopping_ || error == asio::error::operation_aborted) {
      return;
    }
    if (!error) {
      admit(std::move(socket));
      accept();
      return;
    }
    if (error == asio::error::connection_aborted) {
      accept();
      return;
    }
    // Most likely out of descriptors: trying again at once would only burn the processor.
    log::warn("http.accept_failed", {{"error", error.message()}});
    accept_pause_.expires_after(std::chrono::milliseconds(100));
    accept_pause_.async_wait([this](const error_code& stopped) {
      if (!stopped && !stopping_) {
        accept();
      }
    });
  });
}

void HttpEngine::admit(tcp::socket socket) {
  error_code error;
  socket.set_option(tcp::no_delay(true), error);
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) {
    return;  // gone already
  }
  const bool full = sessions_.size() >= options_.connections_max && !make_room();
  if (full && (tls_ || sessions_.size() >= options_.connections_max + limits::http_refusals_max)) {
    count_refusal();
    return;
  }
  const auto session =
      std::make_shared<Session>(*this, std::move(socket), address_text(peer.address()));
  sessions_.insert(session);
  count_connections();
  full ? session->refuse_busy() : session->start();
}

// Closes the connection that has been idle longest, so that sleepers cannot lock others out.
bool HttpEngine::make_room() {
  std::shared_ptr<Session> sleeper;
  for (const auto& session : sessions_) {
    if (session->idle() && (!sleeper || session->idle_since() < sleeper->idle_since())) {
      sleeper = session;
    }
  }
  if (!sleeper) {
    return false;
  }
  sleeper->close();
  return true;
}

void HttpEngine::dispatch(Session& session, HttpRequest request, uint64_t& exchange) {
  if (requests_total_ != nullptr) {
    requests_total_->add();
  }
  exchange = ++last_exchange_;
  exchanges_.emplace(exchange, session.shared_from_this());
  handler_(std::move(request), Responder(shared_from_this(), exchange));
}

std::shared_ptr<Session> HttpEngine::find(uint64_t exchange) const {
  const auto found = exchanges_.find(exchange);
  return found == exchanges_.end() ? nullptr : found->second;
}

void HttpEngine::forget(Session& session) {
  sessions_.erase(session.shared_from_this());
  count_connections();
  if (stopping_ && sessions_.empty()) {
    stop_timer_.cancel();
  }
}

bool HttpEngine::claim_body(size_t bytes) {
  if (bodies_bytes_ + bytes > options_.bodies_bytes_max) {
    return false;
  }
  bodies_bytes_ += bytes;
  return true;
}

bool HttpEngine::claim_stream() {
  if (streams_ >= options_.event_streams_max) {
    return false;
  }
  ++streams_;
  return true;
}

bool HttpEngine::rate_allows(const std::string& peer) {
  return rates_.allow(peer, read_clocks().mono);
}

HttpResponse HttpEngine::refusal(int status,
                                 std::string_view reason,
                                 std::string_view language) const {
  const Error error{.reason = std::string(reason)};
  Problem problem = problem_of({&error, 1}, options_.sentences, language);
  problem.status = status;
  return problem_answer(problem);
}

void HttpEngine::count_refusal() {
  if (refused_total_ != nullptr) {
    refused_total_->add();
  }
}

void HttpEngine::count_connections() {
  if (connections_ != nullptr) {
    connections_->set(static_cast<int64_t>(sessions_.size()));
  }
}

void HttpEngine::post_answer(uint64_t exchange, HttpResponse response) {
  asio::post(io_, [this, exchange, response = std::move(response)]() mutable {
    if (const auto session = find(exchange)) {
      session->answer(std::move(response));
    }
  });
}

void HttpEngine::post_events(uint64_t exchange,
                             HttpFields headers,
                             std::shared_ptr<EventLink> link) {
  asio::post(io_, [this, exchange, headers = std::move(headers), link = std::move(link)]() mutable {
    if (const auto session = find(exchange)) {
      session->start_events(std::move(headers), std::move(link));
    } else {
      link->open = false;
    }
  });
}

void HttpEngine::post_event(uint64_t exchange, std::string text) {
  asio::post(io_, [this, exchange, text = std::move(text)] {
    if (const auto session = find(exchange)) {
      session->send_event(text);
    }
  });
}

void HttpEngine::post_end(uint64_t exchange) {
  asio::post(io_, [this, exchange] {
    if (const auto session = find(exchange)) {
      session->end_events();
    }
  });
}

void HttpEngine::post_stop() {
  asio::post(io_, [this] { stop(); });
}

void HttpEngine::stop() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  for (const auto& session : std::set(sessions_)) {
    session->stop();
  }
  if (sessions_.empty()) {
    return;
  }
  stop_timer_.expires_after(std::chrono::milliseconds(options_.stop_ms_max));
  stop_timer_.async_wait([this](const error_code&) {
    for (const auto& session : std::set(sessions_)) {
      session->close();
    }
  });
}

HttpServer::HttpServer(HttpServerOptions options, Handler handler)
    : engine_(std::make_shared<HttpEngine>(std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() {
  stop();
}

Status HttpServer::listen(const std::string& address, uint16_t port) {
  CHECK(!thread_.joinable());
  TRY(engine_->open(address, port));
  thread_ = std::thread([engine = engine_.get()] { engine->run(); });
  return {};
}

uint16_t HttpServer::port() const {
  return engine_->port();
}

void HttpServer::stop() {
  if (thread_.joinable()) {
    engine_->post_stop();
    thread_.join();
  }
}

Responder::Responder(std::shared_ptr<HttpEngine> engine, uint64_t exchange)
    : engine_(std::move(engine)), exchange_(exchange) {}

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(engine_, other.engine_);
  std::swap(exchange_, other.exchange_);
  return *this;
}

Responder::~Responder() {
  if (engine_) {
    engine_->post_answer(exchange_, engine_->refusal(500, "http_unanswered", {}));
  }
}

void Responder::answer(HttpResponse response) {
  CHECK(engine_ != nullptr);
  std::exchange(engine_, nullptr)->post_answer(exchange_, std::move(response));
}

EventStream Responder::start_events(HttpFields headers) {
  CHECK(engine_ != nullptr);
  auto link = std::make_shared<EventLink>();
  engine_->post_events(exchange_, std::move(headers), link);
  return EventStream(std::exchange(engine_, nullptr), exchange_, std::move(link));
}

EventStream::EventStream(std::shared_ptr<HttpEngine> engine,
                         uint64_t exchange,
                         std::shared_ptr<EventLink> link)
    : engine_(std::move(engine)), exchange_(exchange), link_(std::move(link)) {}

EventStream& EventStream::operator=(EventStream&& other) noexcept {
  std::swap(engine_, other.engine_);
  std::swap(exchange_, other.exchange_);
  std::swap(link_, other.link_);
  return *this;
}

EventStream::~EventStream() {
  end();
}

void EventStream::end() {
  if (engine_) {
    engine_->post_end(exchange_);
    engine_.reset();
  }
}

bool EventStream::send(std::string_view event, std::string_view data) {
  if (!engine_ || !link_->open) {
    return false;
  }
  std::string text = "event: ";
  text += event;
  for (size_t start = 0; start <= data.size();) {
    const size_t end = std::min(data.find_first_of("\r\n", start), data.size());
    text += "\ndata: ";
    text += data.substr(start, end - start);
    start = end + (data.substr(end).starts_with("\r\n") ? 2 : 1);
  }
  text += "\n\n";
  if (link_->queued_bytes + text.size() > limits::http_event_queue_bytes_max) {
    link_->open = false;
    end();
    return false;
  }
  link_->queued_bytes += text.size();
  engine_->post_event(exchange_, std::move(text));
  return true;
}

}  // namespace gulou
