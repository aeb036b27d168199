// endpoint/authenticator.h - who is asking? Digest challenges for REGISTER (401) and INVITE (407).
//
// Accounts come from a port, because the directory lives floors above. A nonce is issued and its count checked on one
// shard; one that comes back on another is stale, and the peer repeats with a fresh one. RFC 3261 section 22,
// RFC 8760. An unknown user and a wrong password get the same answer after the same work.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "endpoint/auth_observer.h"
#include "endpoint/rate_limit.h"
#include "endpoint/sip_endpoint.h"
#include "sip/digest.h"

namespace endpoint {

struct Account {
  std::string user, domain;
  std::string password;  ///< Clear text, or
  std::string ha1;       ///< MD5 of user:realm:password.
  /// What the directory says of the user's calls: set on a leg that showed these credentials.
  std::vector<std::pair<std::string, std::string>> variables;
};

/// Where accounts are kept. Must answer from memory.
class Accounts {
 public:
  virtual ~Accounts() = default;
  virtual std::optional<Account> find(std::string_view user, std::string_view domain) const = 0;
  /// Whether this server is responsible for the domain.
  virtual bool knows_domain(std::string_view domain) const = 0;
};

class Authenticator {
 public:
  /// How a profile challenges.
  struct Policy {
    base::Duration nonce_life = std::chrono::minutes{5};
    /// Offered in this order. MD5 alone unless the operator says otherwise: phones built before RFC 8760 give up when
    /// they see another algorithm (baresip 1.0 does), instead of taking the challenge they know.
    std::vector<sip::Algorithm> algorithms{sip::Algorithm::md5};
    bool log_challenges = false;  ///< A line for each, beside those for failures.
    bool operator==(const Policy&) const = default;
  };

  /// `secret`: the key of the nonces, the same on every shard, at least 16 random bytes.
  Authenticator(SipEndpoint& endpoint, const Accounts& accounts, std::string secret);
  /// For challenges from now on; nonces given out before are stale.
  void set_policy(const std::string& profile, Policy policy);
  /// Requests that one account may make a second, each shard for itself; more get 503. 0: no limit.
  void set_account_rate(std::uint32_t per_second) { account_rate_ = per_second; }
  void add_observer(AuthObserver& observer) { observers_.push_back(&observer); }

  enum class Verdict : std::uint8_t {
    accepted,
    answered,  ///< Challenged or refused: nothing more to do.
  };
  struct Outcome {
    Verdict verdict;
    Account account;  ///< of the accepted user
  };
  /// Looks at the credentials of `request` for `realm`; unless they are good, answers 401 (REGISTER) or 407. The
  /// user is looked up in `domain`. Asked again for the request that was accepted last, it says the same: a proxy may have
  /// looked at it before it became a call.
  Outcome authenticate(TransactionId id, const sip::Message& request, const Flow& from, std::string_view realm,
                       std::string_view domain);

  /// Where a request comes from: a proxy of ours (PeerLists) says so in FreeSWITCH's X-AUTH-IP.
  base::Ip source_of(const sip::Message& request, const Flow& from) const;

  /// The account of a user who is known by other means than credentials.
  std::optional<Account> known(std::string_view user, std::string_view domain) const { return accounts_.find(user, domain); }

 private:
  /// Realms challenged for; one more than that is refused (503): realms come from the configuration.
  static constexpr std::size_t realms_max = 1024;

  struct Accepted {
    TransactionId id = no_transaction;
    std::string realm;
    Account account;
  };
  sip::Challenger* challenger(const std::string& profile, std::string_view realm);
  void tell(sip::Verdict verdict, const AuthAttempt& attempt);
  bool is_within_rate(const Account& account);

  SipEndpoint& endpoint_;
  const Accounts& accounts_;
  std::string secret_;
  std::unordered_map<std::string, Policy> policies_;                // by profile
  std::unordered_map<std::string, sip::Challenger> challengers_;  // by profile and realm
  Accepted accepted_;
  std::vector<AuthObserver*> observers_;
  RateLimit accounts_seen_;
  std::uint32_t account_rate_ = 0;
};

}  // namespace endpoint
