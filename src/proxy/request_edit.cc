#include "proxy/request_edit.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "sip/header/authorization.h"
#include "sip/header/from.h"
#include "sip/header/max_forwards.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/route.h"
#include "sip/header/to.h"
#include "sip/header/via.h"

namespace proxy {

namespace {

constexpr std::string_view hops_default = "70";

template <class Credentials>
void remove_of_realm(sip::Message& request, std::string_view realm) {
  auto all = request.all<Credentials>();
  if (!all || all->empty()) return;
  if (std::erase_if(*all, [&](const auto& each) { return each.params.get("realm") == realm; }) != 0) request.set_all(*all);
}

}  // namespace

bool count_hop(sip::Message& request) {
  const auto hops = request.get<sip::MaxForwards>();
  if (!hops) {
    request.set("Max-Forwards", hops_default);
    return true;
  }
  if (hops->value == 0) return false;
  request.set(sip::MaxForwards{hops->value - 1});
  return true;
}

sip::Uri next_hop(const sip::Message& request) {
  if (const auto top = request.get<sip::Route>()) return top->uri;
  return sip::Uri::parse(request.request_uri()).value_or(sip::Uri{});
}

sip::Uri address(sip::Message& request, const Target& target) {
  if (!target.uri.empty() && target.uri.text().view() != request.request_uri())
    request.set_request_uri(target.uri.text().view());
  for (std::size_t i = target.routes.size(); i-- > 0;) {
    base::Cursor text{target.routes[i]};
    if (const auto parsed = sip::Route::parse(text)) request.prepend(*parsed);
  }
  const auto top = request.get<sip::Route>();
  if (!top) return sip::Uri::parse(request.request_uri()).value_or(sip::Uri{});
  if (top->is_loose()) return top->uri;
  request.append(sip::Route::of(sip::Uri::parse(request.request_uri()).value_or(sip::Uri{})));
  request.remove_first<sip::Route>();
  request.set_request_uri(top->uri.text().view());
  return top->uri;
}

void remove_credentials(sip::Message& request, std::string_view realm) {
  remove_of_realm<sip::ProxyAuthorization>(request, realm);
  remove_of_realm<sip::Authorization>(request, realm);
}

std::string loop_mark(const sip::Message& request) {
  std::string seen{request.request_uri()};
  const auto note = [&](std::string_view name) { seen.append(1, '\n').append(request.text_of(name).value_or("")); };
  // What decides where it goes; From, To, Call-ID and CSeq make two requests of a sender two.
  for (const auto name : {"Route", "From", "To", "Call-ID", "CSeq", "Proxy-Require", "Proxy-Authorization"}) note(name);
  return fmt::format(".{:016x}", base::stable_hash(seen));
}

bool has_looped(const sip::Message& request, std::string_view sent_by, std::string_view mark) {
  const auto vias = request.all<sip::Via>();
  if (!vias) return false;
  for (const auto& via : *vias)
    if (via.branch().ends_with(mark) && via.sent_by() == sent_by) return true;
  return false;
}

unsigned breadth_of(const sip::Message& request) {
  const auto text = request.text_of("Max-Breadth");
  return text ? base::to_number<unsigned>(base::trim(*text)).value_or(breadth_default) : breadth_default;
}

}  // namespace proxy
