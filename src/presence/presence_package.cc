// presence/presence_package.cc - the event package "presence": RFC 3856.
#include "presence/composition.h"
#include "presence/event_package.h"

namespace presence {
namespace {

std::string describe(const Telling& telling) { return compose(telling.now).print(uri_of(telling.aor)); }

bool differ(const Resource& before, const Resource& now) { return compose(before) != compose(now); }

const EventPackage presence_package{{"presence", "application/pidf+xml", {Aspect::contacts, Aspect::publications, Aspect::dialogs},
                             Audience::users, differ, describe}};

}  // namespace
}  // namespace presence
