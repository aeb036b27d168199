// sip/header_name.h - the field names a message recognises while it is scanned.
//
// Recognising is an optimisation and nothing more: a name in this table gets a small number, with which
// Message::get<H>() finds its fields without comparing text, and its compact form is understood by raw access.
// A header that is not listed works all the same.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "base/text.h"

namespace sip {

enum class HeaderId : std::uint8_t {
  other,  // not in the table
  via, from, to, call_id, cseq, max_forwards, contact, content_length, content_type, route, record_route,
  authorization, proxy_authorization, www_authenticate, proxy_authenticate, allow, supported, require, proxy_require,
  expires, event, subscription_state, accept, user_agent, server, path, service_route, session_expires, min_se, rseq,
  rack, refer_to, referred_by, replaces, reason, privacy, p_asserted_identity, p_preferred_identity,
  remote_party_id, diversion, history_info, content_encoding, content_disposition, subject, date, timestamp, warning,
  retry_after, unsupported, allow_events, accept_contact, reject_contact, request_disposition, sip_etag,
  sip_if_match, p_charging_vector, organization, mime_version, accept_language, accept_encoding,
  count,
};

namespace detail {

struct KnownName {
  std::string_view full;
  char compact;
};

/// In the order of HeaderId, from via.
inline constexpr std::array<KnownName, static_cast<std::size_t>(HeaderId::count)> known_names{{
    {"", 0}, {"Via", 'v'}, {"From", 'f'}, {"To", 't'}, {"Call-ID", 'i'}, {"CSeq", 0}, {"Max-Forwards", 0},
    {"Contact", 'm'}, {"Content-Length", 'l'}, {"Content-Type", 'c'}, {"Route", 0}, {"Record-Route", 0},
    {"Authorization", 0}, {"Proxy-Authorization", 0}, {"WWW-Authenticate", 0}, {"Proxy-Authenticate", 0},
    {"Allow", 0}, {"Supported", 'k'}, {"Require", 0}, {"Proxy-Require", 0}, {"Expires", 0}, {"Event", 'o'},
    {"Subscription-State", 0}, {"Accept", 0}, {"User-Agent", 0}, {"Server", 0}, {"Path", 0}, {"Service-Route", 0},
    {"Session-Expires", 'x'}, {"Min-SE", 0}, {"RSeq", 0}, {"RAck", 0}, {"Refer-To", 'r'}, {"Referred-By", 'b'},
    {"Replaces", 0}, {"Reason", 0}, {"Privacy", 0}, {"P-Asserted-Identity", 0}, {"P-Preferred-Identity", 0},
    {"Remote-Party-ID", 0}, {"Diversion", 0}, {"History-Info", 0}, {"Content-Encoding", 'e'},
    {"Content-Disposition", 0}, {"Subject", 's'}, {"Date", 0}, {"Timestamp", 0}, {"Warning", 0}, {"Retry-After", 0},
    {"Unsupported", 0}, {"Allow-Events", 'u'}, {"Accept-Contact", 'a'}, {"Reject-Contact", 'j'},
    {"Request-Disposition", 'd'}, {"SIP-ETag", 0}, {"SIP-If-Match", 0}, {"P-Charging-Vector", 0},
    {"Organization", 0}, {"MIME-Version", 0}, {"Accept-Language", 0}, {"Accept-Encoding", 0},
}};

inline constexpr std::size_t name_buckets = 256;

/// Perfect over known_names (checked below): first, middle and last letter and the length tell the names apart.
constexpr std::size_t name_bucket(std::string_view name) {
  const auto letter = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i]) | 32U); };
  const std::size_t n = name.size();
  const std::uint32_t letters = letter(0) | letter(n - 1) << 8 | letter(n / 2) << 16;
  return (letters + static_cast<std::uint32_t>(n) * 3825U) * 2713316749U >> 24;
}

struct NameTable {
  struct Bucket {
    const char* name = nullptr;
    std::uint8_t size = 0;
    std::uint8_t id = 0;
  };
  std::array<Bucket, name_buckets> full{};
  std::array<std::uint8_t, 128> compact{};
  bool perfect = true;
};

constexpr NameTable make_name_table() {
  NameTable table;
  for (std::size_t id = 1; id < known_names.size(); ++id) {
    auto& bucket = table.full[name_bucket(known_names[id].full)];
    if (bucket.id != 0) table.perfect = false;
    const auto name = known_names[id].full;
    bucket = {name.data(), static_cast<std::uint8_t>(name.size()), static_cast<std::uint8_t>(id)};
    if (const char c = known_names[id].compact; c != 0) {
      table.compact[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(id);
      table.compact[static_cast<std::size_t>(c - 32)] = static_cast<std::uint8_t>(id);
    }
  }
  return table;
}

inline constexpr NameTable name_table = make_name_table();
static_assert(name_table.perfect, "two header names fall into one bucket: change name_bucket()");

}  // namespace detail

namespace detail {

template <class Word>
inline Word load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Names of equal size, by whole words. Folding with 0x20 is exact for names: no token character but a letter
/// becomes a letter or a hyphen by it.
constexpr bool same_name(const char* a, const char* b, std::size_t n) {
  if (std::is_constant_evaluated() || n < 4) return base::same({a, n}, {b, n});
  constexpr std::uint64_t fold = 0x2020202020202020;
  if (n < 8) {
    const auto pair = [n](const char* p) { return static_cast<std::uint64_t>(load<std::uint32_t>(p)) << 32 | load<std::uint32_t>(p + n - 4); };
    return (pair(a) | fold) == (pair(b) | fold);
  }
  for (std::size_t i = 0; i + 8 < n; i += 8)
    if ((load<std::uint64_t>(a + i) | fold) != (load<std::uint64_t>(b + i) | fold)) return false;
  return (load<std::uint64_t>(a + n - 8) | fold) == (load<std::uint64_t>(b + n - 8) | fold);
}

}  // namespace detail

/// The number of a full or compact name; case does not matter. One table look-up and one comparison.
constexpr HeaderId header_id(std::string_view name) {
  if (name.empty()) return HeaderId::other;
  if (name.size() == 1) {
    const auto c = static_cast<unsigned char>(name[0]);
    return static_cast<HeaderId>(c < 128 ? detail::name_table.compact[c] : 0);
  }
  const auto& known = detail::name_table.full[detail::name_bucket(name)];
  return known.size == name.size() && detail::same_name(known.name, name.data(), name.size())
             ? static_cast<HeaderId>(known.id)
             : HeaderId::other;
}

constexpr std::string_view full_name(HeaderId id) { return detail::known_names[static_cast<std::size_t>(id)].full; }
constexpr char compact_name(HeaderId id) { return detail::known_names[static_cast<std::size_t>(id)].compact; }

}  // namespace sip
