// What a screen shows now, and in which order: a pure function of the items held and the time, so a
// screen without any connection still takes down what has expired and begins what is due.
#pragma once

#include "adapters/screen/store.h"
#include "common/base/time.h"

#include <map>
#include <string>
#include <vector>

namespace gulou {

struct PlaylistRules {
  bool drill = false;  // shows exercises, marked as such
};

struct Playlist {
  bool takeover = false;  // urgent items alone
  std::vector<const ScreenItem*> items;
  Utc changes_at;  // when time alone changes it next; 0: never
};

// The instant an item ends by itself: its expiry, or the end of a 公示 period. 0: never.
Utc screen_end_of(const ScreenItem& item);

// Urgent ones first, then the newest, service guides behind what passes, at most
// screen_playlist_max. For screen_takeover_ms after publication an urgent item shows alone.
Playlist playlist(const std::map<std::string, ScreenItem, std::less<>>& items,
                  const PlaylistRules& rules,
                  Utc now);

}  // namespace gulou
