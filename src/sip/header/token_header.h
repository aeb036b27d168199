// sip/header/token_header.h - the family of headers that are a token with parameters: Supported, Event, Reason ...
#pragma once
#include <string>
#include <string_view>

#include "sip/grammar.h"
#include "sip/header.h"
#include "sip/params.h"

namespace sip {

template <class H>
struct TokenHeader {
  std::string token;
  Params params;

  static H of(std::string_view token) {
    H header{};
    header.token = token;
    return header;
  }
  static Parsed<H> parse(base::Cursor& in) {
    Parsed<H> header;
    const auto text = grammar::take_token(in);
    if (text.empty()) return malformed();
    header->token.assign(text);
    if (!header->params.parse(in)) return malformed();
    return header;
  }
  void print(std::string& out) const {
    out += token;
    params.print(out);
  }
  /// Tokens compare without case (RFC 3261 section 7.3.1).
  bool is(std::string_view other) const { return base::same(token, other); }
  bool operator==(const TokenHeader&) const = default;
};

}  // namespace sip
