// sip/grammar.h - the lexical rules of RFC 3261 section 25.1 that headers share.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/cursor.h"
#include "base/text.h"

namespace sip::grammar {

/// What a character may be part of, one bit a class.
enum Class : std::uint8_t {
  token = 1,         // token, plus bytes of UTF-8 sequences
  word = 2,          // word: Call-ID
  value = 4,         // an unquoted parameter value: token, host, and what peers send besides
  user = 8,          // user part of a URI, '%' aside
  uri_param = 16,    // name or value of a URI parameter, '%' aside
  uri_header = 32,   // URI headers, '%' aside
  host = 64,         // host name or IPv4 address
  opaque = 128,      // visible, not <> or quote: any URI
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&](std::string_view characters, int bits) {
    for (const char c : characters) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | bits);
    }
  };
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 255);
  add("-.!%*_+`'~", token | word | value);
  add("()<>:\\\"/[]?{}@", word);
  add(":[]/@=?#&$^|{}()", value);
  add("-_.!~*'()&=+$,;?/", user);
  add("#", user);  // has to be escaped, but star codes such as *#06# come as dialled
  add("-_.!~*'()[]/:&+$", uri_param);
  add("-_.!~*'()[]/?:+$&=", uri_header);
  add("-._", host);
  add("!#$%&'()*+,-./:;=?@[]_~", opaque);
  for (int c = 128; c < 256; ++c) table[static_cast<std::size_t>(c)] = token | word | value;
  return table;
}
inline constexpr std::array<std::uint8_t, 256> classes = make_classes();

constexpr bool is(char c, Class which) { return (classes[static_cast<unsigned char>(c)] & which) != 0; }
/// Where the run of characters of one class that begins at `from` ends. Four at a time: half of what typed headers
/// cost is spent here.
constexpr std::size_t run_end(std::string_view text, std::size_t from, Class which) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin + from;
  const auto here = [&](int more) { return static_cast<std::size_t>(at - begin + more); };
  for (; end - at >= 4; at += 4) {
    if (!is(at[0], which)) return here(0);
    if (!is(at[1], which)) return here(1);
    if (!is(at[2], which)) return here(2);
    if (!is(at[3], which)) return here(3);
  }
  while (at != end && is(*at, which)) ++at;
  return here(0);
}
constexpr bool all_of(std::string_view text, Class which) { return run_end(text, 0, which) == text.size(); }
constexpr bool is_token(std::string_view text) { return !text.empty() && all_of(text, token); }

/// A run of one class, after optional space; empty (and nothing consumed) when there is none.
inline std::string_view take(base::Cursor& in, Class which) {
  const base::Cursor before = in;
  in.skip_space();
  const auto run = in.take_count(run_end(in.rest(), 0, which));
  if (run.empty()) in = before;
  return run;
}
inline std::string_view take_token(base::Cursor& in) { return take(in, token); }

/// The length of the quoted string in front of `text`, quotes included; 0 when it is not closed.
std::size_t quoted_size(std::string_view text);
/// A quoted string with its quotes, after optional space.
std::optional<std::string_view> take_quoted(base::Cursor& in);
/// Without quotes and backslashes; text that is not quoted comes back as it is.
std::string unquoted(std::string_view raw);
/// Between quotes; line ends and NULs are dropped, because no quoted string can hold them.
void print_quoted(std::string& out, std::string_view plain);
/// A host name, IPv4 address or [IPv6 address], no space skipped; nullopt when there is none or it is broken.
std::optional<std::string_view> take_host(base::Cursor& in);
/// A decimal number, without the allocation of std::to_string.
void print_number(std::string& out, std::uint64_t number);
/// Pieces of a comma list, respecting quotes and <>, without blanks around them. An empty text has none.
template <class Visit>
void each_in_list(std::string_view text, Visit visit) {
  std::size_t begin = 0;
  bool angle = false;
  if (base::trim(text).empty()) return;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && !angle)) {
      visit(base::trim(text.substr(begin, i - begin)));
      begin = i + 1;
    } else if (text[i] == '"' && !angle) {
      const auto size = quoted_size(text.substr(i));
      if (size > 0) i += size - 1;
    } else if (text[i] == '<') {
      angle = true;
    } else if (text[i] == '>') {
      angle = false;
    }
  }
}

}  // namespace sip::grammar
