// endpoint/authenticator.h - who is asking? Digest challenges for REGISTER (401) and INVITE (407).
//
// Accounts come from a port, because the directory lives floors above. A nonce is issued and its count checked on one
// shard; one that comes back on another is stale, and the peer repeats with a fresh one. RFC 3261 section 22,
// RFC 8760. An unknown user and a wrong password get the same answer after the same work.
#pragma once
#include <optional>
#include <string>
#include <string_view>

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

/// Somebody who was asked for credentials: by what request, in whose name, from where. Valid during the call.
struct AuthAttempt {
  std::string_view profile, method;
  std::string_view user;    ///< Of the credentials; without any, of To: whom it asked for.
  std::string_view domain;  ///< Where the user was looked up.
  const base::Address& from;
};

/// Hears how requests that want credentials fare: the guard, events. Called on the shard that asked for them.
class AuthObserver {
 public:
  virtual ~AuthObserver() = default;
  /// There were no credentials, or stale ones: an honest peer comes back with good ones.
  virtual void on_challenged(const AuthAttempt&) {}
  /// They were wrong: no such user, or not that password. Nobody is told which.
  virtual void on_failed(const AuthAttempt&) {}
  virtual void on_accepted(const AuthAttempt&) {}
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

  SipEndpoint& endpoint_;
  const Accounts& accounts_;
  std::string secret_;
  std::unordered_map<std::string, Policy> policies_;                // by profile
  std::unordered_map<std::string, sip::Challenger> challengers_;  // by profile and realm
  Accepted accepted_;
  std::vector<AuthObserver*> observers_;
};

}  // namespace endpoint
