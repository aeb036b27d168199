// presence/winfo_package.cc - the event package "presence.winfo": who watches somebody's presence. RFC 3857, RFC 3858.
#include <fmt/format.h>

#include "presence/event_package.h"
#include "xml/tree.h"

namespace presence {
namespace {

std::string describe(const Telling& telling) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\"?>\r\n<watcherinfo xmlns=\"urn:ietf:params:xml:ns:watcherinfo\" version=\"{}\" state=\"full\">\r\n"
      "<watcher-list resource=\"{}\" package=\"presence\">\r\n",
      telling.version, xml::escaped(uri_of(telling.aor)));
  for (const auto& watcher : telling.now.watchers)
    out += fmt::format("<watcher id=\"{:x}\" status=\"active\" event=\"subscribe\" duration-subscribed=\"{}\">{}</watcher>\r\n",
                       watcher.id, std::chrono::duration_cast<std::chrono::seconds>(telling.at - watcher.since).count(),
                       xml::escaped(watcher.uri));
  return out + "</watcher-list>\r\n</watcherinfo>\r\n";
}

bool differ(const Resource& before, const Resource& now) { return before.watchers != now.watchers; }

const EventPackage package{{"presence.winfo", "application/watcherinfo+xml", {Aspect::watchers}, Audience::owner, differ, describe}};

}  // namespace
}  // namespace presence
