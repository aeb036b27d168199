// location/admission.h - who may ask a profile for something outside calls, and in whose name.
#pragma once
#include <functional>
#include <string>
#include <unordered_map>

#include "endpoint/authenticator.h"
#include "sip/uri.h"

namespace location {

struct Admission {
  bool authenticate = true;
  std::string domain;  ///< Of users, whatever the request says; empty: as it says.
  std::string realm;   ///< Empty: the domain.
  std::function<bool(const base::Ip&)> trusted{};  ///< apply-inbound-acl: from there nobody is asked for credentials

  std::string domain_of(const sip::Uri& uri) const { return domain.empty() ? std::string{uri.host()} : domain; }

  /// Challenges whoever sends `request` in the name of `sender`, unless nobody is challenged here, or nobody from there. The
  /// account is empty then.
  endpoint::Authenticator::Outcome admit(endpoint::Authenticator& authenticator, endpoint::TransactionId id,
                                         const sip::Message& request, const endpoint::Flow& from, const sip::Uri& sender) const {
    // A profile that is open to a list of addresses is closed to all others.
    if (trusted ? trusted(authenticator.source_of(request, from)) : !authenticate) return {endpoint::Authenticator::Verdict::accepted, {}};
    const auto of = domain_of(sender);
    return authenticator.authenticate(id, request, from, realm.empty() ? of : realm, of);
  }
};

/// By profile.
class Admissions {
 public:
  void set(const std::string& profile, Admission admission) { by_profile_[profile] = std::move(admission); }
  Admission of(const std::string& profile) const {
    const auto found = by_profile_.find(profile);
    return found == by_profile_.end() ? Admission{} : found->second;
  }

 private:
  std::unordered_map<std::string, Admission> by_profile_;
};

}  // namespace location
