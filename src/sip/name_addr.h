// sip/name_addr.h - name-addr / addr-spec with the parameters behind it: From, To, Contact, Route, Refer-To ...
//
// RFC 3261 section 20.10 and 25.1. Without <> everything behind the first ';' belongs to the header, and a URI
// that holds ',' ';' or '?' is malformed.
#pragma once
#include <string>
#include <string_view>

#include "sip/header.h"
#include "sip/params.h"
#include "sip/uri.h"

namespace sip {

struct NameAddr {
  std::string display;  // without quotes and backslashes
  Uri uri;
  Params params;

  /// Takes one from the front of `in`.
  static bool take(base::Cursor& in, NameAddr& into);
  static base::Result<NameAddr, HeaderError> from_text(std::string_view text);
  void print(std::string& out) const;
  std::string text() const;
  bool operator==(const NameAddr&) const = default;
};

/// What headers of this form share; H is the header itself.
template <class H>
struct AddressHeader : NameAddr {
  static Parsed<H> parse(base::Cursor& in) {
    return parsed_by<H>(NameAddr::take, in);
  }
  bool operator==(const AddressHeader&) const = default;
};

}  // namespace sip
