// What a screen shows now, and in which order: a pure function of the items held and the time, so a
// screen without any connection still takes down what has expired and begins what is due. One cycle
// through all of it takes at most screen_cycle_ms_max: who waits in front of it sees everything.
#pragma once

#include "adapters/screen/store.h"
#include "common/base/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gulou {

struct PlaylistRules {
  bool drill = false;  // shows exercises, marked as such
  // Urgent ones come whatever their kind; imported history never does.
  std::vector<Kind> kinds{Kind::notice, Kind::public_notice, Kind::service_guide};
};

struct PlaylistEntry {
  const ScreenItem* item = nullptr;
  bool whole = false;  // with its text; otherwise title and summary, and a QR code to the rest
  std::string html;    // that text
  int64_t ms = 0;      // on the glass in one cycle: time to notice it and time to read it
};

struct Playlist {
  bool takeover = false;  // urgent items alone
  std::vector<PlaylistEntry> entries;
  Utc changes_at;  // when time alone changes it next; 0: never
};

// The instant an item ends by itself: its expiry, or the end of a 公示 period. 0: never.
Utc screen_end_of(const ScreenItem& item);

// Would the display ever draw it?
bool drawable(const Release& release, const PlaylistRules& rules);

// Is it in force now: begun, not ended, not repealed, no drill where none are shown?
bool in_force(const ScreenItem& item, bool drill, Utc now);

// Urgent ones first, then the newest, service guides behind what passes, at most
// screen_playlist_max and one cycle. The whole text is given to those in front as long as the cycle
// has room for it. For screen_takeover_ms after publication an urgent item shows alone.
Playlist playlist(const std::map<std::string, ScreenItem, std::less<>>& items,
                  const PlaylistRules& rules,
                  Utc now);

}  // namespace gulou
