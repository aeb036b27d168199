// main/version.h - what this program calls itself.
#pragma once
#include <string_view>

namespace ahoy {

inline constexpr std::string_view version = "Ahoy 0.1.0";

}  // namespace ahoy
