// A release as a sheet to post: its text as blocks of an official document, with the facts people
// ask for, issuer, date and a QR code to the portal. The whole text; what a PDF attachment says
// stays on the portal, and the sheet says so. Pure but for the pictures it reads; any thread.
#pragma once

#include "adapters/screen/store.h"
#include "common/draw/official.h"
#include "common/text/language.h"

#include <functional>
#include <string>
#include <string_view>

namespace gulou {

// The bytes of a picture of the release; empty: not there.
using PictureOf = std::function<std::string(const Digest& digest)>;

OfficialSheet board_sheet(const ScreenItem& item,
                          const std::string& portal_url,
                          Language language,
                          const PictureOf& picture);

// A body in normal form, whose pictures stand at files/<hex>/<name>.
std::vector<OfficialBlock> official_blocks(std::string_view html, const PictureOf& picture);

}  // namespace gulou
