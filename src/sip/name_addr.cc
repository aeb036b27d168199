#include "sip/name_addr.h"

#include "base/text.h"
#include "sip/grammar.h"

namespace sip {

namespace {

/// The display name in front of '<', if there is a '<'. False: neither a quoted string nor tokens.
bool take_display(base::Cursor& in, std::string& display) {
  if (in.peek() == '"') {
    const auto size = grammar::quoted_size(in.rest());
    if (size == 0) return false;
    const auto raw = in.take_count(size);
    const auto plain = raw.substr(1, size - 2);
    if (plain.find('\\') == std::string_view::npos) display.assign(plain);
    else display = grammar::unquoted(raw);
    in.skip_space();
    return in.peek() == '<';
  }
  base::Cursor ahead = in;
  const auto words = ahead.take_while([](char c) { return grammar::is(c, grammar::token) || base::is_space(c); });
  if (ahead.peek() != '<') return true;  // an addr-spec
  display.assign(base::trim(words));
  in = ahead;
  return true;
}

}  // namespace

bool NameAddr::take(base::Cursor& in, NameAddr& into) {
  in.skip_space();
  if (in.peek() != '<' && !take_display(in, into.display)) return false;
  std::string_view address;
  if (in.take_exact('<')) {
    const auto close = in.rest().find('>');
    if (close == std::string_view::npos) return false;
    address = in.take_count(close);
    in.take_count(1);
  } else {
    address = in.take_while([](char c) { return c != ';' && c != ',' && !base::is_space(c); });
    if (address.find_first_of("?<>\"") != std::string_view::npos) return false;
  }
  return !into.uri.assign(address) && (in.at_end() || into.params.parse(in));
}

base::Result<NameAddr, HeaderError> NameAddr::from_text(std::string_view text) {
  base::Result<NameAddr, HeaderError> address;
  base::Cursor in{text};
  if (!take(in, *address)) return malformed();
  in.skip_space();
  if (!in.at_end()) return malformed();
  return address;
}

void NameAddr::print(std::string& out) const {
  if (!display.empty()) {
    grammar::print_quoted(out, display);
    out += ' ';
  }
  out += '<';
  uri.print(out);
  out += '>';
  params.print(out);
}

std::string NameAddr::text() const {
  std::string out;
  print(out);
  return out;
}

}  // namespace sip
