// sip/uri_equivalence.cc - whether two URIs mean the same. RFC 3261 section 19.1.4, RFC 3966 section 5.
#include "sip/uri.h"
#include "sip/uri_parts.h"

namespace sip {

namespace {

/// Equal once escapes are decoded; case matters only where asked for.
bool same_escaped(std::string_view a, std::string_view b, bool case_matters) {
  const auto plain_a = unescape(a), plain_b = unescape(b);
  if (!plain_a || !plain_b) return a == b;
  return case_matters ? *plain_a == *plain_b : base::same(*plain_a, *plain_b);
}

/// Parameters that count even when only one of the two has them, RFC 3261 section 19.1.4.
bool must_be_in_both(std::string_view name) {
  for (const std::string_view special : {"user", "ttl", "method", "maddr", "transport"})
    if (base::same(name, special)) return true;
  return false;
}

bool parameters_agree(std::string_view of, std::string_view other) {
  std::string_view name, value;
  while (next_pair(of, ';', name, value)) {
    const auto theirs = find_pair(other, ';', name);
    if (!theirs ? must_be_in_both(name) : !same_escaped(value, *theirs, false)) return false;
  }
  return true;
}

bool headers_agree(std::string_view of, std::string_view other) {
  std::string_view name, value;
  while (next_pair(of, '&', name, value)) {
    const auto theirs = find_pair(other, '&', name);
    if (!theirs || !same_escaped(value, *theirs, true)) return false;
  }
  return true;
}

/// RFC 3966 section 5: separators do not count, parameters do, in any order.
bool same_telephone(const Uri& a, const Uri& b) {
  if (without_separators(a.user()) != without_separators(b.user())) return false;
  const auto covers = [](const Uri& of, const Uri& other) {
    std::string_view rest = of.parameters(), name, value;
    while (next_pair(rest, ';', name, value)) {
      const auto theirs = other.param(name);
      const bool digits = base::same(name, "ext") || base::same(name, "phone-context");
      if (!theirs) return false;
      if (digits ? without_separators(value) != without_separators(*theirs) : !same_escaped(value, *theirs, false))
        return false;
    }
    return true;
  };
  return covers(a, b) && covers(b, a);
}

}  // namespace

bool equivalent(const Uri& a, const Uri& b) {
  if (a == b) return true;
  if (a.scheme() != b.scheme()) return false;
  if (a.scheme() == Uri::Scheme::tel) return same_telephone(a, b);
  if (!a.is_sip()) return base::same(a.scheme_text(), b.scheme_text()) && a.user() == b.user();
  return same_escaped(a.user(), b.user(), true) && same_escaped(a.password(), b.password(), true) &&
         base::same(a.host(), b.host()) && a.port() == b.port() && parameters_agree(a.parameters(), b.parameters()) &&
         parameters_agree(b.parameters(), a.parameters()) && headers_agree(a.headers(), b.headers()) &&
         headers_agree(b.headers(), a.headers());
}

bool is_same_address_of_record(const Uri& a, const Uri& b) { return a.address_of_record() == b.address_of_record(); }

}  // namespace sip
