// call/arguments.h - how applications split their data (FreeSWITCH's switch_separate_string).
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace call {

/// Splits at `separator`; 'quotes' protect it, a backslash protects the next character (quote, backslash,
/// separator and n, r, t, s as line end, return, tab and blank), blanks around an item are trimmed. With ' '
/// as separator runs of blanks count as one. A leading `^^:` makes `:` the separator. At most `most` items:
/// the last keeps the rest.
std::vector<std::string> split_arguments(std::string_view text, char separator = ' ',
                                         std::size_t most = 1000);

}  // namespace call
