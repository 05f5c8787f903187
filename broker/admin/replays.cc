// Replays: what would be sent again (preview), the durable job that does it, its progress and end;
// and the backfill of a channel, which is a replay of what is live.
#include "broker/admin/confirmations.h"
#include "broker/admin/decisions.h"
#include "broker/admin/replay_preview.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "common/base/limits.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

constexpr int64_t minute_ms = 60'000;
constexpr Lane replayed_lanes[] = {Lane::urgent, Lane::normal, Lane::bulk};

struct Asked {
  ReplayAsked event;
  bool preview = false;
  std::vector<Error> errors;
};

void read_common(RequestBody& body, Asked& asked) {
  asked.event.reason = body.reason();
  asked.event.per_minute =
      static_cast<uint32_t>(body.number("per_minute", limits::replay_per_minute_max));
  asked.event.allow_duplicate = body.flag("allow_duplicate");
  asked.preview = body.flag("preview");
}

void read_publication(const Exchange& exchange, RequestBody& body, ReplaySelection& selection) {
  const std::string text = body.text("release", limits::selector_bytes_max);
  if (text.empty()) {
    return;
  }
  const auto candidates = select(exchange.history(), exchange.county(), text);
  if (candidates.size() != 1) {
    const Error error = selector_errors(text, candidates).front();
    body.wrong(error.reason, "release", error.args);
    return;
  }
  selection.publication = candidates.front().publication;
}

bool is_empty(const ReplaySelection& selection) {
  ReplaySelection everything;
  everything.channel = selection.channel;
  return selection == everything;
}

Result<Asked> read_replay(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  Asked asked;
  ReplaySelection& selection = asked.event.selection;
  const std::string channel = body.needed_text("channel");
  selection.from = Seq{body.number("from", INT64_MAX)};
  selection.to = Seq{body.number("to", INT64_MAX)};
  selection.accepted_from = body.time("accepted_from");
  selection.accepted_to = body.time("accepted_to");
  selection.states = body.words("states", parse_delivery_state);
  selection.reasons = body.texts("reasons", limits::page_rows_max);
  selection.outcomes = body.words("outcomes", parse_outcome);
  selection.kinds = body.words("kinds", parse_kind);
  selection.columns = body.texts("columns", limits::page_rows_max);
  selection.newest_only = body.flag("newest_only");
  read_publication(exchange, body, selection);
  read_common(body, asked);
  if (is_empty(selection) && body.errors().empty()) {
    body.wrong("replay_selection_empty", "channel");
  }
  asked.errors = body.errors();
  if (!channel.empty()) {
    selection.channel = TRY(ChannelNames(exchange.history()).require(channel));
  }
  return asked;
}

Result<Asked> read_backfill(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  Asked asked;
  asked.event.selection.channel =
      TRY(ChannelNames(exchange.history()).require(exchange.path("id")));
  asked.event.selection.newest_only = true;
  asked.event.selection.to = Seq{body.number("to", INT64_MAX)};
  read_common(body, asked);
  asked.errors = body.errors();
  return asked;
}

uint32_t rate_of(const ReplayAsked& event) {
  return event.per_minute != 0 ? event.per_minute : limits::replay_per_minute_default;
}

Status go_on(const Exchange& exchange, Asked asked, const BrokerView& view) {
  ReplaySelection& selection = asked.event.selection;
  const bool ahead = selection.to > view.core.head;
  selection.to = !selection.to || ahead ? view.core.head : selection.to;
  const CountySettings& county = exchange.county();
  const std::string channel = ChannelNames(exchange.history()).id(selection.channel);
  if (county.channel(channel) == nullptr) {
    return fail(ErrorCode::not_found, "channel_unknown", "channel", {channel});
  }
  const ReplayPreview preview =
      preview_replay(exchange.history(), county, selection, asked.event.allow_duplicate, view.now);
  if (asked.preview) {
    JsonWriter json;
    json.begin_object()
        .member("preview", true)
        .member("channel", channel)
        .member("to", selection.to.value)
        .member("per_minute", rate_of(asked.event))
        .member("takes_ms", preview.count * minute_ms / rate_of(asked.event));
    append_preview(json, exchange, preview);
    exchange.answer(200, json.end_object().take());
    return {};
  }
  if (preview.count == 0 && preview.complete) {
    return fail(ErrorCode::refused, "replay_selects_nothing", "channel", {channel});
  }
  asked.event.operator_name = exchange.principal().name;
  return decide(
      exchange, std::move(asked.event), [](const Exchange& held, const DecisionTaken& taken) {
        JsonWriter json;
        json.begin_object();
        if (taken.job) {
          json.member("job", taken.job.value);
          return held.answer(201, json.end_object().take());
        }
        append_asked(json, held, taken.confirmation);
        held.answer(202, json.end_object().take());
      });
}

Status start(const Exchange& exchange, Asked asked) {
  if (!asked.errors.empty()) {
    exchange.refuse(asked.errors);
    return {};
  }
  return exchange.with_view(
      [asked = std::move(asked)](const Exchange& held, const BrokerView& view) {
        return go_on(held, asked, view);
      });
}

Status replay(const Exchange& exchange) {
  return start(exchange, TRY(read_replay(exchange)));
}

Status backfill(const Exchange& exchange) {
  return start(exchange, TRY(read_backfill(exchange)));
}

