// sip/responder.cc - the client side of digest.
#include <fmt/format.h>

#include "base/text.h"
#include "sip/digest.h"
#include "sip/grammar.h"
#include "sip/header/authorization.h"
#include "sip/header/proxy_authenticate.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/www_authenticate.h"

namespace sip {

namespace {

/// auth when offered, else auth-int, else what RFC 2069 had; nullopt when only others are offered.
std::optional<std::string> choose_qop(std::string_view offered) {
  bool any = false, auth = false, auth_int = false;
  grammar::each_in_list(offered, [&](std::string_view option) {
    any = true;
    auth |= base::same(option, "auth");
    auth_int |= base::same(option, "auth-int");
  });
  if (auth) return "auth";
  if (auth_int) return "auth-int";
  return any ? std::nullopt : std::optional<std::string>{""};
}

constexpr std::size_t cnonce_digits = 16;

}  // namespace

std::optional<Responder::Realm> Responder::read(AuthSide side, const AuthParams& challenge) const {
  const auto algorithm = algorithm_of(challenge.get("algorithm"));
  const auto qop = choose_qop(challenge.get("qop"));
  if (!algorithm || !qop || challenge.get("nonce").empty()) return std::nullopt;
  const auto realm = challenge.get("realm");
  if (account_.secret.ha1(hash_of(*algorithm), account_.user, realm).empty()) return std::nullopt;
  Realm fresh{};
  fresh.side = side;
  fresh.realm = realm;
  fresh.nonce = challenge.get("nonce");
  fresh.opaque = challenge.get("opaque");
  fresh.qop = *qop;
  fresh.algorithm = *algorithm;
  fresh.names_algorithm = challenge.find("algorithm") != nullptr;
  return fresh;
}

template <class Challenge>
void Responder::collect(const Message& response, AuthSide side, std::vector<std::pair<Realm, bool>>& best, bool& any,
                        bool& foreign) const {
  // Field by field: one that is broken does not spoil its neighbours.
  for (const auto text : response.texts_of(Challenge::name.full)) {
    base::Cursor in{text};
    const auto challenge = Challenge::parse(in);
    any = true;
    if (!challenge || !challenge->is_digest()) continue;
    if (!account_.realm.empty() && challenge->params.get("realm") != account_.realm) {
      foreign = true;
      continue;
    }
    auto fresh = read(side, challenge->params);
    if (!fresh) continue;
    const bool stale = base::same(challenge->params.get("stale"), "true");
    const auto same_realm = [&](const auto& other) { return other.first.side == side && other.first.realm == fresh->realm; };
    const auto known = std::find_if(best.begin(), best.end(), same_realm);
    if (known == best.end()) best.emplace_back(std::move(*fresh), stale);
    else if (fresh->algorithm > known->first.algorithm) *known = {std::move(*fresh), stale};
  }
}

Responder::Outcome Responder::on_challenge(const Message& response, base::Random& random) {
  std::vector<std::pair<Realm, bool>> best;
  bool any = false, foreign = false;
  collect<WwwAuthenticate>(response, AuthSide::server, best, any, foreign);
  collect<ProxyAuthenticate>(response, AuthSide::proxy, best, any, foreign);
  if (best.empty()) return foreign ? Outcome::no_account : Outcome::unsupported;
  for (auto& [fresh, stale] : best) {
    fresh.cnonce = random.hex(cnonce_digits);
    if (const auto outcome = accept(std::move(fresh), stale); outcome != Outcome::ready) return outcome;
  }
  return Outcome::ready;
}

Responder::Outcome Responder::accept(Realm fresh, bool stale) {
  for (auto& known : realms_) {
    if (known.side != fresh.side || known.realm != fresh.realm) continue;
    const bool refused = known.attempts > 0 && !stale;
    fresh.attempts = known.attempts;
    if (refused || known.attempts >= max_attempts) return Outcome::rejected;
    known = std::move(fresh);
    return Outcome::ready;
  }
  if (realms_.size() == max_realms) return Outcome::unsupported;
  realms_.push_back(std::move(fresh));
  return Outcome::ready;
}

void Responder::on_success() {
  for (auto& realm : realms_) realm.attempts = 0;
}

void Responder::authorize(Message& request) {
  if (realms_.empty()) return;
  request.remove<Authorization>();
  request.remove<ProxyAuthorization>();
  for (auto& realm : realms_) {
    ++realm.attempts;
    if (realm.side == AuthSide::server) request.append(Authorization{{"Digest", answer(realm, request), {}}});
    else request.append(ProxyAuthorization{{"Digest", answer(realm, request), {}}});
  }
}

AuthParams Responder::answer(Realm& realm, const Message& request) const {
  const auto nc = fmt::format("{:08x}", ++realm.nc);
  const auto ha1 = account_.secret.ha1(hash_of(realm.algorithm), account_.user, realm.realm);
  AuthParams params;
  params.add_quoted("username", account_.user);
  params.add_quoted("realm", realm.realm);
  params.add_quoted("nonce", realm.nonce);
  params.add_quoted("uri", request.request_uri());
  params.add_quoted("response", digest_response({.algorithm = realm.algorithm,
                                                 .ha1 = ha1,
                                                 .nonce = realm.nonce,
                                                 .nc = nc,
                                                 .cnonce = realm.cnonce,
                                                 .qop = realm.qop,
                                                 .method = request.method_text(),
                                                 .uri = request.request_uri(),
                                                 .body = request.body()}));
  if (realm.names_algorithm) params.add("algorithm", name(realm.algorithm));
  if (!realm.qop.empty() || is_session(realm.algorithm)) params.add_quoted("cnonce", realm.cnonce);
  if (!realm.opaque.empty()) params.add_quoted("opaque", realm.opaque);
  if (!realm.qop.empty()) {
    params.add("qop", realm.qop);
    params.add("nc", nc);
  }
  return params;
}

}  // namespace sip
