// sip/header/call_id.h - Call-ID, RFC 3261 section 20.8. Compared with case, byte by byte.
#pragma once
#include <string>

#include "base/short_text.h"
#include "sip/grammar.h"
#include "sip/header.h"

namespace sip {

struct CallId {
  static constexpr HeaderName name{"Call-ID", 'i'};
  static constexpr Arity arity = Arity::one;

  base::ShortText value;

  static Parsed<CallId> parse(base::Cursor& in) {
    return parsed_by<CallId>(take, in);
  }
  static bool take(base::Cursor& in, CallId& into) {
    into.value.assign(grammar::take(in, grammar::word));
    return !into.value.empty();
  }
  void print(std::string& out) const { out += value.view(); }
  bool operator==(const CallId&) const = default;
};
static_assert(Header<CallId>);

}  // namespace sip
