#include "sip/name_addr.h"

#include "base/text.h"
#include "sip/grammar.h"

namespace sip {

namespace {

/// The display name in front of '<', if there is a '<'. False: neither a quoted string nor tokens.
bool take_display(base::Cursor& in, std::string& display) {
  if (in.peek() == '"') {
    const auto raw = grammar::take_quoted(in);
    if (!raw) return false;
    if (raw->find('\\') == std::string_view::npos) display.assign(raw->substr(1, raw->size() - 2));
    else display = grammar::unquoted(*raw);
    in.skip_space();
    return in.peek() == '<';
  }
  if (in.peek() == '<') return true;
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
  if (!take_display(in, into.display)) return false;
  std::string_view address;
  if (in.take_exact('<')) {
    address = in.take_until('>');
    if (!in.take_exact('>')) return false;
  } else {
    address = in.take_while([](char c) { return c != ';' && c != ',' && !base::is_space(c); });
    if (address.find_first_of("?<>\"") != std::string_view::npos) return false;
  }
  auto parsed = Uri::parse(address);
  if (!parsed) return false;
  into.uri = std::move(*parsed);
  return into.params.parse(in);
}

base::Result<NameAddr, HeaderError> NameAddr::from_text(std::string_view text) {
  base::Result<NameAddr, HeaderError> address{};
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
