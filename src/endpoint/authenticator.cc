#include "endpoint/authenticator.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "sip/header/to.h"

namespace endpoint {

namespace {

const base::metrics::Counter failures{"ahoy_auth_failures_total", "Requests with wrong credentials"};
const base::metrics::Counter over_rate{"ahoy_account_rate_refused_total", "Requests refused because their account made too many"};

/// Whom a request asks for: a name somebody may be trying out.
std::string wanted(const sip::Message& request) {
  const auto to = request.get<sip::To>();
  return to ? to->uri.user_decoded() : std::string{};
}

/// A peer's words inside a line that programs read: nothing in them may end the line or look like its rest.
std::string printable(std::string_view text) {
  constexpr std::size_t longest = 64;
  std::string out{text.substr(0, longest)};
  for (char& c : out)
    if (c <= ' ' || c == '[' || c == ']' || c == '\'' || c == '\x7f') c = '_';
  return out;
}

}  // namespace

Authenticator::Authenticator(SipEndpoint& endpoint, const Accounts& accounts, std::string secret)
    : endpoint_{endpoint}, accounts_{accounts}, secret_{std::move(secret)} {}

void Authenticator::set_policy(const std::string& profile, Policy policy) {
  auto& present = policies_[profile];
  if (present == policy) return;
  present = std::move(policy);
  std::erase_if(challengers_, [&](const auto& entry) { return entry.first.starts_with(profile + "|"); });
}

sip::Challenger* Authenticator::challenger(const std::string& profile, std::string_view realm) {
  const std::string key = profile + "|" + std::string{realm};
  const auto found = challengers_.find(key);
  if (found != challengers_.end()) return &found->second;
  if (challengers_.size() >= realms_max) return nullptr;
  const auto& policy = policies_[profile];
  sip::Challenger::Config config;
  config.realm = realm;
  config.key = secret_;
  config.algorithms = policy.algorithms;
  config.nonce_life = policy.nonce_life;
  config.issuer = endpoint_.shard().id();
  return &challengers_.emplace(key, sip::Challenger{std::move(config)}).first->second;
}

base::Ip Authenticator::source_of(const sip::Message& request, const Flow& from) const {
  const auto& is_proxy = endpoint_.point(from.point).peers.is_proxy;
  const auto text = is_proxy && is_proxy(from.remote.ip) ? request.text_of("X-AUTH-IP") : std::nullopt;
  return text ? base::Ip::parse(base::trim(*text)).value_or(from.remote.ip) : from.remote.ip;
}

bool Authenticator::is_within_rate(const Account& account) {
  const auto key = base::stable_hash(account.user + '@' + account.domain);
  if (accounts_seen_.take(key, account_rate_, endpoint_.shard().now()) == RateLimit::Verdict::within) return true;
  over_rate.add();
  return false;
}

void Authenticator::tell(sip::Verdict verdict, const AuthAttempt& attempt) {
  const bool failed = verdict == sip::Verdict::wrong || verdict == sip::Verdict::malformed;
  if (verdict == sip::Verdict::accepted) {
    for (auto* observer : observers_) observer->on_accepted(attempt);
    return;
  }
  if (failed) failures.add();
  if (failed || policies_[std::string{attempt.profile}].log_challenges)
    // FreeSWITCH's words, and its tag: fail2ban's filter for it finds them here too.
    base::log::warn("SOFIA", "SIP auth {} ({}) on sofia profile '{}' for [{}@{}] from ip {}", failed ? "failure" : "challenge",
                    printable(attempt.method), printable(attempt.profile), printable(attempt.user), printable(attempt.domain),
                    attempt.from.ip.text());
  for (auto* observer : observers_) failed ? observer->on_failed(attempt) : observer->on_challenged(attempt);
}

Authenticator::Outcome Authenticator::authenticate(TransactionId id, const sip::Message& request, const Flow& from,
                                                   std::string_view realm, std::string_view domain) {
  const bool registers = request.method() == sip::Method::register_;
  const auto side = registers ? sip::AuthSide::server : sip::AuthSide::proxy;
  // Domains come from requests: a realm for each that somebody makes up would fill the table.
  constexpr std::string_view strange_realm = "unknown.invalid";
  if (realm == domain && !accounts_.knows_domain(domain)) realm = strange_realm;
  if (id == accepted_.id && realm == accepted_.realm) return {Verdict::accepted, accepted_.account};
  auto* challenger = this->challenger(endpoint_.point(from.point).profile, realm);
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
  const std::string name = user ? *user : wanted(request);
  tell(verdict, {endpoint_.point(from.point).profile, request.method_text(), name, domain, from.remote});
  if (verdict == sip::Verdict::accepted) {
    if (!is_within_rate(*account)) {
      endpoint_.respond_busy(id, request);
      return {Verdict::answered, {}};
    }
    accepted_ = {id, std::string{realm}, *account};
    return {Verdict::accepted, std::move(*account)};
  }
  if (verdict == sip::Verdict::malformed) {
    endpoint_.respond(id, request, 400, "Bad credentials");
    return {Verdict::answered, {}};
  }
  auto response = sip::Message::response(request, registers ? 401 : 407, {}, endpoint_.new_tag());
  challenger->challenge(response, side, verdict == sip::Verdict::stale, now, endpoint_.shard().random());
  endpoint_.respond(id, response);
  return {Verdict::answered, {}};
}

}  // namespace endpoint
