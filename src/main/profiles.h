// main/profiles.h - from what the operator wrote to what the rooms below understand.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call/profile.h"
#include "dialplan/configuration.h"
#include "endpoint/authenticator.h"
#include "endpoint/transports.h"
#include "location/admission.h"
#include "location/gateways.h"
#include "main/external_addresses.h"

namespace ahoy {

/// A profile's listening points: one for each address family it listens on. The error is a sentence.
base::Result<std::vector<endpoint::ListeningPoint>, std::string> listening_points(const dialplan::Profile& profile);

/// Where a point listens, for people: "192.0.2.1:5060 (UDP, TCP), 192.0.2.1:5061 (TLS)".
std::string listing(const endpoint::ListeningPoint& point);

/// max-connections and max-connections-per-address: the largest of all profiles.
endpoint::Transports::Limits connection_limits(const dialplan::Configuration& configuration);

/// `points`: the ids the listening points got. `gateways`: the shard's, asked while it lives.
std::shared_ptr<const call::Profile> call_profile(const dialplan::Profile& profile, const dialplan::Snapshot& configuration,
                                                  std::vector<endpoint::PointId> points,
                                                  const ExternalAddresses::Known& external,
                                                  const location::Gateways& gateways);

location::Admission admission_of(const dialplan::Profile& profile, const dialplan::Snapshot& configuration);
/// nonce-ttl and rfc8760-auth-algorithms.
endpoint::Authenticator::Policy auth_policy(const dialplan::Profile& profile);

/// The address of the interface that leads outside; loopback when there is none. For "auto".
base::Ip own_address();

}  // namespace ahoy
