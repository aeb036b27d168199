#include "call/gateway.h"

#include <algorithm>

namespace call {

bool Gateway::trusts(const base::Ip& source) const {
  if (auth_acl) return auth_acl(source);
  return std::ranges::count(addresses, source) > 0 || (resolves_to && resolves_to(source));
}

sip::Uri Gateway::contact(const sip::Uri& at) const {
  const auto transport = at.param("transport").value_or("udp");
  const auto bare = sip::Uri::sip(contact_user, at.host(), at.port().value_or(0), at.scheme());
  return sip::Uri::parse(std::string{bare.text()} + ";transport=" + std::string{transport} + contact_params)
      .value_or(at);
}

}  // namespace call
