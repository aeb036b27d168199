// sip/header/identity.h - Identity, RFC 8224: a signed token that says who calls. Parsed, not verified.
#pragma once
#include "base/text.h"
#include "sip/header.h"
#include "sip/params.h"

namespace sip {

struct Identity {
  static constexpr HeaderName name{"Identity"};
  static constexpr Arity arity = Arity::one;

  /// header.claims.signature, base64url; the compact form begins with "..".
  std::string token;
  Params params;

  static Parsed<Identity> parse(base::Cursor& in) {
    Parsed<Identity> header;
    const auto rest = in.rest();
    const auto text = base::trim(rest.substr(0, rest.find(';')));
    if (text.empty() || text.find_first_of(" \t\"<>,") != std::string_view::npos) return malformed();
    in.take_count(std::min(rest.find(';'), rest.size()));
    header->token.assign(text);
    if (!header->params.parse(in)) return malformed();
    return header;
  }
  void print(std::string& out) const {
    out += token;
    params.print(out);
  }
  /// The URI of the certificate, without its brackets.
  std::string info() const {
    auto text = params.text_of("info");
    if (text.size() > 1 && text.front() == '<' && text.back() == '>') text = text.substr(1, text.size() - 2);
    return text;
  }
  /// "shaken"; empty when it is not said.
  std::string type() const { return params.text_of("ppt"); }
  bool operator==(const Identity&) const = default;
};
static_assert(Header<Identity>);

}  // namespace sip
