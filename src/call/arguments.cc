// call/arguments.cc - splitting application data.
#include "call/arguments.h"

#include <limits>

namespace call {

namespace {

char unescaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 's': return ' ';
    default: return c;
  }
}

/// Takes quotes and escapes out of one item. `separator` 0: blanks separate and are not escapable.
std::string clean(std::string_view raw, char separator) {
  while (!raw.empty() && raw.front() == ' ') raw.remove_prefix(1);
  std::string item;
  std::size_t end = 0;  // trailing blanks lie behind it
  bool quoted = false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\\' && i + 1 < raw.size()) {
      const char next = raw[i + 1];
      const bool special =
          next == '\'' || next == '"' || next == '\\' || (separator != 0 && next == separator);
      if (special || unescaped(next) != next) {
        item += special ? next : unescaped(next);
        end = item.size();
        ++i;
        continue;
      }
    }
    if (c == '\'' && (quoted || raw.find('\'', i + 1) != std::string_view::npos)) {
      quoted = !quoted;
      if (quoted) end = item.size();
      continue;
    }
    item += c;
    if (c != ' ' || quoted) end = item.size();
  }
  item.resize(end);
  return item;
}

/// Where the item that starts at the front of `text` ends.
std::size_t item_end(std::string_view text, char separator) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '\'' && (quoted || text.find('\'', i + 1) != std::string_view::npos))
      quoted = !quoted;
    else if (text[i] == separator && !quoted)
      return i;
  }
  return text.size();
}

}  // namespace

std::vector<std::string> split_arguments(std::string_view text, char separator, std::size_t most) {
  if (text.size() >= 3 && text.starts_with("^^")) {
    separator = text[2];
    text.remove_prefix(3);
  }
  const bool blanks = separator == ' ';
  std::vector<std::string> items;
  while (true) {
    while (blanks && !text.empty() && text.front() == ' ') text.remove_prefix(1);
    if (text.empty()) return items;
    const auto end = items.size() + 1 >= most ? text.size() : item_end(text, separator);
    items.push_back(clean(text.substr(0, end), blanks ? '\0' : separator));
    if (end >= text.size()) return items;
    text.remove_prefix(end + 1);
  }
}

}  // namespace call
