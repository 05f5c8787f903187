#include "broker/admin/admin.h"

#include "broker/admin/confirmation_page.h"
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/text/language.h"

#include <utility>

namespace gulou {
namespace {

bool is_local(std::string_view peer) {
  return peer == "::1" || peer.starts_with("127.") || peer.starts_with("::ffff:127.");
}

HttpServerOptions server_options(const AdminOptions& options, Metrics& metrics) {
  HttpServerOptions server;
  server.certificate_file = options.certificate_file;
  server.key_file = options.key_file;
  server.requests_per_second_max = options.address_requests_per_second_max;
  server.sentences = http_sentence;
  server.metrics = &metrics;
  server.metrics_label = R"(listener="admin")";
  return server;
}

Error too_often(std::string reason) {
  return {ErrorCode::exhausted, std::move(reason), {}, {}};
}

HttpResponse later(const Error& error, std::string_view language) {
  HttpResponse response = problem_answer(error, http_sentence, language);
  response.add("Retry-After", "1");
  return response;
}

}  // namespace

AdminRoutes admin_routes() {
  AdminRoutes all;
  for (const auto& list : {blob_routes,
                           access_routes,
                           channel_routes,
                           confirmation_routes,
                           confirmation_page_routes,
                           delivery_routes,
                           device_routes,
                           event_routes,
                           evidence_routes,
                           health_routes,
                           normalise_routes,
                           notify_routes,
                           openapi_routes,
                           publication_routes,
                           release_routes,
                           scan_routes,
                           replay_routes,
                           resolve_routes,
                           status_routes,
                           submission_routes,
                           takedown_routes,
                           withdrawal_routes}) {
    for (AdminRoute& route : list()) {
      all.push_back(std::move(route));
    }
  }
  return all;
}

Admin::Admin(const AdminOptions& options, Desk& desk, const History& history, Metrics& metrics)
    : principals_(options.principals),
      admitted_(1),
      counties_(1),
      context_(new AdminContext{
          options.county,
          desk,
          history,
          metrics,
          options.mac_of,
          options.notify_test,
          options.reload,
          options.make_evidence,
          options.read_scans,
          std::make_unique<ScanLinks>(),
          options.device_code,
          metrics.counter("gulou_admin_refused_receipts_total", "receipts shown that are not ours"),
          Workers(options.threads),
          Workers(1)}),
      router_(http_sentence),
      rates_(options.token_requests_per_second_max),
      guesses_(limits::wrong_tokens_per_second_max),
      denied_(metrics.counter("gulou_admin_denied_requests_total",
                              "requests without a token or role that the route asks for")) {
  for (const AdminRoute& route : admin_routes()) {
    add(router_, route);
  }
  server_ = std::make_unique<HttpServer>(server_options(options, metrics),
                                         [this](HttpRequest request, Responder responder) {
                                           router_.serve(std::move(request), std::move(responder));
                                         });
}

Admin::~Admin() {
  stop();
}

Status Admin::start(const std::string& address, uint16_t port) {
  return server_->listen(address, port);
}

uint16_t Admin::port() const {
  return server_->port();
}

void Admin::stop() {
  server_->stop();
  context_->outside.stop();
  context_->workers.stop();
}

void Admin::admit(std::vector<HttpPrincipal> principals) {
  // NOLINTNEXTLINE(bugprone-use-after-move): not taken where it did not fit
  while (!admitted_.try_send(std::move(principals))) {
    admitted_.take(1);  // a list that no request has met
  }
}

void Admin::configure(std::shared_ptr<const CountySettings> county) {
  // NOLINTNEXTLINE(bugprone-use-after-move)
  while (!counties_.try_send(std::move(county))) {
    counties_.take(1);
  }
}

void Admin::add(Router& router, const AdminRoute& route) {
  router.add(std::string(route.method),
             route.pattern,
             [this, route](HttpRequest request, const PathValues& path, Responder responder) {
               serve(route, std::move(request), path, std::move(responder));
             });
}

void Admin::serve(const AdminRoute& route,
                  HttpRequest request,
                  const PathValues& path,
                  Responder responder) {
  for (std::vector<HttpPrincipal>& list : admitted_.take(1)) {
    principals_ = std::move(list);
  }
  for (std::shared_ptr<const CountySettings>& county : counties_.take(1)) {
    context_->county = std::move(county);
  }
  std::string authorization(request.header("authorization"));
  if (route.form) {
    const std::string token = form_field(request.body, "token");
    authorization = token.empty() ? std::string() : "Bearer " + token;
  }
  const HttpPrincipal* principal = find_principal(principals_, authorization);
  if (auto denial = deny(route, request, authorization, principal)) {
    const Language language = choose_language_http(request.header("accept-language"));
    responder.answer(
        route.form
            ? confirmation_form(request.path, language, denial->error, denial->response.status)
            : std::move(denial->response));
    return;
  }
  const Exchange exchange(context_, std::move(request), path, principal, std::move(responder));
  const auto task = [exchange, handler = route.handler] {
    if (const Status status = handler(exchange); !status) {
      exchange.refuse(status.error());
    }
  };
  if (route.immediate) {
    task();
  } else if (!context_->workers.try_send(task)) {
    exchange.refuse({ErrorCode::unavailable, "http_busy", {}, {}});
  }
}

std::optional<Admin::Denial> Admin::deny(const AdminRoute& route,
                                         const HttpRequest& request,
                                         std::string_view authorization,
                                         const HttpPrincipal* principal) {
  const std::string_view language = request.header("accept-language");
  const bool asks_for_token =
      route.access != Access::open && !(route.access == Access::local && is_local(request.peer));
  if (asks_for_token && principal == nullptr) {
    denied_.add();
    const bool given = !authorization.empty();
    if (given && !guesses_.allow(request.peer, read_clocks().mono)) {
      const Error error = too_often("http_too_many_wrong_tokens");
      return Denial{error, later(error, language)};
    }
    const Error error{ErrorCode::refused, given ? "token_unknown" : "token_missing", {}, {}};
    Problem problem = problem_of({&error, 1}, http_sentence, language);
    problem.status = 401;
    HttpResponse response = problem_answer(problem);
    response.add(
        "WWW-Authenticate",
        given ? R"(Bearer realm="gulou", error="invalid_token")" : R"(Bearer realm="gulou")");
    return Denial{error, std::move(response)};
  }
  if (asks_for_token && !may(*principal, route.access)) {
    denied_.add();
    const Error error{ErrorCode::refused, "role_missing", {}, {principal->name}};
    return Denial{error, refusal({error}, language)};
  }
  if (principal != nullptr && !rates_.allow(principal->name, read_clocks().mono)) {
    const Error error = too_often("http_rate_exceeded");
    return Denial{error, later(error, language)};
  }
  return std::nullopt;
}

}  // namespace gulou
