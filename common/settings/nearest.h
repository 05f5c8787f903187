// The known name that a mistyped one probably means. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gulou {

// Empty if none is near: at most a third of its letters differ.
std::string nearest_name(std::string_view wrong, std::span<const std::string> known);

}  // namespace gulou
