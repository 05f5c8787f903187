// Withdrawals: what would happen where (preview), and the withdrawal itself. A publisher takes back
// what is its own, an operator anything.
#include "broker/admin/request_body.h"
#include "broker/admin/routes.h"
#include "broker/admin/selector.h"
#include "broker/admin/takedowns.h"
#include "broker/admin/withdrawal_plan.h"
#include "common/base/limits.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

struct Target {
  PublicationRow row;
  EntryPart part;  // of its newest revision
  std::string title;

  std::string name() const { return row.publisher + "/" + row.id; }
};

struct Asked {
  std::vector<Target> targets;
  WithdrawalKind kind = WithdrawalKind::remove;
  std::string reason;
  std::string public_note;
  std::string successor;
  bool preview = false;
};

// ---- which publications -------------------------------------------------------------------------

bool shows(const History& history, const EntryAccepted& entry, uint8_t part, std::string_view url) {
  for (const ChannelDefined& channel : history.channels()) {
    const auto row = history.delivery(shared_subscriber(channel.channel), entry.seq);
    const bool shown = row && std::any_of(row->receipt.parts.begin(),
                                          row->receipt.parts.end(),
                                          [&](const PartReceipt& one) {
                                            return one.part == part && one.url == url;
                                          });
    if (shown) {
      return true;
    }
  }
  return false;
}

// Which parts of its entry a selector means: a number names the whole bundle, an address the part
// that is shown there.
std::vector<uint8_t> parts_meant(const History& history,
                                 const EntryAccepted& entry,
                                 const Selected& selected,
                                 const std::string& text) {
  std::vector<uint8_t> parts;
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    const auto part = static_cast<uint8_t>(i);
    const bool meant =
        selected.by == SelectedBy::seq ||
        (selected.by == SelectedBy::url &&
         shows(history, entry, part, std::string_view(text).substr(0, text.find('#')))) ||
        (selected.by != SelectedBy::url && selected.part == part);
    if (meant) {
      parts.push_back(part);
    }
  }
  return parts.empty() ? std::vector<uint8_t>{selected.part} : parts;
}

std::optional<Target> target_of(const History& history, const PublicationKey& key) {
  auto row = history.publication(key);
  const auto newest = row ? history.entry(row->newest().seq) : std::nullopt;
  if (!newest || row->newest().part >= newest->entry.parts.size()) {
    return std::nullopt;
  }
  const EntryPart part = newest->entry.parts[row->newest().part];
  const std::string title = title_of(history, newest->entry, part);
  return Target{*std::move(row), part, title};
}

// The one entry a selector names, or why there is none.
std::vector<Error> find_entry(const Exchange& exchange,
                              const std::string& text,
                              Selected& selected,
                              EntryAccepted& entry) {
  const auto candidates = select(exchange.history(), exchange.county(), text);
  const bool own_only = !may(exchange.principal(), Access::operates);
  if (candidates.size() > 1 && !own_only) {
    return selector_errors(text, candidates);
  }
  auto row = candidates.size() == 1 ? exchange.history().entry(candidates[0].seq) : std::nullopt;
  if (!row || (own_only && row->entry.publisher != exchange.principal().name)) {
    return selector_errors(text, {});
  }
  if (row->entry.kind == EntryKind::withdrawal) {
    return {{ErrorCode::invalid_argument, "selector_is_withdrawal", {}, {text}}};
  }
  selected = candidates[0];
  entry = std::move(row->entry);
  return {};
}

void add_errors(std::vector<Error>& all, std::vector<Error> more, const std::string& field) {
  for (Error& error : more) {
    error.field = error.field.empty() ? field : error.field;
    all.push_back(std::move(error));
  }
}

