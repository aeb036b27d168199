// dialplan/preprocessor.h - X-PRE-PROCESS: many files become one text that remembers where each byte came
// from.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "call/variables.h"
#include "dialplan/place.h"

namespace dialplan {

/// One text out of many, and its map back.
class Source {
 public:
  const std::string& text() const { return text_; }
  Place place(std::size_t offset) const;

 private:
  friend class Preprocessor;
  /// From `offset` on the text is a copy of a file from line:column on, or one replaced value that stands
  /// there.
  struct Segment {
    std::size_t offset;
    std::uint32_t file, line, column;
    bool copied;
  };
  std::string text_;
  std::vector<std::string> files_;
  std::vector<Segment> segments_;
};

struct Preprocessed {
  Source source;
  call::Variables globals;
  Findings findings;  ///< warnings, and errors that leave a gap (a missing file)
  bool ok = true;
};

/// Reads `file` and everything it includes.
Preprocessed preprocess_file(const std::string& file, const call::Variables& presets);
Preprocessed preprocess_text(std::string_view text, const std::string& file, const std::string& directory,
                             const call::Variables& presets);

}  // namespace dialplan
