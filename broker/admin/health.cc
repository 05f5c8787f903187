// Health: whether the process lives, whether it is ready, and its figures.
#include "broker/admin/routes.h"
#include "common/json/writer.h"

namespace gulou {
namespace {

Status alive(const Exchange& exchange) {
  exchange.answer(text_answer(200, "text/plain; charset=utf-8", "ok\n"));
  return {};
}

Status metrics(const Exchange& exchange) {
  exchange.answer(text_answer(
      200, "text/plain; version=0.0.4; charset=utf-8", exchange.context().metrics.text()));
  return {};
}

// Why it takes no submissions or cannot be trusted; each is a sentence of the catalogue.
std::vector<Error> reasons_against(const BrokerView& view) {
  std::vector<Error> reasons;
  if (view.core.draining) {
    reasons.push_back({ErrorCode::unavailable, "broker_draining", {}, {}});
  }
  if (!view.shell.disk_accepting || (!view.core.accepting && !view.core.draining)) {
    reasons.push_back({ErrorCode::unavailable, "disk_full", {}, {}});
  }
  if (const auto& loss = view.core.loss) {
    reasons.push_back(
        {ErrorCode::unavailable,
         "data_loss_suspected",
         {},
         {loss->by, std::to_string(loss->seq.value), std::to_string(view.core.head.value)}});
  }
  if (!view.shell.chain_failure.empty()) {
    reasons.push_back({ErrorCode::unavailable, "chain_failed", {}, {view.shell.chain_failure}});
  }
  return reasons;
}

Status answer_ready(const Exchange& exchange, const BrokerView& view) {
  const auto reasons = reasons_against(view);
  if (reasons.empty()) {
    exchange.answer(200, R"({"ready":true})");
    return {};
  }
  const Error not_ready{ErrorCode::unavailable, "not_ready", {}, {}};
  std::vector<Error> errors{not_ready};
  errors.insert(errors.end(), reasons.begin(), reasons.end());
  Problem problem = problem_of(errors, http_sentence, exchange.request().header("accept-language"));
  problem.errors.erase(problem.errors.begin());  // that it is not ready is the detail
  exchange.answer(problem_answer(problem));
  return {};
}

Status ready(const Exchange& exchange) {
  return exchange.with_view(answer_ready);
}

}  // namespace

AdminRoutes health_routes() {
  return {{"GET", "/healthz", Access::open, alive, true},
          {"GET", "/readyz", Access::open, ready, true},
          {"GET", "/metrics", Access::local, metrics, true}};
}

}  // namespace gulou