void find_targets(const Exchange& exchange,
                  const std::vector<std::string>& selectors,
                  Asked& asked,
                  std::vector<Error>& errors) {
  for (size_t i = 0; i < selectors.size(); ++i) {
    const std::string field = "targets[" + std::to_string(i) + "]";
    Selected selected;
    EntryAccepted entry;
    auto wrong = find_entry(exchange, selectors[i], selected, entry);
    if (!wrong.empty()) {
      add_errors(errors, std::move(wrong), field);
      continue;
    }
    for (const uint8_t part : parts_meant(exchange.history(), entry, selected, selectors[i])) {
      auto target = target_of(exchange.history(), {entry.publisher, entry.parts.at(part).id});
      const bool listed =
          target && std::any_of(asked.targets.begin(), asked.targets.end(), [&](const Target& one) {
            return one.name() == target->name();
          });
      if (target && !listed) {
        asked.targets.push_back(*std::move(target));
      }
    }
  }
  if (asked.targets.size() > limits::bundle_parts_max) {
    errors.push_back(
        {ErrorCode::invalid_argument,
         "list_too_long",
         "targets",
         {std::to_string(asked.targets.size()), std::to_string(limits::bundle_parts_max)}});
  }
  for (const Target& target : asked.targets) {
    if (target.row.publisher != asked.targets.front().row.publisher) {
      errors.push_back({ErrorCode::invalid_argument,
                        "targets_of_several_publishers",
                        "targets",
                        {asked.targets.front().name(), target.name()}});
      return;
    }
  }
}

void find_successor(const Exchange& exchange,
                    const std::string& text,
                    Asked& asked,
                    std::vector<Error>& errors) {
  if (asked.kind != WithdrawalKind::replace) {
    if (!text.empty()) {
      errors.push_back({ErrorCode::invalid_argument, "successor_not_wanted", "successor", {}});
    }
    return;
  }
  if (text.empty()) {
    errors.push_back({ErrorCode::invalid_argument, "successor_missing", "successor", {}});
    return;
  }
  Selected selected;
  EntryAccepted entry;
  auto wrong = find_entry(exchange, text, selected, entry);
  if (wrong.empty()) {
    const uint8_t part = parts_meant(exchange.history(), entry, selected, text).front();
    asked.successor = entry.publisher + "/" + entry.parts.at(part).id;
  }
  add_errors(errors, std::move(wrong), "successor");
}

Result<Asked> read(const Exchange& exchange, std::vector<Error>& errors) {
  RequestBody body = TRY(RequestBody::read(exchange));
  Asked asked;
  const auto selectors = body.texts("targets", limits::bundle_parts_max);
  if (selectors.empty()) {
    body.wrong("word_missing", "targets");
  }
  const std::string kind = body.needed_text("kind");
  if (const auto known = parse_withdrawal_kind(kind)) {
    asked.kind = *known;
  } else if (!kind.empty()) {
    body.wrong("word_unknown", "kind", {kind});
  }
  asked.reason = body.reason();
  asked.public_note = body.text("public_note");
  asked.preview = body.flag("preview");
  const std::string successor = body.text("successor", limits::selector_bytes_max);
  errors = body.errors();
  if (errors.empty()) {
    find_targets(exchange, selectors, asked, errors);
    find_successor(exchange, successor, asked, errors);
  }
  return asked;
}

// ---- preview ------------------------------------------------------------------------------------

