#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/require.h"

namespace base {

namespace {

/// Fetched once: EVP_md5() and friends look their provider up at every use in OpenSSL 3.
const EVP_MD* fetched(Digest algorithm) {
  static const std::array<EVP_MD*, 4> methods{EVP_MD_fetch(nullptr, "MD5", nullptr),
                                              EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                              EVP_MD_fetch(nullptr, "SHA512-256", nullptr),
                                              EVP_MD_fetch(nullptr, "SHA1", nullptr)};
  const EVP_MD* method = methods[static_cast<std::size_t>(algorithm)];
  require(method != nullptr, "OpenSSL lacks a digest that SIP needs");
  return method;
}

struct Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(handle); }
};

}  // namespace

std::string digest(Digest algorithm, std::string_view text) {
  thread_local Context context;
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const bool good = EVP_DigestInit_ex(context.handle, fetched(algorithm), nullptr) == 1 &&
                    EVP_DigestUpdate(context.handle, text.data(), text.size()) == 1 &&
                    EVP_DigestFinal_ex(context.handle, out.data(), &size) == 1;
  require(good, "OpenSSL digest failed");
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string digest_hex(Digest algorithm, std::string_view text) {
  return to_hex(bytes_of(digest(algorithm, text)));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  HMAC(fetched(Digest::sha256), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && !b.empty(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i % b.size()]);
  return difference == 0;
}

std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  return hash;
}

}  // namespace base
