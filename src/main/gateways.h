// main/gateways.h - a <gateway> of the configuration, for whoever calls through it and for whoever registers it.
#pragma once
#include <memory>
#include <vector>

#include "call/gateway.h"
#include "dialplan/configuration.h"
#include "location/gateways.h"

namespace ahoy {

/// Null for one that cannot work, which the log says. `gateways`: the shard's, asked while it lives.
std::shared_ptr<const call::Gateway> call_gateway(const dialplan::Profile& profile, const dialplan::Gateway& gateway,
                                                  const dialplan::Snapshot& configuration,
                                                  const location::Gateways& gateways);

/// `call` as made above; `point` is the profile's first listening point.
location::GatewayOptions gateway_options(const dialplan::Profile& profile, const dialplan::Gateway& gateway,
                                         std::shared_ptr<const call::Gateway> call, endpoint::PointId point);

}  // namespace ahoy
