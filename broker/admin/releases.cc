// Releases: the log, one release with where it stands on every channel, and search.
#include "broker/admin/answers.h"
#include "broker/admin/fits.h"
#include "broker/admin/holds.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "common/base/limits.h"
#include "common/json/release_json.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gulou {
namespace {

Status list(const Exchange& exchange) {
  const uint64_t before = TRY(exchange.number("before", 0, UINT64_MAX));
  const uint64_t limit =
      TRY(exchange.number("limit", limits::page_rows_default, limits::page_rows_max));
  const auto lines = exchange.history().releases({before}, limit);
  JsonWriter json;
  append_lines(json.begin_object().key("releases"), lines);
  if (lines.size() >= limit && lines.back().seq.value > 1) {
    json.member("next", lines.back().seq.value);
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

// ---- one release --------------------------------------------------------------------------------

void append_attachments(JsonWriter& json, const Release& release) {
  json.key("attachments").begin_array();
  for (const Attachment& attachment : release.attachments) {
    json.begin_object()
        .member("name", attachment.name)
        .text_member("display_name", attachment.display_name)
        .member("media_type", attachment.media_type)
        .member("size_bytes", attachment.size_bytes)
        .member("digest", to_hex(attachment.digest));
    if (attachment.is_private) {
      json.member("private", true);
    }
    json.end_object();
  }
  json.end_array();
}

// The phases of the plan of interpretation, each with the day it is due.
void append_planned(JsonWriter& json, const Release& release) {
  json.key("planned").begin_array();
  for (const PlannedPhase& one : release.interpretation_plan->phases) {
    json.begin_object().member("phase", one.phase).member("due_on", one.due_on).end_object();
  }
  json.end_array();
}

void append_withdrawn(JsonWriter& json, const WithdrawnRow& withdrawn) {
  json.begin_object()
      .member("seq", withdrawn.seq.value)
      .member("kind", name_of(withdrawn.kind))
      .text_member("public_note", withdrawn.public_note)
      .text_member("successor", withdrawn.successor);
  append_time(json, "at", withdrawn.at);
  json.end_object();
}

void append_part(JsonWriter& json,
                 const Exchange& exchange,
                 const EntryAccepted& entry,
                 size_t index,
                 const std::string& body) {
  const EntryPart& part = entry.parts[index];
  const PublicationKey key{entry.publisher, part.id};
  const auto publication = exchange.history().publication(key);
  // Rows and bodies are written together; bytes that are gone were erased.
  const Release release = parse_release(body).value_or(Release{});
  json.begin_object()
      .member("part", index)
      .member("id", part.id)
      .member("revision", part.revision)
      .member("kind", name_of(part.kind))
      .member("column", part.column)
      .member("title", release.title)
      .member("digest", to_hex(part.digest))
      .text_member("index_no", part.index_no)
      .text_member("doc_no", release.doc_no)
      .text_member("issuer", release.issuer.name);
  append_time(json, "published_on", exchange.history().published_on(key));
  if (part.previous_revision != 0) {
    json.member("previous_revision", part.previous_revision);
  }
  json.member("newest_revision", publication ? publication->newest().revision : part.revision);
  if (publication && publication->withdrawn && part.revision <= publication->withdrawn->revision) {
    append_withdrawn(json.key("withdrawn"), *publication->withdrawn);
  }
  append_attachments(json, release);
  if (release.interpretation_plan) {
    append_planned(json, release);
  }
  json.end_object();
}

void append_acceptance(JsonWriter& json, const Exchange& exchange, const EntryAccepted& entry) {
  const auto row = exchange.history().publication({entry.publisher, entry.parts.front().id});
  if (!row) {
    return;
  }
  for (const RevisionRow& revision : row->revisions) {
    if (revision.seq != entry.seq) {
      continue;
    }
    json.key("receipt")
        .begin_object()
        .member("epoch", revision.epoch)
        .member("hash", to_hex(revision.hash));
    if (const ReceiptMac& mac_of = exchange.context().mac_of) {
      json.member("mac", to_hex(mac_of(revision.epoch, entry.seq, revision.hash)));
    }
    json.end_object();
  }
}

StandingLine standing_line(const Exchange& exchange,
                           const EntryAccepted& entry,
                           const BrokerView& view,
                           Standing standing,
                           std::string channel) {
  const Hold hold = hold_of(exchange, view, entry, standing, channel);
  StandingLine line{.standing = std::move(standing), .channel = std::move(channel)};
  line.policy = hold.policy;
  line.next = next_step(exchange, line.standing, line.channel, entry, hold);
  if (hold.gate) {
    line.gate = hold.gate->gate;
    line.gate_overdue_at = hold.gate->overdue_at;
  }
  if (hold.view != nullptr && line.standing.state && !is_final(*line.standing.state)) {
    line.channel_state = state_of(hold.view->condition);
  }
  const auto row = exchange.history().delivery(shared_subscriber(line.standing.channel), entry.seq);
  if (row) {
    line.by = row->by;
    line.proof = row->proof;
  }
  return line;
}

// When every part was taken back; nothing while one is live.
std::optional<Utc> down_since(const History& history, const EntryAccepted& entry) {
  Utc since;
  for (const EntryPart& part : entry.parts) {
    const auto row = history.publication({entry.publisher, part.id});
    if (!row || !row->is_down(part.revision)) {
      return std::nullopt;
    }
    since = std::max(since, row->withdrawn->at);
  }
  return since;
}

// A cursor may not have come so far yet, but what it will say is known.
Standing foreseen(const Channel* policy,
                  const EntryAccepted& entry,
                  const std::optional<Utc>& down,
                  Standing standing) {
  if (standing.state != DeliveryState::pending) {
    return standing;
  }
  if (policy == nullptr || !takes(policy->filter, entry)) {
    standing.state.reset();
  } else if (down) {
    standing.state = DeliveryState::withdrawn;
    standing.since = *down;
  }
  return standing;
}

// A fleet has it once the first of its devices has.
Standing standing_of_fleet(const FleetCount& fleet,
                           const EntryAccepted& entry,
                           const std::optional<Utc>& down,
                           ChannelNo channel) {
  Standing standing{.channel = channel};
  standing.state = DeliveryState::pending;
  standing.since = entry.accepted_at;
  if (fleet.first) {
    standing.state = DeliveryState::published;
    standing.since = fleet.first;
    standing.receipt.level =
        fleet.of(Reached::shown) > 0 ? ReceiptLevel::shown : ReceiptLevel::accepted;
    standing.receipt.at = fleet.last;
  }
  if (down && !fleet.first) {
    standing.state = DeliveryState::withdrawn;
    standing.since = *down;
  }
  return standing;
}

void append_standings(JsonWriter& json,
                      const Exchange& exchange,
                      const EntryAccepted& entry,
                      const BrokerView& view) {
  const ChannelNames names(exchange.history());
  const CountySettings& county = exchange.county();
  const auto down = down_since(exchange.history(), entry);
  json.key("channels").begin_array();
  for (Standing& one : standings(exchange.history(), entry, gates_of(county, names))) {
    const std::string channel = names.id(one.channel);
    const Channel* policy = county.channel(channel);
    Standing stands = foreseen(policy, entry, down, std::move(one));
    if (policy == nullptr && !stands.state) {
      continue;  // a channel of the past that this release never met
    }
    std::optional<FleetCount> fleet;
    if (policy != nullptr && policy->fleet && takes(policy->filter, entry)) {
      fleet = count_fleet(exchange.history(), view, *policy, stands.channel, entry);
      stands = standing_of_fleet(*fleet, entry, down, stands.channel);
    }
    StandingLine line = standing_line(exchange, entry, view, std::move(stands), channel);
    line.fleet = std::move(fleet);
    append_standing(json, line);
  }
  json.end_array();
}

// Who answered for it. Asserted is shown as such: the publisher's word, nothing more.
void append_sign_off(JsonWriter& json, const History& history, const EntryAccepted& entry) {
  json.begin_object().member("exempt", entry.imported);
  if (entry.sign_off.digest) {
    json.member("level", name_of(entry.sign_off.level))
        .member("digest", to_hex(entry.sign_off.digest));
  }
  if (entry.sign_off.personal_data > 0) {
    json.member("personal_data", entry.sign_off.personal_data);
  }
  const auto approvals = history.body(entry.seq, approvals_part);
  json.key("approvals").raw(approvals && !approvals->empty() ? *approvals : "[]").end_object();
}

std::vector<std::string> bodies_of(const History& history, const EntryAccepted& entry) {
  std::vector<History::BodyPlace> places;
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    places.emplace_back(entry.seq, static_cast<uint8_t>(i));
  }
  return history.bodies(places);
}

Status show_entry(const Exchange& exchange, const EntryAccepted& entry, const BrokerView& view) {
  const std::vector<std::string> bodies = bodies_of(exchange.history(), entry);
  JsonWriter json;
  json.begin_object()
      .member("seq", entry.seq.value)
      .member("lane", name_of(entry.lane))
      .member("publisher", entry.publisher);
  append_time(json, "accepted_at", entry.accepted_at);
  append_time(json, "not_before", entry.not_before);
  append_time(json, "expires", entry.expires);
  json.member("imported", entry.imported)
      .member("test", entry.test)
      .member("bundle_digest", to_hex(entry.bundle_digest));
  append_acceptance(json, exchange, entry);
  append_sign_off(json.key("sign_off"), exchange.history(), entry);
  json.key("parts").begin_array();
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    append_part(json, exchange, entry, i, bodies[i]);
  }
  json.end_array();
  append_standings(json, exchange, entry, view);
  if (exchange.parameter("raw") == "1") {
    json.key("releases").begin_array();
    for (const std::string& body : bodies) {
      json.raw(body.empty() ? "{}" : body);
    }
    json.end_array();
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

Status show(const Exchange& exchange) {
  const std::string& text = exchange.path("selector");
  const auto candidates = select(exchange.history(), exchange.county(), text);
  const bool own_only = !may(exchange.principal(), Access::viewer);
  if (candidates.size() > 1 && !own_only) {
    exchange.refuse(selector_errors(text, candidates));
    return {};
  }
  auto row = candidates.size() == 1 ? exchange.history().entry(candidates[0].seq) : std::nullopt;
  if (!row || (own_only && row->entry.publisher != exchange.principal().name)) {
    return fail(selector_errors(text, {}).front());
  }
  // The whole text, also of what is not yet public, is for those who work with it.
  if (exchange.parameter("raw") == "1" && !may(exchange.principal(), Access::operates) &&
      row->entry.publisher != exchange.principal().name) {
    return fail(ErrorCode::refused, "role_missing", {}, {exchange.principal().name});
  }
  if (row->entry.kind == EntryKind::withdrawal) {
    return fail(ErrorCode::not_found, "selector_is_withdrawal", {}, {text});
  }
  return exchange.with_view(
      [entry = std::move(row->entry)](const Exchange& asked, const BrokerView& view) {
        return show_entry(asked, entry, view);
      });
}

// ---- search -------------------------------------------------------------------------------------

void answer_found(const Exchange& exchange,
                  std::string_view by,
                  const std::vector<ReleaseLine>& lines) {
  JsonWriter json;
  append_lines(json.begin_object().key("releases"), lines);
  exchange.answer(200, json.member("by", by).end_object().take());
}

std::vector<ReleaseLine> lines_of(const History& history, const std::vector<Selected>& selected) {
  std::vector<ReleaseLine> lines;
  for (const Selected& one : selected) {
    if (auto line = line_of(history, one.seq, one.part)) {
      lines.push_back(*std::move(line));
    }
  }
  return lines;
}

// A number alone or the beginning of an id may as well be a word of a title.
bool is_certain(const Selected& selected, std::string_view text) {
  return selected.by != SelectedBy::id_prefix &&
         (selected.by != SelectedBy::seq || text.front() == '#');
}

Status find(const Exchange& exchange) {
  const std::string text(exchange.parameter("q"));
  if (text.empty() || text.size() > limits::selector_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                "search_text_invalid",
                "q",
                {std::to_string(limits::selector_bytes_max)});
  }
  const uint64_t limit =
      TRY(exchange.number("limit", limits::find_rows_default, limits::page_rows_max));
  const auto selected = select(exchange.history(), exchange.county(), text);
  if (!selected.empty() && is_certain(selected.front(), text)) {
    answer_found(exchange, name_of(selected.front().by), lines_of(exchange.history(), selected));
    return {};
  }
  if (is_url(text)) {
    answer_found(exchange, "url", {});
    return {};
  }
  Seq next;
  const auto lines = exchange.history().find_title(text, {}, limit, next);
  if (lines.empty() && !selected.empty()) {
    answer_found(exchange, name_of(selected.front().by), lines_of(exchange.history(), selected));
  } else {
    answer_found(exchange, "title", lines);
  }
  return {};
}

}  // namespace

AdminRoutes release_routes() {
  return {{"GET", "/v1/releases", Access::viewer, list},
          {"GET", "/v1/releases/{selector}", Access::known, show},
          {"GET", "/v1/find", Access::viewer, find}};
}

}  // namespace gulou
