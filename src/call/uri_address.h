// call/uri_address.h - a URI the way channels are named and sip_from_uri and its relatives are: user@host:port.
#pragma once
#include <string>

#include "sip/uri.h"

namespace call {

inline std::string uri_address(const sip::Uri& uri) {
  std::string text{uri.user()};
  if (!text.empty()) text += '@';
  text += uri.host();
  if (const auto port = uri.port()) text += ":" + std::to_string(*port);
  return text;
}

}  // namespace call
