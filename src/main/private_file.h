// main/private_file.h - files that are their owner's alone: configuration with passwords, keys.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ahoy {

/// Makes the folder too. The error is a sentence.
base::Result<void, std::string> write_private(const std::filesystem::path& path, std::string_view text);

}  // namespace ahoy
