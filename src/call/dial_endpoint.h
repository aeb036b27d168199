// call/dial_endpoint.h - what stands before the slash in a dial string: sofia, user, group, error ...
//
// One at namespace scope registers itself. It turns "1001@example.test" into targets to send an INVITE to, into a
// dial string of its own (user/ has one in the directory), or into the cause why there is none.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "call/cause.h"
#include "call/variables.h"
#include "endpoint/flow.h"
#include "sip/uri.h"

namespace call {

class Leg;
class Switch;
struct Gateway;
struct Profile;

/// One INVITE to be sent.
struct DialTarget {
  const Profile* profile = nullptr;
  sip::Uri request_uri;
  std::string to;                   ///< URI text for To; empty: the request URI.
  endpoint::Flow flow;
  std::vector<endpoint::Flow> others{};  ///< tried in turn when the first fails (RFC 3263 section 4.3)
  std::vector<std::string> routes;  ///< Route values (Path of a registration), first hop first.
  std::string destination;          ///< destination_number of the new leg
  bool to_phone = false;            ///< of a registered user: costs nothing
  std::shared_ptr<const Gateway> gateway{};  ///< whose account the call is made with; null: nobody's
};

struct DialRequest {
  Switch& owner;
  Leg* caller;               ///< null: originated without one
  std::string rest;          ///< after the slash
  const Variables& variables;
};

struct DialOutcome {
  Cause failure = Cause::none;        ///< not none: nothing can be dialled
  int status = 0;                     ///< what SIP says of that failure, when it is one of SIP
  std::vector<DialTarget> targets;    ///< dialled together
  std::string nested;                 ///< a dial string in place of this leg
  Variables variables;                ///< set on every leg that comes of it

  static DialOutcome failed(Cause cause, int status = 0) {
    DialOutcome outcome;
    outcome.failure = cause;
    outcome.status = status;
    return outcome;
  }
};

class DialEndpoint {
 public:
  /// A coroutine: the request lives until it returns.
  using Resolve = base::Task<DialOutcome> (*)(DialRequest& request);

  DialEndpoint(std::string_view as, Resolve how) : name_{as}, resolve_{how}, next_{first_} { first_ = this; }
  DialEndpoint(const DialEndpoint&) = delete;
  DialEndpoint& operator=(const DialEndpoint&) = delete;

  std::string_view name() const { return name_; }
  base::Task<DialOutcome> resolve(DialRequest& request) const { return resolve_(request); }
  static const DialEndpoint* find(std::string_view name);

 private:
  std::string_view name_;
  Resolve resolve_;
  const DialEndpoint* next_;
  static inline constinit const DialEndpoint* first_ = nullptr;
};

}  // namespace call
