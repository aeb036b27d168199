// sip/challenger.cc - the server side of digest.
#include <charconv>

#include "base/require.h"
#include "base/text.h"
#include "sip/digest.h"
#include "sip/header/authorization.h"
#include "sip/header/proxy_authenticate.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/www_authenticate.h"

namespace sip {

namespace {

constexpr std::size_t mac_bytes = 16;
constexpr std::size_t plain_bytes = 8 + 2 + 8;  // time, issuer, id
constexpr std::size_t least_key_bytes = 16;

std::string nonce_mac(const Challenger::Config& config, std::string_view plain) {
  return base::hmac_sha256(config.key, std::string{plain} + config.realm).substr(0, mac_bytes);
}

/// Eight hexadecimal digits; 0 is no count.
std::optional<std::uint32_t> parse_nc(std::string_view text) {
  std::uint32_t nc = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nc, 16);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() != 8 || nc == 0) return std::nullopt;
  return nc;
}

template <class Header>
std::optional<AuthParams> find_realm(const Message& request, std::string_view realm) {
  const auto fields = request.all<Header>();
  if (!fields) return std::nullopt;
  for (const auto& field : *fields)
    if (field.is_digest() && field.params.get("realm") == realm) return field.params;
  return std::nullopt;
}

}  // namespace

Challenger::Challenger(Config config) : config_{std::move(config)}, dummy_ha1_(64, '0') {
  base::require(config_.key.size() >= least_key_bytes, "the key of digest nonces is too short");
  base::require(!config_.algorithms.empty(), "a challenge needs an algorithm");
}

std::string Challenger::make_nonce(base::Time now, base::Random& random) const {
  std::string plain;
  base::ByteWriter out{plain};
  out.put(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  out.put(config_.issuer);
  out.put(random.u64());
  const auto mac = nonce_mac(config_, plain);
  return base::to_hex(base::bytes_of(plain)) + base::to_hex(base::bytes_of(mac));
}

std::optional<Challenger::Issued> Challenger::read_nonce(std::string_view nonce) const {
  const auto raw = base::from_hex(nonce);
  if (!raw || raw->size() != plain_bytes + mac_bytes) return std::nullopt;
  const auto plain = std::string_view{*raw}.substr(0, plain_bytes);
  if (!base::equal_in_constant_time(nonce_mac(config_, plain), std::string_view{*raw}.substr(plain_bytes)))
    return std::nullopt;
  base::ByteReader in{base::bytes_of(plain)};
  Issued issued{};
  issued.at = base::Time{base::Duration{static_cast<std::int64_t>(in.take<std::uint64_t>())}};
  issued.issuer = in.take<std::uint16_t>();
  issued.id = in.take<std::uint64_t>();
  return issued;
}

void Challenger::challenge(Message& response, AuthSide side, bool stale, base::Time now, base::Random& random) const {
  for (const auto algorithm : config_.algorithms) {
    AuthParams params;
    params.add_quoted("realm", config_.realm);
    params.add_quoted("nonce", make_nonce(now, random));
    params.add("algorithm", name(algorithm));
    if (stale) params.add("stale", "true");
    params.add_quoted("qop", "auth");
    if (side == AuthSide::server) response.append(WwwAuthenticate{{"Digest", std::move(params), {}}});
    else response.append(ProxyAuthenticate{{"Digest", std::move(params), {}}});
  }
}

std::optional<AuthParams> Challenger::credentials(const Message& request, AuthSide side) const {
  return side == AuthSide::server ? find_realm<Authorization>(request, config_.realm)
                                  : find_realm<ProxyAuthorization>(request, config_.realm);
}

std::optional<std::string> Challenger::user_of(const Message& request, AuthSide side) const {
  const auto given = credentials(request, side);
  if (!given) return std::nullopt;
  return std::string{given->get("username")};
}

Verdict Challenger::verify(const Message& request, AuthSide side, const Secret* secret, base::Time now) {
  const auto given = credentials(request, side);
  if (!given) return Verdict::absent;
  const auto user = given->get("username"), nonce = given->get("nonce"), uri = given->get("uri");
  const auto response = given->get("response"), qop = given->get("qop"), cnonce = given->get("cnonce");
  const auto algorithm = algorithm_of(given->get("algorithm"));
  if (user.empty() || nonce.empty() || uri.empty() || response.empty() || !algorithm) return Verdict::malformed;
  if (std::find(config_.algorithms.begin(), config_.algorithms.end(), *algorithm) == config_.algorithms.end())
    return Verdict::malformed;
  if (!qop.empty() && (!base::same(qop, "auth") || cnonce.empty())) return Verdict::malformed;
  // Without qop (RFC 2069) nothing is counted, so that such a nonce is good once.
  const auto nc = qop.empty() ? std::optional<std::uint32_t>{1} : parse_nc(given->get("nc"));
  if (!nc) return Verdict::malformed;

  // An unknown user goes the same way with a hash nobody has the password of.
  const Secret nobody{"x", {}, {}, {}};
  const auto hash = hash_of(*algorithm);
  auto ha1 = (secret == nullptr ? nobody : *secret).ha1(hash, user, config_.realm);
  const bool known = secret != nullptr && !ha1.empty();
  if (!known) ha1 = dummy_ha1_;
  const auto expected = digest_response({.algorithm = *algorithm,
                                         .ha1 = ha1,
                                         .nonce = nonce,
                                         .nc = given->get("nc"),
                                         .cnonce = cnonce,
                                         .qop = qop,
                                         .method = request.method_text(),
                                         .uri = uri,
                                         .body = {}});
  if (!base::equal_in_constant_time(expected, base::lowered(response)) || !known) return Verdict::wrong;
  return is_fresh(nonce, *nc, now) ? Verdict::accepted : Verdict::stale;
}

bool Challenger::is_fresh(std::string_view nonce, std::uint32_t nc, base::Time now) {
  const auto issued = read_nonce(nonce);
  if (!issued || issued->issuer != config_.issuer) return false;
  if (now - issued->at > config_.nonce_life || issued->at > now) return false;
  forget(now);
  return count(*issued, nc);
}

bool Challenger::count(const Issued& nonce, std::uint32_t nc) {
  const auto found = used_.find(nonce.id);
  if (found == used_.end()) {
    if (nonce.at <= forgotten_) return false;
    used_.emplace(nonce.id, Count{nc, 1, nonce.at});
    order_.push_back(nonce.id);
    return true;
  }
  auto& seen = found->second;
  if (nc > seen.highest) {
    const auto ahead = nc - seen.highest;
    seen.seen = (ahead < window ? seen.seen << ahead : 0) | 1;
    seen.highest = nc;
    return true;
  }
  const auto behind = seen.highest - nc;
  if (behind >= window || (seen.seen >> behind & 1) != 0) return false;
  seen.seen |= std::uint64_t{1} << behind;
  return true;
}

/// Drops what has expired, and the oldest when there is no room for another. Amortised O(1).
void Challenger::forget(base::Time now) {
  while (oldest_ < order_.size()) {
    const auto found = used_.find(order_[oldest_]);
    const bool expired = now - found->second.issued > config_.nonce_life;
    if (!expired && used_.size() < max_nonces) break;
    if (!expired) forgotten_ = std::max(forgotten_, found->second.issued);
    used_.erase(found);
    ++oldest_;
  }
  if (oldest_ * 2 > order_.size()) {
    order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
  }
}

}  // namespace sip
