// sip/header/contact.h - Contact, RFC 3261 section 20.10, with outbound (RFC 5626) and GRUU (RFC 5627) parameters.
#pragma once
#include <cstdint>
#include <optional>

#include "sip/name_addr.h"

namespace sip {

struct Contact : NameAddr {
  static constexpr HeaderName name{"Contact", 'm'};
  static constexpr Arity arity = Arity::many;

  /// "Contact: *", which removes every binding of a REGISTER.
  bool star = false;

  static Contact of(Uri uri);
  static Contact everything();

  static Parsed<Contact> parse(base::Cursor& in) { return parsed_by<Contact>(take, in); }
  static bool take(base::Cursor& in, Contact& into);
  void print(std::string& out) const;

  /// Seconds; empty when absent or not a number, which RFC 3261 section 20.10 reads as 3600.
  std::optional<std::uint32_t> expires() const { return params.number("expires"); }
  /// 0..1000, thousandths; 1000 when absent or broken.
  int q() const;
  /// "<urn:uuid:...>" without quotes; empty when absent.
  std::string instance() const { return params.text_of("+sip.instance"); }
  std::optional<std::uint32_t> reg_id() const { return params.number("reg-id"); }
  std::string pub_gruu() const { return params.text_of("pub-gruu"); }
  std::string temp_gruu() const { return params.text_of("temp-gruu"); }

  bool operator==(const Contact&) const = default;
};
static_assert(Header<Contact>);

/// "0.75" as 750; nullopt when it is not 0..1 with at most three decimals. RFC 3261 qvalue.
std::optional<int> parse_qvalue(std::string_view text);

}  // namespace sip
