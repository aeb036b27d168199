// sip/header_name.h - the field names a message recognises while it is scanned.
//
// Recognising is an optimisation and nothing more: a name in this table gets a small number, with which
// Message::get<H>() finds its fields without comparing text, and its compact form is understood by raw access.
// A header that is not listed works all the same.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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
    std::array<char, 30> name{};  // in lower case
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
    for (std::size_t i = 0; i < name.size(); ++i) bucket.name[i] = static_cast<char>(name[i] | 32);
    bucket.size = static_cast<std::uint8_t>(name.size());
    bucket.id = static_cast<std::uint8_t>(id);
    if (const auto c = static_cast<unsigned char>(known_names[id].compact); c != 0) {
      table.compact[c] = static_cast<std::uint8_t>(id);
      table.compact[c - 32U] = static_cast<std::uint8_t>(id);
    }
  }
  return table;
}

inline constexpr NameTable name_table = make_name_table();
static_assert(name_table.perfect, "two header names fall into one bucket: change name_bucket()");

}  // namespace detail

namespace detail {

/// Whether the name is that of the bucket. Folding with 0x20 is exact for names: no token character but a letter
/// becomes a letter or a hyphen by it.
constexpr bool is_name(const NameTable::Bucket& bucket, std::string_view name) {
  if (bucket.size != name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (static_cast<char>(name[i] | 32) != bucket.name[i]) return false;
  return true;
}

#ifdef __SSE2__
/// The same when 32 bytes may be read: all names at once, so that the processor has no length to guess.
inline bool is_name_ahead(const NameTable::Bucket& bucket, const char* at, std::size_t size) {
  const auto equal = [&](std::size_t from) {
    const __m128i theirs = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + from));
    const __m128i ours = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bucket.name.data() + from));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(theirs, _mm_set1_epi8(32)), ours)));
  };
  static_assert(sizeof(NameTable::Bucket) == 32 && offsetof(NameTable::Bucket, name) == 0);
  const std::uint64_t same = equal(0) | equal(16) << 16, wanted = (std::uint64_t{1} << size) - 1;
  return bucket.size == size && (same & wanted) == wanted;
}
#endif

}  // namespace detail

/// The number of a full or compact name; case does not matter. One table look-up and one comparison.
constexpr HeaderId header_id(std::string_view name) {
  if (name.empty()) return HeaderId::other;
  if (name.size() == 1) {
    const auto c = static_cast<unsigned char>(name[0]);
    return static_cast<HeaderId>(c < 128 ? detail::name_table.compact[c] : 0);
  }
  const auto& known = detail::name_table.full[detail::name_bucket(name)];
  return detail::is_name(known, name) ? static_cast<HeaderId>(known.id) : HeaderId::other;
}

/// The same for a name within text that ends at `end`; quicker when the text goes on.
inline HeaderId header_id_within(std::string_view name, [[maybe_unused]] const char* end) {
#ifdef __SSE2__
  if (name.size() > 1 && name.size() < 31 && end - name.data() >= 32) [[likely]] {
    const auto& known = detail::name_table.full[detail::name_bucket(name)];
    return detail::is_name_ahead(known, name.data(), name.size()) ? static_cast<HeaderId>(known.id) : HeaderId::other;
  }
#endif
  return header_id(name);
}

constexpr std::string_view full_name(HeaderId id) { return detail::known_names[static_cast<std::size_t>(id)].full; }
constexpr char compact_name(HeaderId id) { return detail::known_names[static_cast<std::size_t>(id)].compact; }

}  // namespace sip
