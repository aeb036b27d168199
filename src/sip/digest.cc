#include "sip/digest.h"

#include <array>

#include "base/text.h"

namespace sip {

namespace {
constexpr std::array<std::string_view, 6> names{"MD5",          "MD5-sess",    "SHA-256",
                                                "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"};
}  // namespace

std::string_view name(Algorithm algorithm) { return names[static_cast<std::size_t>(algorithm)]; }

std::optional<Algorithm> algorithm_of(std::string_view text) {
  if (text.empty()) return Algorithm::md5;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (base::same(names[i], text)) return static_cast<Algorithm>(i);
  return std::nullopt;
}

base::Digest hash_of(Algorithm algorithm) {
  constexpr std::array hashes{base::Digest::md5, base::Digest::sha256, base::Digest::sha512_256};
  return hashes[static_cast<std::size_t>(algorithm) / 2];
}

std::string make_ha1(base::Digest hash, std::string_view user, std::string_view realm, std::string_view password) {
  std::string text;
  text.append(user).append(":").append(realm).append(":").append(password);
  return base::digest_hex(hash, text);
}

std::string digest_response(const DigestInput& input) {
  const auto hash = hash_of(input.algorithm);
  std::string a1{input.ha1};
  if (is_session(input.algorithm)) {
    a1.append(":").append(input.nonce).append(":").append(input.cnonce);
    a1 = base::digest_hex(hash, a1);
  }
  std::string a2;
  a2.append(input.method).append(":").append(input.uri);
  if (input.qop == "auth-int") a2.append(":").append(base::digest_hex(hash, input.body));
  std::string text = a1;
  text.append(":").append(input.nonce).append(":");
  if (!input.qop.empty())
    text.append(input.nc).append(":").append(input.cnonce).append(":").append(input.qop).append(":");
  text += base::digest_hex(hash, a2);
  return base::digest_hex(hash, text);
}

std::string Secret::ha1(base::Digest hash, std::string_view user, std::string_view realm) const {
  const std::array kept{&md5_ha1, &sha256_ha1, &sha512_256_ha1};
  const auto& known = *kept[static_cast<std::size_t>(hash)];
  if (!known.empty()) return base::lowered(known);
  return password.empty() ? std::string{} : make_ha1(hash, user, realm, password);
}

}  // namespace sip
