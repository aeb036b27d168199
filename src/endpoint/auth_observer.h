// endpoint/auth_observer.h - how requests that want credentials fare, told to whoever wants to know.
#pragma once
#include <string_view>

#include "base/address.h"

namespace endpoint {

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

}  // namespace endpoint
