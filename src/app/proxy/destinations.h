// app/proxy/destinations.h - what `proxy`, `forward` and `redirect` take: where a request is to go.
//
//   location                   wherever the user of the Request-URI is registered
//   location/<user>[@<domain>] ... another user
//   gateway/<name>[/<number>]  to a provider; not when it is down
//   sip:..., sips:..., tel:... there (RFC 3263)
//   (nothing)                  where the request says: its Route, else its Request-URI
#pragma once
#include <string>
#include <vector>

#include "base/task.h"
#include "dialplan/request_execution.h"
#include "proxy/target.h"

namespace app {

/// Of one text; the best first. Empty: nobody is registered, the gateway is down, the name is unknown, a spend limit stops
/// the call.
base::Task<std::vector<proxy::Target>> targets_of(dialplan::RequestExecution& execution, std::string text);

/// What is answered when there is none: 403 when a spend limit stopped the call.
int status_without_target(const dialplan::RequestExecution& execution, int otherwise);

}  // namespace app
