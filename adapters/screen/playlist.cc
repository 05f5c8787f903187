#include "adapters/screen/playlist.h"

#include "adapters/screen/item_text.h"
#include "adapters/screen/limits.h"

#include <algorithm>
#include <tuple>

namespace gulou {
namespace {

constexpr int64_t day_ms = 24LL * 3600 * 1000;

bool urgent(const ScreenItem& item) {
  return item.release.priority == Priority::urgent;
}

Utc begin_of(const ScreenItem& item) {
  return std::max(parse_utc(item.release.not_before).value_or(Utc{}), item.from);
}

Utc takeover_end_of(const ScreenItem& item) {
  return urgent(item) ? Utc{item.published_on.ms + limits::screen_takeover_ms} : Utc{};
}

// Guides stay for years; they must not keep the news of the day waiting.
auto order_of(const ScreenItem& item) {
  return std::tuple(!urgent(item),
                    item.release.kind == Kind::service_guide,
                    -item.published_on.ms,
                    -static_cast<int64_t>(item.seq.value),
                    item.publication);
}

void note_change(Utc& next, Utc at, Utc now) {
  if (at > now && (!next || at < next)) {
    next = at;
  }
}

int64_t reading_ms(size_t chars) {
  return limits::screen_item_ms + static_cast<int64_t>(chars) * limits::screen_character_ms;
}

// As many as fit one cycle in brief; then the whole text for those in front while there is room.
void fit_cycle(std::vector<PlaylistEntry>& entries) {
  int64_t cycle_ms = 0;
  std::vector<int64_t> whole_ms;
  for (PlaylistEntry& entry : entries) {
    const ReadingLength length = reading_length(entry.item->release);
    entry.ms = reading_ms(length.brief_chars);
    if (cycle_ms + entry.ms > limits::screen_cycle_ms_max ||
        whole_ms.size() == limits::screen_playlist_max) {
      break;
    }
    cycle_ms += entry.ms;
    whole_ms.push_back(length.whole_chars > 0 ? reading_ms(length.whole_chars) : 0);
  }
  entries.resize(whole_ms.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    PlaylistEntry& entry = entries[i];
    if (whole_ms[i] > 0 && cycle_ms - entry.ms + whole_ms[i] <= limits::screen_cycle_ms_max) {
      cycle_ms += whole_ms[i] - entry.ms;
      entry.ms = whole_ms[i];
      entry.whole = true;
      entry.html = item_html(entry.item->release);
    }
  }
}

}  // namespace

Utc screen_end_of(const ScreenItem& item) {
  Utc end = parse_utc(item.release.expires).value_or(Utc{});
  if (item.release.public_notice) {
    if (const auto last_day = parse_shanghai_date(item.release.public_notice->period_to)) {
      const Utc period_end{last_day->ms + day_ms};
      end = end ? std::min(end, period_end) : period_end;
    }
  }
  return end;
}

bool drawable(const Release& release, const PlaylistRules& rules) {
  const bool of_kind =
      std::find(rules.kinds.begin(), rules.kinds.end(), release.kind) != rules.kinds.end();
  return (of_kind || release.priority == Priority::urgent) && !release.imported &&
         (!release.test || rules.drill);
}

bool in_force(const ScreenItem& item, bool drill, Utc now) {
  const Release& release = item.release;
  const Utc end = screen_end_of(item);
  const bool ended = end && end <= now;
  const bool repealed =
      release.validity == Validity::invalid || release.validity == Validity::repealed;
  return !ended && !repealed && begin_of(item) <= now && (!release.test || drill);
}

Playlist playlist(const std::map<std::string, ScreenItem, std::less<>>& items,
                  const PlaylistRules& rules,
                  Utc now) {
  Playlist list;
  for (const auto& [publication, item] : items) {
    note_change(list.changes_at, screen_end_of(item), now);
    note_change(list.changes_at, begin_of(item), now);
    note_change(list.changes_at, takeover_end_of(item), now);
    if (drawable(item.release, rules) && in_force(item, rules.drill, now)) {
      list.entries.push_back({&item, false, {}, 0});
    }
  }
  std::sort(
      list.entries.begin(), list.entries.end(), [](const PlaylistEntry& a, const PlaylistEntry& b) {
        return order_of(*a.item) < order_of(*b.item);
      });
  const auto takes_over = [now](const PlaylistEntry& entry) {
    return urgent(*entry.item) && takeover_end_of(*entry.item) > now;
  };
  list.takeover = std::any_of(list.entries.begin(), list.entries.end(), takes_over);
  if (list.takeover) {
    std::erase_if(list.entries, [&](const PlaylistEntry& entry) { return !takes_over(entry); });
  }
  fit_cycle(list.entries);
  return list;
}

}  // namespace gulou
