// What texts in settings must look like, shared by the rows of all files. The name of a form is
// what a complaint shows as expected, so it is a pattern both languages can read. An empty text of
// a setting that is not required is "absent" and never asked. Pure.
#pragma once

#include "common/base/time.h"
#include "common/settings/rows.h"

namespace gulou::forms {

bool is_endpoint(std::string_view text);
bool is_address(std::string_view text);
bool is_log_level(std::string_view text);
bool is_short_id(std::string_view text);
bool is_name(std::string_view text);
bool is_code(std::string_view text);
bool is_area_code(std::string_view text);
bool is_public_key(std::string_view text);
bool is_hash(std::string_view text);
bool is_web_address(std::string_view text);
bool is_line(std::string_view text);

inline constexpr SettingForm endpoint{"tcp://HOST:PORT", is_endpoint};
inline constexpr SettingForm address{"HOST:PORT", is_address};
inline constexpr SettingForm log_level{"debug | info | warn | error", is_log_level};
inline constexpr SettingForm short_id{"[a-z0-9_-]{1,32}", is_short_id};
inline constexpr SettingForm name{"[A-Za-z0-9._-]{1,64}", is_name};
inline constexpr SettingForm code{"[0-9A-Z]{9} | [0-9A-Z]{18}", is_code};
inline constexpr SettingForm area_code{"[0-9]{12}", is_area_code};
inline constexpr SettingForm public_key{"Z85, 40", is_public_key};
inline constexpr SettingForm hash{"[0-9a-f]{64}", is_hash};
inline constexpr SettingForm web_address{"http://HOST | https://HOST", is_web_address};
inline constexpr SettingForm date{"YYYY-MM-DD", is_date};
inline constexpr SettingForm line{"UTF-8, 1-200", is_line};

}  // namespace gulou::forms
