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
    return parsed_by<H>(take, in);
  }
  static bool take(base::Cursor& in, H& into) {
    in.skip_space();
    const auto text = in.rest();
    const auto major = grammar::take_token(in);
    if (major.empty() || !in.take('/')) return false;
    const auto minor = grammar::take_token(in);
    if (minor.empty()) return false;
    const auto size = major.size() + 1 + minor.size();
    const bool tight = minor.data() + minor.size() == text.data() + size;
    if (tight) into.type.assign(text.substr(0, size));
    else into.type.assign(major).append("/").append(minor);
    return in.at_end() || into.params.parse(in);
  }
  void print(std::string& out) const {
    out += type;
    params.print(out);
  }
  bool is(std::string_view other) const { return base::same(type, other); }
  bool operator==(const MediaTypeHeader&) const = default;
};

}  // namespace sip
