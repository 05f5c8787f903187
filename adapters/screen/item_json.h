// Items as the JSON the pages ask for: in brief with a QR code, or whole. The formats stand in the
// README. Pure; any thread.
#pragma once

#include "adapters/screen/playlist.h"
#include "common/json/writer.h"
#include "common/text/language.h"

#include <string>

namespace gulou {

// What a page calls an item: half of its digest in hex, so a corrected text is another item.
std::string item_key(const ScreenItem& item);

// A drill says so wherever its title stands, not only in the watermark.
std::string item_title(const Release& release, Language language);

// Title, issuer, date and facts: what every page shows of an item.
// lease_ms: how long it may be drawn without contact; 0: for ever.
void add_head(JsonWriter& json, const ScreenItem& item, Language language, int64_t lease_ms = 0);

// The eight elements, question and answer, the text.
void add_text(JsonWriter& json, const Release& release, const std::string& html, Language language);

// An <svg> that leads to the item on the portal; left out where portal_url is empty.
void add_qr(JsonWriter& json,
            const ScreenItem& item,
            const std::string& portal_url,
            Language language);

}  // namespace gulou
