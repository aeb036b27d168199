// proxy/target.h - one place a request goes to: what its Request-URI becomes, and the way there.
#pragma once
#include <string>
#include <vector>

#include "endpoint/flow.h"
#include "sip/uri.h"

namespace proxy {

struct Target {
  sip::Uri uri;                          ///< the new Request-URI; empty: as it is
  std::vector<std::string> routes{};     ///< Route values put in front, first hop first (Path of a registration)
  endpoint::Flow flow{};
  std::vector<endpoint::Flow> others{};  ///< tried in turn when the first fails (RFC 3263 section 4.3)
  std::uint16_t q = 1000;                ///< thousandths
};

}  // namespace proxy
