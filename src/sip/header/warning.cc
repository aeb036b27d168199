#include "sip/header/warning.h"

#include "sip/grammar.h"

namespace sip {

Parsed<Warning> Warning::parse(base::Cursor& in) {
  const auto code = in.take_number<std::uint16_t>();
  if (!code || *code < 100 || *code > 999 || !base::is_space(in.peek())) return malformed();
  const auto agent = grammar::take(in, grammar::value);
  const auto text = grammar::take_quoted(in);
  if (agent.empty() || !text) return malformed();
  return Warning{*code, std::string{agent}, grammar::unquoted(*text)};
}

void Warning::print(std::string& out) const {
  grammar::print_number(out, code);
  out.append(" ").append(agent).append(" ");
  grammar::print_quoted(out, text);
}

}  // namespace sip
