#include "presence/resource_list.h"

#include <fmt/format.h>

#include "presence/event_package.h"
#include "sip/multipart.h"
#include "xml/tree.h"

namespace presence {

namespace {

constexpr std::string_view list_type = "application/rlmi+xml";

std::string part_headers(std::string_view type, std::string_view id) {
  return fmt::format("Content-Transfer-Encoding: binary\r\nContent-ID: <{}>\r\nContent-Type: {};charset=\"UTF-8\"", id, type);
}

}  // namespace

std::string ResourceList::content_type(const std::string& boundary) {
  return fmt::format("multipart/related;type=\"{}\";start=\"<list@{}>\";boundary=\"{}\"", list_type, boundary, boundary);
}

std::string ResourceList::print(const std::string& boundary) const {
  using xml::escaped;
  std::string meta = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"{}\" version=\"{}\" "
      "fullState=\"{}\">\r\n",
      escaped(uri_of(aor)), version, full);
  std::vector<std::string> heads;  // parts are views
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto id = fmt::format("{}@{}", i, boundary);
    meta += fmt::format("<resource uri=\"{}\"><instance id=\"1\" state=\"active\" cid=\"{}\"/></resource>\r\n",
                        escaped(uri_of(members[i].aor)), id);
    heads.push_back(part_headers(members[i].content_type, id));
  }
  meta += "</list>\r\n";
  const auto head = part_headers(list_type, "list@" + boundary);
  std::vector<sip::BodyPart> parts{{head, meta}};
  for (std::size_t i = 0; i < members.size(); ++i) parts.push_back({heads[i], members[i].document});
  return sip::print_multipart(parts, boundary);
}

}  // namespace presence