// ---- jobs ---------------------------------------------------------------------------------------

std::string_view word_of(ReplayState state) {
  switch (state) {
    case ReplayState::running:
      return "running";
    case ReplayState::done:
      return "done";
    case ReplayState::cancelled:
      return "cancelled";
  }
  return {};
}

// How much of the log is behind it, in thousandths: it goes through lane after lane.
uint64_t thousandths(const ReplayJob& job) {
  constexpr uint64_t all = 1000;
  if (job.state == ReplayState::done) {
    return all;
  }
  const auto* lane = std::find(std::begin(replayed_lanes), std::end(replayed_lanes), job.lane);
  const auto lanes_done = static_cast<uint64_t>(lane - std::begin(replayed_lanes));
  const uint64_t from = job.selection.from.value;
  const uint64_t size = job.selection.to.value >= from ? job.selection.to.value - from + 1 : 1;
  const uint64_t at = job.position.value >= from ? job.position.value - from + 1 : 0;
  return (lanes_done * all + std::min(at * all / size, all)) / std::size(replayed_lanes);
}

template <class List, class Word>
void append_words(JsonWriter& json, std::string_view name, const List& list, Word word) {
  if (list.empty()) {
    return;
  }
  json.key(name).begin_array();
  for (const auto& one : list) {
    json.value(word(one));
  }
  json.end_array();
}

void append_selection(JsonWriter& json, const ReplaySelection& selection) {
  const auto same = [](const std::string& text) -> const std::string& { return text; };
  json.key("selection").begin_object();
  json.member("from", selection.from.value).member("to", selection.to.value);
  append_time(json, "accepted_from", selection.accepted_from);
  append_time(json, "accepted_to", selection.accepted_to);
  append_words(
      json, "states", selection.states, [](DeliveryState state) { return name_of(state); });
  append_words(json, "reasons", selection.reasons, same);
  append_words(
      json, "outcomes", selection.outcomes, [](Outcome outcome) { return name_of(outcome); });
  append_words(json, "kinds", selection.kinds, [](Kind kind) { return name_of(kind); });
  append_words(json, "columns", selection.columns, same);
  json.text_member("release", selection.publication)
      .member("newest_only", selection.newest_only)
      .end_object();
}

void append_job(JsonWriter& json, const ReplayJob& job, const ChannelNames& names, Utc now) {
  const uint64_t done = thousandths(job);
  json.begin_object()
      .member("job", job.job.value)
      .member("state", word_of(job.state))
      .member("channel", names.id(job.selection.channel))
      .member("by", job.by)
      .member("reason", job.reason)
      .member("per_minute", job.per_minute)
      .member("allow_duplicate", job.allow_duplicate);
  append_time(json, "created_at", job.created_at);
  append_time(json, "at", job.at);
  json.member("sent", job.sent).member("skipped", job.skipped).member("done_permille", done);
  if (job.state == ReplayState::running && done > 0) {
    constexpr uint64_t all = 1000;
    const auto spent = static_cast<uint64_t>(std::max<int64_t>(now.ms - job.created_at.ms, 0));
    append_time(
        json, "ends_about", Utc{now.ms + static_cast<int64_t>(spent * (all - done) / done)});
  }
  json.text_member("confirmed_by", job.confirmed_by)
      .text_member("ended_by", job.ended_by)
      .text_member("ended_reason", job.ended_reason);
  append_selection(json, job.selection);
  json.end_object();
}

Result<JobNo> job_in(const Exchange& exchange) {
  const std::string& text = exchange.path("job");
  const auto number = parse_seq(text);
  if (!number || !exchange.history().job({number->value})) {
    return fail(ErrorCode::not_found, "replay_unknown", {}, {text});
  }
  return JobNo{number->value};
}

Status list(const Exchange& exchange) {
  return exchange.with_view([](const Exchange& held, const BrokerView& view) -> Status {
    const ChannelNames names(held.history());
    JsonWriter json;
    json.begin_object().key("replays").begin_array();
    for (const ReplayJob& job : held.history().jobs(limits::page_rows_default)) {
      append_job(json, job, names, view.now);
    }
    held.answer(200, json.end_array().end_object().take());
    return {};
  });
}

Status show(const Exchange& exchange) {
  const JobNo job = TRY(job_in(exchange));
  return exchange.with_view([job](const Exchange& held, const BrokerView& view) -> Status {
    const auto row = held.history().job(job);
    JsonWriter json;
    append_job(json, row.value_or(ReplayJob{}), ChannelNames(held.history()), view.now);
    held.answer(200, json.take());
    return {};
  });
}

Status cancel(const Exchange& exchange) {
  ReplayCancelled decision;
  decision.job = TRY(job_in(exchange));
  decision.operator_name = exchange.principal().name;
  decision.reason = TRY(only_reason(exchange));
  return decide(exchange, std::move(decision));
}

}  // namespace

AdminRoutes replay_routes() {
  return {{"POST", "/v1/replays", Access::operates, replay},
          {"GET", "/v1/replays", Access::viewer, list},
          {"GET", "/v1/replays/{job}", Access::viewer, show},
          {"POST", "/v1/replays/{job}/cancel", Access::operates, cancel},
          {"POST", "/v1/channels/{id}/backfill", Access::operates, backfill}};
}

}  // namespace gulou
