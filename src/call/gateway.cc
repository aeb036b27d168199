#include "call/gateway.h"

#include <algorithm>

namespace call {

bool Gateway::trusts(const base::Ip& source) const {
  return auth_acl ? auth_acl(source) : std::ranges::count(addresses, source) > 0;
}

sip::Uri Gateway::contact(const sip::Uri& at) const {
  const auto transport = at.param("transport").value_or("udp");
  const auto bare = sip::Uri::sip(contact_user, at.host(), at.port().value_or(0), at.scheme());
  return sip::Uri::parse(std::string{bare.text()} + ";transport=" + std::string{transport} + contact_params)
      .value_or(at);
}

}  // namespace call
