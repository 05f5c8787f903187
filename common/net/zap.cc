#include "common/net/zap.h"

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/net/dealer.h"
#include "common/net/keys.h"
#include "common/net/poller.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <zmq.h>

namespace gulou::net {

namespace {

constexpr char zap_endpoint[] = "inproc://zeromq.zap.01";
constexpr size_t lists_waiting_max = 1024;
constexpr auto idle_wait = std::chrono::milliseconds(1000);

// Frames of a request (REP has taken the empty delimiter).
enum RequestFrame : size_t {
  version,
  request_id,
  domain,
  address,
  identity,
  mechanism,
  credentials
};

std::string text_of(const Incoming& request, RequestFrame frame) {
  return std::string(request.frames[frame].view());
}

bool is_principal_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::id_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Where a client of this machine reaches a listener bound to all addresses.
std::string reachable(std::string endpoint) {
  for (const auto& [any, local] :
       {std::pair<std::string_view, std::string_view>{"//0.0.0.0:", "//127.0.0.1:"},
        {"//[::]:", "//[::1]:"}}) {
    if (const size_t at = endpoint.find(any); at != std::string::npos) {
      endpoint.replace(at, any.size(), local);
    }
  }
  return endpoint;
}

}  // namespace

Status AllowList::add(std::string_view public_key, Principal principal) {
  if (!is_principal_name(principal.name)) {
    return fail(ErrorCode::invalid_argument, "principal_malformed", {}, {principal.name});
  }
  std::string bytes = TRY(key_bytes(public_key));
  if (principals_.contains(bytes)) {
    return fail(ErrorCode::already_exists,
                "key_given_twice",
                {},
                {principals_.at(bytes).name, principal.name});
  }
  principals_.emplace(std::move(bytes), std::move(principal));
  return {};
}

void AllowList::set(std::string public_key, std::optional<Principal> principal) {
  if (principal) {
    principals_.insert_or_assign(std::move(public_key), *std::move(principal));
  } else {
    principals_.erase(public_key);
  }
}

const Principal* AllowList::find(const std::string& public_key) const {
  const auto found = principals_.find(public_key);
  return found == principals_.end() ? nullptr : &found->second;
}

Result<std::unique_ptr<ZapHandler>> ZapHandler::start(const Context& context, AllowList list) {
  std::unique_ptr<Socket> socket = TRY(Socket::open(context, ZMQ_REP));
  if (zmq_bind(socket->handle(), zap_endpoint) != 0) {
    CHECK(zmq_errno() == EADDRINUSE);
    return fail(ErrorCode::already_exists, "zap_taken");
  }
  return std::unique_ptr<ZapHandler>(new ZapHandler(std::move(socket), std::move(list)));
}

ZapHandler::ZapHandler(std::unique_ptr<Socket> socket, AllowList list)
    : socket_(std::move(socket)), list_(std::move(list)), lists_(lists_waiting_max) {
  thread_ = std::thread([this] { run(); });
}

ZapHandler::~ZapHandler() {
  lists_.close();
  thread_.join();
  zmq_unbind(socket_->handle(), zap_endpoint);  // at once: closing alone frees the name later
}

void ZapHandler::allow(AllowList list) {
  lists_.send(std::move(list));
}

Status ZapHandler::admit(std::string_view public_key, Principal principal) {
  if (!is_principal_name(principal.name)) {
    return fail(ErrorCode::invalid_argument, "principal_malformed", {}, {principal.name});
  }
  std::string bytes = TRY(key_bytes(public_key));
  lists_.send(Key{std::move(bytes), std::move(principal)});
  return {};
}

void ZapHandler::dismiss(std::string_view public_key) {
  if (auto bytes = key_bytes(public_key)) {
    lists_.send(Key{*std::move(bytes), std::nullopt});
  }
}

ZapCounts ZapHandler::counts() const {
  return {.admitted = admitted_,
          .unknown_key = unknown_key_,
          .wrong_domain = wrong_domain_,
          .wrong_mechanism = wrong_mechanism_,
          .malformed = malformed_};
}

void ZapHandler::run() {
  Poller poller;
  poller.add(*socket_);
  poller.add(lists_.fd());
  while (!lists_.closed()) {
    poller.wait(idle_wait);
    answer_one();
  }
}

void ZapHandler::answer_one() {
  const std::optional<Incoming> request = socket_->receive(false);
  // Lists are taken after the request arrived: one sent before it is always seen.
  for (auto& change : lists_.take(lists_waiting_max)) {
    if (auto* list = std::get_if<AllowList>(&change)) {
      list_ = std::move(*list);
    } else {
      auto& key = std::get<Key>(change);
      single_.set(std::move(key.bytes), std::move(key.principal));
    }
  }
  if (!request) {
    return;
  }
  const Principal* principal = judge(*request);
  const std::string id =
      request->frames.size() > request_id ? text_of(*request, request_id) : std::string();
  const OutFrame reply[] = {OutFrame("1.0"),
                            OutFrame(id),
                            OutFrame(principal ? "200" : "400"),
                            OutFrame(principal ? "OK" : "refused"),
                            OutFrame(principal ? principal->name : std::string()),
                            OutFrame(std::string())};
  CHECK(socket_->send({}, reply) == SendOutcome::sent);
}

const Principal* ZapHandler::judge(const Incoming& request) {
  if (request.frames.size() <= mechanism || request.frames[version].view() != "1.0") {
    ++malformed_;
    return nullptr;
  }
  if (request.frames[mechanism].view() != "CURVE") {
    ++wrong_mechanism_;
    return nullptr;
  }
  if (request.frames.size() <= credentials) {
    ++malformed_;
    return nullptr;
  }
  const std::string key = text_of(request, credentials);
  const Principal* principal = list_.find(key);
  principal = principal != nullptr ? principal : single_.find(key);
  if (principal == nullptr) {
    ++unknown_key_;
    return nullptr;
  }
  const auto& domains = principal->domains;
  if (std::find(domains.begin(), domains.end(), request.frames[domain].view()) == domains.end()) {
    ++wrong_domain_;
    return nullptr;
  }
  ++admitted_;
  return principal;
}

Status verify_strangers_refused(const Context& context,
                                const std::string& endpoint,
                                const std::string& server_key,
                                std::chrono::milliseconds timeout) {
  DealerSocket stranger = TRY(DealerSocket::open(
      context,
      {.endpoint = reachable(endpoint), .server_key = server_key, .keys = generate_keys()}));
  Poller poller;
  poller.add(stranger.socket());
  const int64_t deadline_ms = read_clocks().mono.ms + timeout.count();
  for (;;) {
    stranger.receive();
    const Link& link = stranger.link();
    if (link.handshakes > 0) {
      return fail(ErrorCode::internal, "strangers_admitted", {}, {endpoint});
    }
    if (link.auth_failures + link.other_failures > 0) {
      return {};
    }
    const int64_t left_ms = deadline_ms - read_clocks().mono.ms;
    if (left_ms <= 0) {
      return fail(ErrorCode::timed_out, "listener_silent", {}, {endpoint});
    }
    poller.wait(std::chrono::milliseconds(left_ms));
  }
}

}  // namespace gulou::net
