// sip/header/join.h - Join, RFC 3911: the dialog a new INVITE is to be joined to.
#pragma once
#include "sip/header/replaces.h"

namespace sip {

struct Join {
  static constexpr HeaderName name{"Join"};
  static constexpr Arity arity = Arity::one;

  std::string call_id;
  Params params;

  /// Exactly one to-tag and one from-tag, as in Replaces.
  static Parsed<Join> parse(base::Cursor& in) {
    Parsed<Join> header;
    auto like = Replaces::parse(in);
    if (!like) return malformed();
    header->call_id = std::move(like->call_id);
    header->params = std::move(like->params);
    return header;
  }
  void print(std::string& out) const {
    out += call_id;
    params.print(out);
  }
  std::string_view to_tag() const { return params.find("to-tag").value_or(std::string_view{}); }
  std::string_view from_tag() const { return params.find("from-tag").value_or(std::string_view{}); }
  bool operator==(const Join&) const = default;
};
static_assert(Header<Join>);

}  // namespace sip
