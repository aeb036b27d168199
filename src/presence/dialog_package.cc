// presence/dialog_package.cc - the event package "dialog": the calls of a line, for the lamps of other telephones. RFC 4235.
//
// The whole state first and after each SUBSCRIBE, later what has changed. Whoever has no call is told of one that is over:
// phones that know an empty document by its missing dialog alone leave the lamp on.
#include <fmt/format.h>

#include <algorithm>

#include "presence/event_package.h"
#include "xml/tree.h"

namespace presence {
namespace {

using xml::escaped;

std::string_view name(DialogState state) {
  constexpr std::string_view names[]{"trying", "early", "confirmed"};
  return names[static_cast<std::size_t>(state)];
}

void print(std::string_view which, const Dialog::Party& party, std::string& out) {
  if (party.uri.empty()) return;
  out += fmt::format("<{}><identity{}>{}</identity><target uri=\"{}\"/></{}>", which,
                     party.display.empty() ? "" : " display=\"" + escaped(party.display) + "\"", escaped(party.uri),
                     escaped(party.uri), which);
}

void print(const Dialog& dialog, std::string& out) {
  out += "<dialog id=\"" + escaped(dialog.id) + "\"";
  const auto attribute = [&](std::string_view attribute_name, const std::string& value) {
    if (!value.empty()) out += fmt::format(" {}=\"{}\"", attribute_name, escaped(value));
  };
  attribute("call-id", dialog.call_id);
  attribute("local-tag", dialog.local_tag);
  attribute("remote-tag", dialog.remote_tag);
  out += fmt::format(" direction=\"{}\"><state>{}</state>", dialog.initiator ? "initiator" : "recipient", name(dialog.state));
  print("local", dialog.local, out);
  print("remote", dialog.remote, out);
  out += "</dialog>\r\n";
}

void print_over(std::string_view id, std::string& out) {
  out += fmt::format("<dialog id=\"{}\"><state>terminated</state></dialog>\r\n", escaped(id));
}

const Dialog* find(const Resource& resource, std::string_view id) {
  const auto found = std::ranges::find(resource.dialogs, id, &Dialog::id);
  return found == resource.dialogs.end() ? nullptr : &*found;
}

void print_changes(const Resource& before, const Resource& now, std::string& out) {
  for (const auto& dialog : now.dialogs) {
    const auto* known = find(before, dialog.id);
    if (!known || *known != dialog) print(dialog, out);
  }
  for (const auto& dialog : before.dialogs)
    if (!find(now, dialog.id)) print_over(dialog.id, out);
}

std::string describe(const Telling& telling) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{}\" state=\"{}\" "
      "entity=\"{}\">\r\n",
      telling.version, telling.before ? "partial" : "full", escaped(uri_of(telling.aor)));
  if (telling.before) print_changes(*telling.before, telling.now, out);
  else
    for (const auto& dialog : telling.now.dialogs) print(dialog, out);
  if (!telling.before && telling.now.dialogs.empty()) print_over(telling.aor, out);
  return out + "</dialog-info>\r\n";
}

bool differ(const Resource& before, const Resource& now) { return before.dialogs != now.dialogs; }

const EventPackage package{{"dialog", "application/dialog-info+xml", {Aspect::dialogs}, Audience::users, differ, describe}};

}  // namespace
}  // namespace presence
