// The known name that a mistyped one probably means: for unknown keys and references in settings.
// Near means few insertions, deletions, changes or swapped neighbours; better nothing than a guess
// that misleads. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gulou {

// Empty if none is near: at most a third of its letters differ.
std::string nearest_name(std::string_view wrong, std::span<const std::string> known);

}  // namespace gulou
