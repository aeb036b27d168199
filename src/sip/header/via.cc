#include "sip/header/via.h"

#include "sip/grammar.h"

namespace sip {

namespace {

/// "SIP / 2.0 / UDP" with optional blanks around the slashes.
bool take_protocol(base::Cursor& in, Via& via) {
  in.skip_space();
  if (in.take_prefix("SIP/2.0/")) {
    via.transport.assign(grammar::take_token(in));
    return !via.transport.empty();
  }
  const auto name = grammar::take_token(in);
  if (name.empty() || !in.take('/')) return false;
  const auto version = grammar::take_token(in);
  if (version.empty() || !in.take('/')) return false;
  via.protocol.assign(name).append("/").append(version);
  via.transport.assign(grammar::take_token(in));
  return !via.transport.empty();
}

/// "(text (nested))", RFC 3261 section 25.1; legal behind a Via, without meaning.
bool skip_comment(base::Cursor& in) {
  if (!in.take('(')) return true;
  for (int depth = 1; depth > 0;) {
    if (in.at_end()) return false;
    const char c = in.take_count(1)[0];
    if (c == '\\') in.take_count(1);
    else if (c == '(') ++depth;
    else if (c == ')') --depth;
  }
  return true;
}

}  // namespace

bool Via::take(base::Cursor& in, Via& into) {
  if (!take_protocol(in, into) || !base::is_space(in.peek())) return false;
  in.skip_space();
  const auto host = grammar::take_host(in);
  if (!host) return false;
  into.host.assign(*host);
  if (in.take(':')) {
    into.port = in.take_number<std::uint16_t>();
    if (!into.port) return false;
  }
  return into.params.parse(in) && skip_comment(in);
}

void Via::print(std::string& out) const {
  out.append(protocol).append("/").append(transport).append(" ").append(host);
  if (port) {
    out += ':';
    grammar::print_number(out, *port);
  }
  params.print(out);
}

std::string_view Via::received() const {
  auto address = params.find("received").value_or(std::string_view{});
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return address;
}

std::optional<std::uint16_t> Via::rport() const {
  const auto text = params.find("rport");
  return text ? base::to_number<std::uint16_t>(*text) : std::nullopt;
}

std::string Via::sent_by(std::uint16_t usual) const {
  std::string text = base::lowered(host);
  text += ':';
  grammar::print_number(text, port.value_or(usual));
  return text;
}

}  // namespace sip
