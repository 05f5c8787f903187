// The first pinyin letters of a title, by which a kiosk without a keyboard for Chinese finds it:
// "停水通知" is "tstz". Letters and digits stand for themselves, all else is left out. The table is
// made at build time from ICU's; of a character with several readings it knows one. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace gulou {

std::string pinyin_initials(std::string_view text);

}  // namespace gulou
