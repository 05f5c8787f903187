// What a touch kiosk asks for: the list of everything in force, with what searching needs, and one
// item whole. The page searches by itself, so it finds things with broker and agent away. Pure; any
// thread. The formats stand in the README.
#pragma once

#include "adapters/screen/playlist.h"
#include "common/base/time.h"
#include "common/text/language.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gulou {

// channel_lease_ms: where leases are kept. Newest first, urgent ones before; texts for searching up
// to screen_search_chars.
std::string kiosk_list_json(const ScreenContent& content,
                            const std::string& screen,
                            bool drill,
                            Language language,
                            Utc now,
                            std::optional<int64_t> channel_lease_ms = {});

std::string kiosk_item_json(const ScreenItem& item,
                            const std::string& portal_url,
                            Language language);

}  // namespace gulou
