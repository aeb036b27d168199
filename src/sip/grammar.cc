#include "sip/grammar.h"

#include <charconv>

#include "base/address.h"

namespace sip::grammar {

std::size_t quoted_size(std::string_view text) {
  if (text.empty() || text[0] != '"') return 0;
  const auto close = text.find('"', 1);
  if (close == std::string_view::npos) return 0;
  if (text.substr(1, close - 1).find('\\') == std::string_view::npos) return close + 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') return i + 1;
    i += c == '\\' ? 1 : 0;
  }
  return 0;
}

std::optional<std::string_view> take_quoted(base::Cursor& in) {
  base::Cursor ahead = in;
  ahead.skip_space();
  const auto size = quoted_size(ahead.rest());
  if (size == 0) return std::nullopt;
  const auto raw = ahead.take_count(size);
  in = ahead;
  return raw;
}

std::string unquoted(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return std::string{raw};
  raw = raw.substr(1, raw.size() - 2);
  if (raw.find('\\') == std::string_view::npos) return std::string{raw};
  std::string plain;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
    plain += raw[i];
  }
  return plain;
}

void print_quoted(std::string& out, std::string_view plain) {
  out += '"';
  for (const char c : plain) {
    if (c == '\r' || c == '\n' || c == '\0') continue;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

std::optional<std::string_view> take_host(base::Cursor& in) {
  if (in.peek() != '[') {
    const auto name = in.take_while([](char c) { return is(c, host); });
    if (name.empty()) return std::nullopt;
    return name;
  }
  const auto close = in.rest().find(']');
  if (close == std::string_view::npos) return std::nullopt;
  const auto address = in.rest().substr(0, close + 1);
  if (!base::Ip::parse(address)) return std::nullopt;
  in.take_count(close + 1);
  return address;
}

void print_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

}  // namespace sip::grammar
