// presence/composition.h - one presence document out of several sources: RFC 3856 section 6.11, RFC 4479 section 3.
#pragma once
#include "presence/resource.h"

namespace presence {

/// What published is shown, the newest first, each tuple by its own name. While nobody publishes, a registered telephone is
/// open and a user without one closed. Whoever has a call is on the phone, whatever was published.
Pidf compose(const Resource& resource);

}  // namespace presence
