// io/peer_names.h - who a certificate says its owner is, and whether that is a certain domain.
//
// RFC 5922 section 7: the identities are the SIP URIs and DNS names of subjectAltName; the common name counts only
// where there is no such extension. Names are compared whole: a wildcard stands for nobody.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace io {

struct PeerNames {
  std::vector<std::string> uris;  ///< uniformResourceIdentifier
  std::vector<std::string> dns;   ///< dNSName
  std::vector<base::Ip> ips;      ///< iPAddress: not in RFC 5922, for peers that are addressed by number
  std::string common_name;

  bool has_alternatives() const { return !uris.empty() || !dns.empty() || !ips.empty(); }
  /// The domains it stands for, by section 7.1.
  std::vector<std::string> domains() const;
  /// `domain` is a host name, or an address as text with or without brackets.
  bool stand_for(std::string_view domain) const;
  /// For tls-verify-in-subjects: a domain, a whole SIP URI, or the common name.
  bool include(std::string_view subject) const;
  /// For the log.
  std::string text() const;
};

}  // namespace io