void append_targets(JsonWriter& json, const Exchange& exchange, const Asked& asked) {
  json.key("targets").begin_array();
  for (const Target& target : asked.targets) {
    json.begin_object()
        .member("publication", target.name())
        .member("revision", target.row.newest().revision)
        .member("seq", target.row.newest().seq.value)
        .member("title", target.title)
        .text_member("contact", contact_of(exchange.county(), target.part));
    if (const auto& before = target.row.withdrawn) {
      json.key("withdrawn")
          .begin_object()
          .member("seq", before->seq.value)
          .member("kind", name_of(before->kind));
      append_time(json, "at", before->at);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array();
}

void append_planned(JsonWriter& json, const Exchange& exchange, const PlannedPlace& place) {
  const Presence& presence = place.presence;
  const Channel* policy = presence.policy;
  json.begin_object()
      .member("channel", presence.id)
      .member("name", policy != nullptr ? policy->name : presence.id)
      .member("publication", place.publication)
      .member("title", place.title);
  if (presence.any()) {
    json.member("state", name_of(presence.state)).member("revision", presence.revision);
    append_time(json, "since", presence.since);
  }
  json.member("there", presence.there)
      .member("may_be_there", presence.may_be_there)
      .text_member("url", presence.url)
      .text_member("platform_id", presence.platform_id)
      .member("action", place.action)
      .member("sentence",
              exchange.say({ErrorCode::internal, "withdraw_" + place.action, {}, {presence.id}}))
      .member("lasting", place.lasting)
      .member("needs_person", !place.person.empty());
  if (!place.person.empty()) {
    json.member("why",
                exchange.say(
                    {ErrorCode::internal, "withdraw_needs_" + place.person, {}, {presence.id}}))
        .member("who", word(exchange.language(), place.who));
  }
  json.end_object();
}

void append_notes(JsonWriter& json, const Exchange& exchange, WithdrawalKind kind) {
  json.key("notes").begin_array();
  const auto add = [&](std::string key) {
    json.value(exchange.say({ErrorCode::internal, std::move(key), {}, {}}));
  };
  add("withdraw_note_" + std::string(name_of(kind)));
  if (kind == WithdrawalKind::erase) {
    add(exchange.county().approvals.needs_two(TwoPersonAct::erase) ? "withdraw_note_second_operator"
                                                                   : "withdraw_note_destroyed");
  }
  add("withdraw_note_copies");
  json.end_array();
}

Status answer_preview(const Exchange& exchange, const Asked& asked, const BrokerView& view) {
  JsonWriter json;
  json.begin_object().member("preview", true).member("kind", name_of(asked.kind));
  json.text_member("successor", asked.successor);
  append_targets(json, exchange, asked);
  json.key("places").begin_array();
  for (const Target& target : asked.targets) {
    for (Presence& presence : presences(exchange.history(), exchange.county(), target.row)) {
      const ChannelNo channel = presence.channel;
      PlannedPlace place = plan(std::move(presence), asked.kind, view_of(view, channel));
      place.publication = target.name();
      place.title = target.title;
      append_planned(json, exchange, place);
    }
  }
  json.end_array();
  append_notes(json, exchange, asked.kind);
  exchange.answer(200, json.end_object().take());
  return {};
}

// ---- the real one -------------------------------------------------------------------------------

void answer_taken(const Exchange& exchange, const SendAccepted& receipt) {
  const int status = receipt.already ? 200 : 201;
  const bool already = receipt.already;
  const auto asked = exchange.with_view(
      [seq = receipt.seq, status, already](const Exchange& held, const BrokerView& view) -> Status {
        auto row = held.history().entry(seq);
        JsonWriter json;
        json.begin_object().member("already", already);
        if (row) {
          append_takedown(json,
                          held,
                          takedown(held.history(), held.county(), view, std::move(row->entry)),
                          view.now);
        }
        held.answer(status, json.end_object().take());
        return {};
      });
  if (!asked) {  // it is durable all the same
    JsonWriter json;
    json.begin_object().member("already", already).member("seq", receipt.seq.value);
    exchange.answer(status, json.end_object().take());
  }
}

Status withdraw(const Exchange& exchange, const Asked& asked) {
  WithdrawalAsked event;
  event.by = exchange.principal().name;
  event.by_operator = may(exchange.principal(), Access::operates);
  event.rights = exchange.principal().rights;
  for (const Target& target : asked.targets) {
    event.targets.push_back({{target.row.publisher, target.row.id}, 0});
  }
  event.kind = asked.kind;
  event.reason = asked.reason;
  event.public_note = asked.public_note;
  event.successor = asked.successor;
  const bool taken =
      exchange.context().desk.withdraw(std::move(event), [exchange](const SubmitAnswer& answer) {
        answer.accepted ? answer_taken(exchange, answer.receipt) : exchange.refuse(answer.errors);
      });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

Status post(const Exchange& exchange) {
  std::vector<Error> errors;
  const Asked asked = TRY(read(exchange, errors));
  if (!errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  if (asked.preview) {
    return exchange.with_view([asked](const Exchange& held, const BrokerView& view) {
      return answer_preview(held, asked, view);
    });
  }
  return withdraw(exchange, asked);
}

}  // namespace

AdminRoutes withdrawal_routes() {
  return {{"POST", "/v1/withdrawals", Access::publisher, post}};
}

}  // namespace gulou
