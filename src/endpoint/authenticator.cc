#include "endpoint/authenticator.h"

#include "base/log.h"
#include "base/metrics.h"

namespace endpoint {

namespace {

const base::metrics::Counter failures{"ahoy_auth_failures_total", "Requests with wrong credentials"};

}  // namespace

Authenticator::Authenticator(SipEndpoint& endpoint, const Accounts& accounts, std::string secret,
                             base::Duration nonce_life)
    : endpoint_{endpoint}, accounts_{accounts}, secret_{std::move(secret)}, nonce_life_{nonce_life} {}

sip::Challenger* Authenticator::challenger(std::string_view realm) {
  const auto found = challengers_.find(realm);
  if (found != challengers_.end()) return &found->second;
  if (challengers_.size() >= realms_max) return nullptr;
  sip::Challenger::Config config;
  config.realm = realm;
  config.key = secret_;
  config.nonce_life = nonce_life_;
  config.issuer = endpoint_.shard().id();
  return &challengers_.emplace(std::string{realm}, sip::Challenger{std::move(config)}).first->second;
}

Authenticator::Outcome Authenticator::authenticate(TransactionId id, const sip::Message& request, const Flow& from,
                                                   std::string_view realm, std::string_view domain) {
  const bool registers = request.method() == sip::Method::register_;
  const auto side = registers ? sip::AuthSide::server : sip::AuthSide::proxy;
  auto* challenger = this->challenger(realm);
  if (!challenger) {
    endpoint_.respond(id, request, 503);
    return {Verdict::answered, {}};
  }
  const auto now = endpoint_.shard().now();
  const auto user = challenger->user_of(request, side);
  std::optional<Account> account;
  sip::Secret secret;
  if (user) account = accounts_.find(*user, domain);
  if (account) secret = {account->password, account->ha1, {}, {}};

  auto verdict = sip::Verdict::absent;
  if (user) verdict = challenger->verify(request, side, account ? &secret : nullptr, now);
  switch (verdict) {
    case sip::Verdict::accepted: return {Verdict::accepted, std::move(*account)};
    case sip::Verdict::malformed: endpoint_.respond(id, request, 400, "Bad credentials"); return {Verdict::answered, {}};
    case sip::Verdict::wrong:
      failures.add();
      base::log::warn("auth", "wrong credentials: method={} user={} realm={} from={}", request.method_text(), *user, realm,
                      from.remote.text());
      break;
    case sip::Verdict::absent:
    case sip::Verdict::stale: break;
  }
  auto response = sip::Message::response(request, registers ? 401 : 407, {}, endpoint_.new_tag());
  challenger->challenge(response, side, verdict == sip::Verdict::stale, now, endpoint_.shard().random());
  endpoint_.respond(id, response);
  return {Verdict::answered, {}};
}

}  // namespace endpoint
