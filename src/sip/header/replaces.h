// sip/header/replaces.h - Replaces, RFC 3891 section 6.1: the dialog a new INVITE takes over.
#pragma once
#include <string>

#include "sip/header.h"
#include "sip/params.h"

namespace sip {

struct Replaces {
  static constexpr HeaderName name{"Replaces"};
  static constexpr Arity arity = Arity::one;

  std::string call_id;
  Params params;

  static Replaces of(std::string_view call_id, std::string_view to_tag, std::string_view from_tag);
  /// Exactly one to-tag and one from-tag, or it is malformed.
  static Parsed<Replaces> parse(base::Cursor& in);
  void print(std::string& out) const;

  std::string_view to_tag() const { return params.find("to-tag").value_or(std::string_view{}); }
  std::string_view from_tag() const { return params.find("from-tag").value_or(std::string_view{}); }
  /// Only a dialog that is not confirmed may be replaced.
  bool early_only() const { return params.has("early-only"); }
  bool operator==(const Replaces&) const = default;
};
static_assert(Header<Replaces>);

}  // namespace sip
