// sip/header/media_type.h - "application/sdp;charset=utf-8", what Content-Type and Accept are made of.
#pragma once
#include <string>
#include <string_view>

#include "sip/grammar.h"
#include "sip/header.h"
#include "sip/params.h"

namespace sip {

template <class H>
struct MediaTypeHeader {
  std::string type;  // "application/sdp", as sent
  Params params;

  static H of(std::string_view type) {
    H header{};
    header.type = type;
    return header;
  }
  static Parsed<H> parse(base::Cursor& in) {
    Parsed<H> header{};
    const auto major = grammar::take_token(in);
    if (major.empty() || !in.take('/')) return malformed();
    const auto minor = grammar::take_token(in);
    if (minor.empty()) return malformed();
    header->type.reserve(major.size() + minor.size() + 1);
    ((header->type += major) += '/') += minor;
    if (!header->params.parse(in)) return malformed();
    return header;
  }
  void print(std::string& out) const {
    out += type;
    params.print(out);
  }
  bool is(std::string_view other) const { return base::same(type, other); }
  bool operator==(const MediaTypeHeader&) const = default;
};

}  // namespace sip
