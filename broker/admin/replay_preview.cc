#include "broker/admin/replay_preview.h"

#include "broker/admin/fits.h"
#include "broker/admin/holds.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr size_t first_skipped_rows = 5;

template <class List, class Value>
bool among(const List& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool asks_for(const ReplaySelection& selection, const EntryAccepted& entry) {
  const bool in_time = (!selection.accepted_from || entry.accepted_at >= selection.accepted_from) &&
                       (!selection.accepted_to || entry.accepted_at < selection.accepted_to);
  return in_time && entry.seq >= selection.from && entry.seq <= selection.to &&
         std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
           const bool named = selection.publication.empty() ||
                              selection.publication == entry.publisher + "/" + part.id;
           return named && among(selection.kinds, part.kind) &&
                  among(selection.columns, part.column);
         });
}

// Parts that are still what the publication shows.
struct Live {
  bool down = true;      // every part was withdrawn
  bool replaced = true;  // every part has a newer revision
};

Live live_parts(const History& history, const EntryAccepted& entry) {
  Live live;
  for (const EntryPart& part : entry.parts) {
    const auto row = history.publication({entry.publisher, part.id});
    live.down = live.down && row && row->is_down(row->newest().revision);
    live.replaced = live.replaced && row && row->newest().revision > part.revision;
  }
  return live;
}

struct Question {
  const History& history;
  const ReplaySelection& selection;
  const Channel& policy;
  ChannelNo gate;
  bool allow_duplicate = false;
  Utc now;
};

// Why it is not sent again; empty: it is.
std::string why_not(const Question& question,
                    const EntryAccepted& entry,
                    const Standing& standing) {
  const Live live = live_parts(question.history, entry);
  if (live.down || standing.state == DeliveryState::withdrawn) {
    return "withdrawn";
  }
  if (live.replaced || standing.state == DeliveryState::superseded) {
    return "superseded";
  }
  if ((entry.expires && entry.expires <= question.now) ||
      standing.state == DeliveryState::expired) {
    return "expired";
  }
  if (standing.state && !is_final(*standing.state) && *standing.state != DeliveryState::parked) {
    return "under_way";
  }
  const bool there = standing.state == DeliveryState::published;
  if (there && question.selection.newest_only) {
    return "there";
  }
  const bool blind = !question.policy.can_look && !question.allow_duplicate;
  return blind && (there || standing.maybe_published) ? "duplicate" : "";
}

void skip(ReplayPreview& preview, const std::string& reason, Seq seq) {
  ReplayPreview::Skipped& skipped = preview.skipped[reason];
  ++skipped.count;
  if (skipped.first.size() < first_skipped_rows) {
    skipped.first.push_back(seq);
  }
}

void judge(const Question& question, const ReleaseLine& line, ReplayPreview& preview) {
  const EntryAccepted& entry = line.entry;
  if (!asks_for(question.selection, entry) || !takes(question.policy.filter, entry)) {
    return;
  }
  const Standing stands =
      standing(question.history, question.selection.channel, entry, question.gate);
  if (!among(question.selection.states, stands.state.value_or(DeliveryState::pending)) ||
      !among(question.selection.reasons, stands.reason) ||
      (!question.selection.outcomes.empty() &&
       !(stands.outcome && among(question.selection.outcomes, *stands.outcome)))) {
    return;
  }
  const std::string reason = why_not(question, entry, stands);
  if (!reason.empty()) {
    skip(preview, reason, entry.seq);
    return;
  }
  ++preview.count;
  if (preview.sample.size() < limits::replay_sample_rows) {
    preview.sample.push_back(
        {entry.seq, entry.publisher + "/" + entry.parts.front().id, line.title, stands.state});
  }
}

ChannelNo number_of(const History& history, std::string_view id) {
  for (const ChannelDefined& channel : history.channels()) {
    if (channel.id == id) {
      return channel.channel;
    }
  }
  return {};
}

}  // namespace

ReplayPreview preview_replay(const History& history,
                             const CountySettings& county,
                             const ReplaySelection& selection,
                             bool allow_duplicate,
                             Utc now) {
  ReplayPreview preview;
  const Channel* policy = county.channel(ChannelNames(history).id(selection.channel));
  if (policy == nullptr) {
    return preview;
  }
  const Question question{
      history, selection, *policy, number_of(history, policy->gate.channel), allow_duplicate, now};
  Seq before{selection.to.value + 1};
  while (true) {
    const auto lines = history.releases(before, limits::page_rows_max);
    for (const ReleaseLine& line : lines) {
      if (line.part == 0 && line.seq >= selection.from) {
        ++preview.looked_at;
        judge(question, line, preview);
      }
    }
    const bool at_end = lines.size() < limits::page_rows_max ||
                        lines.back().seq.value <= std::max<uint64_t>(selection.from.value, 1);
    if (at_end) {
      return preview;
    }
    if (preview.looked_at >= limits::replay_preview_max) {
      preview.complete = false;
      return preview;
    }
    before = lines.back().seq;
  }
}

void append_preview(JsonWriter& json, const Exchange& exchange, const ReplayPreview& preview) {
  json.member("count", preview.count)
      .member("looked_at", preview.looked_at)
      .member("complete", preview.complete)
      .key("sample")
      .begin_array();
  for (const ReplayPreview::Row& row : preview.sample) {
    json.begin_object()
        .member("seq", row.seq.value)
        .member("publication", row.publication)
        .member("title", row.title);
    if (row.state) {
      json.member("state", name_of(*row.state));
    }
    json.end_object();
  }
  json.end_array().key("skipped").begin_array();
  for (const auto& [reason, skipped] : preview.skipped) {
    json.begin_object()
        .member("reason", reason)
        .member("count", skipped.count)
        .member("sentence", exchange.say({ErrorCode::internal, "replay_skips_" + reason, {}, {}}))
        .key("seqs")
        .begin_array();
    for (const Seq seq : skipped.first) {
      json.value(seq.value);
    }
    json.end_array().end_object();
  }
  json.end_array();
}

}  // namespace gulou
