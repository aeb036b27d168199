// main/nat.h - what a profile says of networks: who is told which address of ours, and which contacts are of no use.
#pragma once
#include <functional>
#include <vector>

#include "dialplan/configuration.h"
#include "endpoint/sip_endpoint.h"
#include "main/external_addresses.h"

namespace ahoy {

/// Who is told the local addresses: local-network-acl.
std::function<bool(const base::Ip&)> local_peers(const dialplan::Profile& profile, dialplan::Snapshot configuration);

/// Which contacts are of no use from where they came: apply-nat-acl; empty: private addresses (RFC 1918).
std::function<bool(const base::Ip&)> unreachable_contacts(const dialplan::Profile& profile, dialplan::Snapshot configuration);

/// Gives a profile's listening points what it says now, with the external addresses that are known now.
void advertise(endpoint::SipEndpoint& endpoint, const std::vector<endpoint::PointId>& points, const dialplan::Profile& profile,
               const dialplan::Snapshot& configuration, const ExternalAddresses::Known& external);

}  // namespace ahoy
