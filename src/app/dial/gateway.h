// app/dial/gateway.h - sofia/gateway/<name>/<number>: a call with a provider's account.
#pragma once
#include <memory>
#include <string_view>

#include "base/task.h"
#include "call/dial_endpoint.h"
#include "endpoint/flow.h"

namespace app {

/// By name, of one profile or (empty) of any; null: there is none. `of` becomes its profile.
std::shared_ptr<const call::Gateway> find_gateway(call::Switch& owner, std::string_view profile, std::string_view name,
                                                  const call::Profile*& of);

/// Where requests for `uri` go, best first. Who is called by address waits for nobody.
base::Task<std::vector<endpoint::Flow>> flows_to(call::Switch& owner, endpoint::PointId point, sip::Uri uri);

/// Puts the first of `flows` into the target, and those of the same family as what to try next. False: there is none.
bool set_flows(call::DialTarget& target, std::vector<endpoint::Flow> flows);

/// `rest` is "[<profile>::]<name>/<number>[;<params>]". INVALID_GATEWAY, or GATEWAY_DOWN when it neither registers nor
/// answers its pings.
base::Task<call::DialOutcome> dial_gateway(call::DialRequest& request, std::string_view rest);

}  // namespace app
