#include "adapters/screen/playlist.h"

#include "common/base/limits.h"

#include <algorithm>
#include <tuple>

namespace gulou {
namespace {

constexpr int64_t day_ms = 24LL * 3600 * 1000;

bool urgent(const ScreenItem& item) {
  return item.release.priority == Priority::urgent;
}

Utc begin_of(const ScreenItem& item) {
  return parse_utc(item.release.not_before).value_or(Utc{});
}

Utc takeover_end_of(const ScreenItem& item) {
  return urgent(item) ? Utc{item.published_on.ms + limits::screen_takeover_ms} : Utc{};
}

bool shown(const ScreenItem& item, const PlaylistRules& rules, Utc now) {
  const Release& release = item.release;
  const Utc end = screen_end_of(item);
  const bool ended = end && end <= now;
  const bool repealed =
      release.validity == Validity::invalid || release.validity == Validity::repealed;
  return !ended && !repealed && begin_of(item) <= now && (!release.test || rules.drill);
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

Playlist playlist(const std::map<std::string, ScreenItem, std::less<>>& items,
                  const PlaylistRules& rules,
                  Utc now) {
  Playlist list;
  for (const auto& [publication, item] : items) {
    note_change(list.changes_at, screen_end_of(item), now);
    note_change(list.changes_at, begin_of(item), now);
    note_change(list.changes_at, takeover_end_of(item), now);
    if (shown(item, rules, now)) {
      list.items.push_back(&item);
    }
  }
  std::sort(list.items.begin(), list.items.end(), [](const ScreenItem* a, const ScreenItem* b) {
    return order_of(*a) < order_of(*b);
  });
  const auto takes_over = [now](const ScreenItem* item) {
    return urgent(*item) && takeover_end_of(*item) > now;
  };
  list.takeover = std::any_of(list.items.begin(), list.items.end(), takes_over);
  if (list.takeover) {
    std::erase_if(list.items, [&](const ScreenItem* item) { return !takes_over(item); });
  }
  list.items.resize(std::min(list.items.size(), limits::screen_playlist_max));
  return list;
}

}  // namespace gulou
