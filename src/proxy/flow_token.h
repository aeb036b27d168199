// proxy/flow_token.h - a way to a peer as the user of a URI of ours, which comes back in a Route.
//
// RFC 5626 section 5.3: who sits in front of phones that cannot be reached by their address puts the flow into its
// Record-Route and Path, and keeps no state. The token is sealed with a key, so that nobody can have us send things where
// they like. A token without a flow only proves that we have asked for the request to come through us.
//
//   r<mac of Call-ID>[<flow>]   Record-Route: good in that dialog only
//   s<mac of Call-ID>[<flow>]   the same of a hop without state: what comes by it is sent on and forgotten
//   p<mac><flow>                Path: good while the flow is
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "endpoint/flow.h"

namespace proxy {

class FlowTokens {
 public:
  explicit FlowTokens(const base::HashKey& key) : key_{key} {}

  enum class Kind : char { record_route = 'r', stateless = 's', path = 'p' };

  /// Of a Record-Route, with state or without; `flow` null: the URIs lead there by themselves.
  std::string record_route(Kind kind, std::string_view call_id, const endpoint::Flow* flow) const;
  std::string path(const endpoint::Flow& flow) const;

  struct Opened {
    Kind kind;
    std::optional<endpoint::Flow> flow;
  };
  /// Nullopt: not one of ours, or of another dialog.
  std::optional<Opened> open(std::string_view token, std::string_view call_id) const;

 private:
  std::string seal(Kind kind, std::string_view bound_to, std::string_view flow) const;

  base::HashKey key_;
};

}  // namespace proxy
