// presence/reception.h - a request outside calls is let in: who sent it, and whom it is about.
#pragma once
#include <optional>
#include <string>

#include "location/admission.h"

namespace presence {

/// A request that was let in.
struct Visit {
  endpoint::Account account;               ///< Whose credentials it showed; empty where nobody is asked for any.
  std::optional<endpoint::Account> named;  ///< Whom it is for; nullopt: no user of ours.
  std::string user;                        ///< The same as the Request-URI has it; not empty.
  std::string domain;                      ///< In lower case; aliases of a domain are one domain.
  std::string from;                        ///< URI
  bool same_domain = true;                 ///< Of the account and of what is named.

  std::string aor() const;
  /// It is about nobody but who sent it.
  bool is_own() const;
};

class Reception {
 public:
  Reception(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, const endpoint::Accounts& accounts)
      : endpoint_{endpoint}, authenticator_{authenticator}, accounts_{accounts} {}

  /// For requests from now on.
  void set_admission(const std::string& profile, location::Admission admission) { admissions_.set(profile, std::move(admission)); }
  /// Challenges whoever sends `request`, unless nobody is challenged here, or nobody from there. Nullopt: answered, with a
  /// challenge, 400 or 404 (no name, or a domain of somebody else).
  std::optional<Visit> receive(endpoint::TransactionId id, const sip::Message& request, const endpoint::Flow& from);

  endpoint::SipEndpoint& endpoint() { return endpoint_; }

 private:
  endpoint::SipEndpoint& endpoint_;
  endpoint::Authenticator& authenticator_;
  const endpoint::Accounts& accounts_;
  location::Admissions admissions_;
};

}  // namespace presence
