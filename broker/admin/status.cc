// Status: one look that says what is wrong, since when, whose move it is and the next command.
#include "broker/admin/attention.h"
#include "broker/admin/routes.h"

namespace gulou {
namespace {

std::string chain_word(const ShellView& shell) {
  if (!shell.chain_failure.empty()) {
    return shell.chain_failure;
  }
  return shell.chain_checked ? "good" : "checking";
}

Status answer_status(const Exchange& exchange, const BrokerView& view) {
  const History& history = exchange.history();
  const CountySettings& county = exchange.county();
  const auto channels = channel_lines(history, county, view);
  const ChannelNames names(history);
  const ShellView& shell = view.shell;
  JsonWriter json;
  json.begin_object().member("head", view.core.head.value).member("epoch", view.core.epoch);
  append_time(json, "started_at", shell.started_at);
  json.member("accepting", view.core.accepting && !view.core.draining && !view.core.loss)
      .member("draining", view.core.draining)
      .member("healthy",
              shell.chain_checked && shell.chain_failure.empty() && shell.disk_accepting &&
                  !view.core.draining && !view.core.loss)
      .member("chain", chain_word(shell))
      .key("disk")
      .begin_object()
      .member("free_bytes", shell.disk_free_bytes)
      .member("total_bytes", shell.disk_total_bytes)
      .member("accepting", shell.disk_accepting)
      .end_object()
      .member("changesets", exchange.history().changesets());
  append_attention(json.key("attention"), attention(history, county, view, channels), exchange);
  json.key("channels").begin_array();
  for (const ChannelLine& line : channels) {
    append_channel(json.begin_object(), line, view.now);
    json.end_object();
  }
  json.end_array().key("replays").begin_array();
  for (const ReplayJob& job : view.core.jobs) {
    json.begin_object()
        .member("job", job.job.value)
        .member("channel", names.id(job.selection.channel))
        .member("by", job.by)
        .member("sent", job.sent)
        .member("command", "gulou replay show " + std::to_string(job.job.value));
    append_time(json, "since", job.created_at);
    json.end_object();
  }
  exchange.answer(200, json.end_array().end_object().take());
  return {};
}

Status handle(const Exchange& exchange) {
  return exchange.with_view(answer_status);
}

}  // namespace

AdminRoutes status_routes() {
  return {{"GET", "/v1/status", Access::viewer, handle}};
}

}  // namespace gulou
