// base/certificate.h - an authority of one's own and a certificate it signs, by OpenSSL. For first starts and tests.
#pragma once
#include <optional>
#include <string>

namespace base {

struct Certificates {
  std::string authority_pem, authority_key_pem;  ///< ten years
  std::string certificate_pem, key_pem;          ///< two years; the host as subject alternative name
};

/// EC keys on P-256. `host`: a DNS name or an address. Empty when OpenSSL refuses, which is not expected.
std::optional<Certificates> make_certificates(const std::string& host);

}  // namespace base
