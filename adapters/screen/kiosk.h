// What a touch kiosk asks for: the list of everything in force, with what searching needs, and one
// item whole. The page searches by itself, so it finds things with broker and agent away. Pure; any
// thread. The formats stand in the README.
#pragma once

#include "adapters/screen/lease.h"
#include "adapters/screen/playlist.h"
#include "common/base/time.h"
#include "common/text/language.h"

#include <string>

namespace gulou {

// lease: how long items may be drawn without contact. Newest first, urgent ones before; texts for
// searching up to screen_search_chars.
std::string kiosk_list_json(const ScreenContent& content,
                            const std::string& screen,
                            bool drill,
                            Language language,
                            Utc now,
                            const LeaseView& lease = {});

std::string kiosk_item_json(const ScreenItem& item,
                            const std::string& portal_url,
                            Language language);

}  // namespace gulou
