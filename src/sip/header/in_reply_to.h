// sip/header/in_reply_to.h - In-Reply-To, RFC 3261 section 20.21: Call-IDs this call answers.
#pragma once
#include <string>

#include "sip/grammar.h"
#include "sip/header.h"

namespace sip {

struct InReplyTo {
  static constexpr HeaderName name{"In-Reply-To"};
  static constexpr Arity arity = Arity::many;

  std::string call_id;

  static Parsed<InReplyTo> parse(base::Cursor& in) {
    const auto text = grammar::take(in, grammar::word);
    if (text.empty()) return malformed();
    return InReplyTo{std::string{text}};
  }
  void print(std::string& out) const { out += call_id; }
  bool operator==(const InReplyTo&) const = default;
};
static_assert(Header<InReplyTo>);

}  // namespace sip
