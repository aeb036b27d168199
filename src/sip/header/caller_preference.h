// sip/header/caller_preference.h - "*;mobility=\"fixed\";explicit", what Accept-Contact and Reject-Contact are made of.
#pragma once
#include "sip/header.h"
#include "sip/params.h"

namespace sip {

template <class H>
struct CallerPreference {
  /// Feature parameters (RFC 3840), require and explicit.
  Params params;

  static Parsed<H> parse(base::Cursor& in) {
    Parsed<H> header;
    if (!in.take('*') || !header->params.parse(in)) return malformed();
    return header;
  }
  void print(std::string& out) const {
    out += '*';
    params.print(out);
  }
  bool is_required() const { return params.has("require"); }
  bool is_explicit() const { return params.has("explicit"); }
  bool operator==(const CallerPreference&) const = default;
};

}  // namespace sip
