// Inside of server.h: HttpEngine owns listener, sessions and their common limits; a Session is one
// connection, reading a request, waiting for its answer and writing it, one at a time. All of it
// runs on the server's thread; only the post_… calls may come from elsewhere.
#pragma once

#include "common/base/time.h"
#include "common/http/rates.h"
#include "common/http/request_parser.h"
#include "common/http/server.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>

namespace gulou {

using TcpSocket = boost::asio::ip::tcp::socket;
using TlsStream = boost::asio::ssl::stream<TcpSocket>;

// Shared, because every operation under way keeps its session alive.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(HttpEngine& engine, TcpSocket socket, std::string peer);

  void start();
  // Instead of start(): says 503 and closes.
  void refuse_busy();
  void answer(HttpResponse response);
  void start_events(HttpFields headers, std::shared_ptr<EventLink> link);
  void send_event(std::string_view text);
  void end_events();
  // Closes now, or after the answer under way.
  void stop();
  void close();

  bool idle() const { return phase_ == Phase::idle; }

  Mono idle_since() const { return idle_since_; }

 private:
  enum class Phase { handshake, idle, reading, handling, writing, streaming, lingering, closed };
  using Done = std::function<void(const boost::system::error_code&, size_t)>;

  TcpSocket& socket();
  void read();
  void write(std::string_view first, std::string_view second, Done done);
  void set_deadline(int64_t ms);

  void on_read(const boost::system::error_code& error, size_t bytes);
  void on_deadline();

  void wait_for_request();
  void advance();
  void send_continue();
  void handle();
  void fail(int status, std::string_view reason);
  void write_piece();
  std::optional<std::string_view> next_piece();
  void finish_answer();
  void send_own(std::string_view text);
  void flush_events();
  void linger();
  void end_exchange();
  void release_body();

  HttpEngine& engine_;
  std::variant<TcpSocket, TlsStream> stream_;
  boost::asio::steady_timer timer_;
  std::string peer_;
  Phase phase_ = Phase::handshake;
  Mono idle_since_;
  bool reading_ = false;  // an operation is under way
  bool writing_ = false;

  RequestParser parser_;
  size_t body_claimed_bytes_ = 0;
  bool continued_ = false;
  std::array<char, limits::http_read_bytes> input_{};

  uint64_t exchange_ = 0;
  bool keep_alive_ = false;
  bool head_only_ = false;
  std::string language_;  // Accept-Language of the request, for refusals

  HttpResponse response_;
  std::string head_;
  uint64_t body_left_bytes_ = 0;
  uint64_t body_sent_bytes_ = 0;
  std::string piece_;  // of a file

  std::shared_ptr<EventLink> link_;
  std::string events_waiting_;
  std::string events_going_;
  bool events_ending_ = false;
};

class HttpEngine : public std::enable_shared_from_this<HttpEngine> {
 public:
  HttpEngine(HttpServerOptions options, HttpServer::Handler handler);

  Status open(const std::string& address, uint16_t port);

  uint16_t port() const { return port_; }

  void run();

  // Any thread.
  void post_answer(uint64_t exchange, HttpResponse response);
  void post_events(uint64_t exchange, HttpFields headers, std::shared_ptr<EventLink> link);
  void post_event(uint64_t exchange, std::string text);
  void post_end(uint64_t exchange);
  void post_stop();

  // For sessions.
  const HttpServerOptions& options() const { return options_; }

  boost::asio::io_context& io() { return io_; }

  boost::asio::ssl::context* tls() { return tls_ ? &*tls_ : nullptr; }

  bool stopping() const { return stopping_; }

  void dispatch(Session& session, HttpRequest request, uint64_t& exchange);

  void forget_exchange(uint64_t exchange) { exchanges_.erase(exchange); }

  void forget(Session& session);

  // False when all bodies together would pass their limit.
  bool claim_body(size_t bytes);

  void release_body(size_t bytes) { bodies_bytes_ -= bytes; }

  bool claim_stream();

  void release_stream() { --streams_; }

  bool rate_allows(const std::string& peer);
  HttpResponse refusal(int status, std::string_view reason, std::string_view language) const;
  void count_refusal();

 private:
  Status load_tls();
  void accept();
  void admit(TcpSocket socket);
  bool make_room();
  std::shared_ptr<Session> find(uint64_t exchange) const;
  void stop();
  void count_connections();

  boost::asio::io_context io_{1};
  std::optional<boost::asio::ssl::context> tls_;
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::steady_timer accept_pause_{io_};
  boost::asio::steady_timer stop_timer_{io_};
  HttpServerOptions options_;
  HttpServer::Handler handler_;
  AddressRates rates_;
  uint16_t port_ = 0;
  bool stopping_ = false;
  std::set<std::shared_ptr<Session>> sessions_;
  std::unordered_map<uint64_t, std::shared_ptr<Session>>
      exchanges_;  // requests without their answer, open streams
  uint64_t last_exchange_ = 0;
  size_t bodies_bytes_ = 0;
  size_t streams_ = 0;
  Counter* requests_total_ = nullptr;
  Counter* refused_total_ = nullptr;
  Gauge* connections_ = nullptr;
};

}  // namespace gulou
