#include "main/private_file.h"

#include <fstream>

namespace ahoy {

namespace fs = std::filesystem;

base::Result<void, std::string> write_private(const fs::path& path, std::string_view text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
  out << text;
  out.close();
  if (!out) return base::Unexpected<std::string>{"cannot write " + path.string()};
  return {};
}

}  // namespace ahoy
