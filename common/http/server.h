// HttpServer answers HTTP/1.1 on one thread of its own, loopback unless told otherwise, every size
// and time bounded. The handler runs on that thread and must not wait: it keeps its Responder and
// answers later, from any thread. A Responder dropped unanswered answers 500, so nobody waits for
// nothing. Door to Boost.Asio and its TLS: session.h, session.cc, server.cc.
#pragma once

#include "common/base/limits.h"
#include "common/base/metrics.h"
#include "common/base/result.h"
#include "common/http/message.h"
#include "common/http/problem.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace gulou {

class HttpEngine;

// What the two ends of an event stream share across threads.
struct EventLink {
  std::atomic<bool> open{true};
  std::atomic<size_t> queued_bytes{0};
};

// The sending end of server-sent events (HTML standard 9.2). Any one thread at a time. Destroying
// it ends the stream.
class EventStream {
 public:
  EventStream(EventStream&&) = default;
  EventStream& operator=(EventStream&& other) noexcept;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream();

  // Queues one event. False once the client has gone or fell http_event_queue_bytes_max behind; the
  // stream is then over and the client will connect again.
  bool send(std::string_view event, std::string_view data);

  bool open() const { return link_ && link_->open; }

 private:
  friend class Responder;

  EventStream(std::shared_ptr<HttpEngine> engine,
              uint64_t exchange,
              std::shared_ptr<EventLink> link);

  void end();

  std::shared_ptr<HttpEngine> engine_;  // shared: a stream may outlive the server it came from
  uint64_t exchange_;
  std::shared_ptr<EventLink> link_;
};

// The right and duty to answer one request once. Any thread; answers to clients that have gone are
// dropped.
class Responder {
 public:
  Responder(Responder&&) = default;
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  void answer(HttpResponse response);
  // Answers 200 text/event-stream. With too many streams open the client gets 503 and the stream is
  // closed from the start.
  EventStream start_events(HttpFields headers = {});

 private:
  friend class HttpEngine;

  Responder(std::shared_ptr<HttpEngine> engine, uint64_t exchange);

  std::shared_ptr<HttpEngine> engine_;  // shared: a late answer may outlive the server
  uint64_t exchange_;
};

struct HttpServerOptions {
  size_t header_bytes_max = limits::http_header_bytes_max;
  size_t body_bytes_max = limits::http_body_bytes_max;
  size_t bodies_bytes_max = limits::http_bodies_bytes_max;
  size_t connections_max = limits::http_connections_max;
  size_t event_streams_max = limits::http_event_streams_max;
  int64_t request_ms_max = limits::http_request_ms_max;
  int64_t answer_ms_max = limits::http_answer_ms_max;
  int64_t idle_ms_max = limits::http_idle_ms_max;
  int64_t stop_ms_max = limits::http_stop_ms_max;
  uint32_t requests_per_second_max = 0;  // per address; 0: no limit
  std::string certificate_file;          // PEM chain; with key_file: TLS 1.2 or newer
  std::string key_file;                  // PEM, readable by its owner only
  Sentences sentences;                   // for the server's own refusals
  Metrics* metrics = nullptr;            // gulou_http_*; must outlive the server
  std::string metrics_label;             // `listener="admin"`
};

class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest, Responder)>;

  HttpServer(HttpServerOptions options, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;
  ~HttpServer();

  // Numeric address or "localhost"; port 0 chooses a free one. Once. already_exists port_in_use
  // names address and port.
  Status listen(const std::string& address = "127.0.0.1", uint16_t port = 0);
  uint16_t port() const;
  // Takes no more requests, lets answers under way finish for stop_ms_max, joins the thread.
  void stop();

 private:
  std::shared_ptr<HttpEngine> engine_;  // shared with Responders still out
  std::thread thread_;
};

}  // namespace gulou
