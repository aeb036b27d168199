#include "call/dial_endpoint.h"

#include "base/text.h"
#include "call/leg.h"

namespace call {

const DialEndpoint* DialEndpoint::find(std::string_view name) {
  for (const DialEndpoint* endpoint = first_; endpoint; endpoint = endpoint->next_)
    if (base::same(endpoint->name_, name)) return endpoint;
  return nullptr;
}

namespace {

// error/USER_BUSY: fails at once with that cause.
base::Task<DialOutcome> resolve_error(DialRequest& request) {
  co_return DialOutcome::failed(parse_cause(request.rest));
}

const DialEndpoint error_endpoint{"error", resolve_error};

}  // namespace

}  // namespace call
