// base/hash.h - the digests SIP uses, by OpenSSL.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace base {

enum class Digest : std::uint8_t { md5, sha256, sha512_256, sha1 };

/// Raw digest bytes: 16 for MD5, 20 for SHA-1 (of WebSocket only), 32 for the others. Roughly 0.3-0.6 us for a short text.
std::string digest(Digest algorithm, std::string_view text);
/// The same as lower-case hexadecimal, as RFC 7616 wants it.
std::string digest_hex(Digest algorithm, std::string_view text);
/// HMAC-SHA-256, 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);
/// Compares in a time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// A fast hash that is the same in every run and on every machine (FNV-1a finished by murmur's mixer):
/// which shard owns a Call-ID must not depend on the build.
std::uint64_t stable_hash(std::string_view text);

/// SipHash-2-4: nobody without the key can make a text of a wanted value, or tell the value of a text. For short marks
/// that travel and come back, where an HMAC would cost more than the message. About 20 ns for a Call-ID.
using HashKey = std::array<std::uint64_t, 2>;
std::uint64_t keyed_hash(const HashKey& key, std::string_view text);

}  // namespace base
