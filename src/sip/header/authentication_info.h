// sip/header/authentication_info.h - Authentication-Info, RFC 3261 section 20.6, RFC 7616 section 3.5.
#pragma once
#include "sip/header/credentials.h"

namespace sip {

struct AuthenticationInfo {
  static constexpr HeaderName name{"Authentication-Info"};
  static constexpr Arity arity = Arity::one;

  AuthParams params;  // nextnonce, qop, rspauth, cnonce, nc

  static Parsed<AuthenticationInfo> parse(base::Cursor& in) {
    Parsed<AuthenticationInfo> header;
    if (!header->params.parse(in)) return malformed();
    return header;
  }
  void print(std::string& out) const { params.print(out); }
  bool operator==(const AuthenticationInfo&) const = default;
};
static_assert(Header<AuthenticationInfo>);

}  // namespace sip
