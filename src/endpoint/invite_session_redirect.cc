// endpoint/invite_session_redirect.cc - the callee is somewhere else: 300, 301, 302 and 305 to our INVITE are followed.
//
// 380 is not: what it offers is no other place, but another service. RFC 3261 section 8.1.3.4: the contacts are tried one
// after another, the highest q first, in INVITEs with the same Call-ID, From and To and the next CSeq. A call that began
// with sips stays with sips.
#include <algorithm>

#include "endpoint/invite_session_parts.h"
#include "sip/header/authorization.h"
#include "sip/header/contact.h"
#include "sip/header/p_asserted_identity.h"
#include "sip/header/privacy.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/remote_party_id.h"
#include "sip/header/route.h"

namespace endpoint {

namespace {

constexpr int multiple_choices = 300, moved_temporarily = 302, use_proxy = 305, busy_everywhere = 600;

/// Those that FreeSWITCH follows. Its Contact is where a 305 wants the call to go too.
bool names_another_place(int status) {
  return (status >= multiple_choices && status <= moved_temporarily) || status == use_proxy;
}

/// Whom the caller hides from was decided for the server that was asked, not for where that one points.
bool hides_caller(const sip::Message& invite) {
  const auto privacy = invite.get<sip::Privacy>();
  return privacy ? !privacy->wants("none") : invite.has<sip::Privacy>();
}

}  // namespace

/// True: the session goes on, with the next target.
bool InviteSession::redirect(const sip::Message& response) {
  if (!policy_.follows_redirects || hides_caller(invite_)) return false;
  const int status = response.status();
  if (names_another_place(status)) take_targets(response);
  // Section 21.6: who speaks for all of the callee's places has the last word.
  return redirection_ && status < busy_everywhere && try_next_target(status);
}

void InviteSession::take_targets(const sip::Message& response) {
  auto contacts = response.all<sip::Contact>();
  if (!contacts || contacts->empty()) return;
  if (!redirection_) redirection_ = std::make_unique<Redirection>();
  auto& known = redirection_->known;
  const auto asked = sip::Uri::parse(invite_.request_uri());
  const bool sips = asked && asked->scheme() == sip::Uri::Scheme::sips;
  if (asked && known.empty()) known.push_back(*asked);
  std::ranges::stable_sort(*contacts, std::greater{}, [](const auto& contact) { return contact.q(); });
  const auto history = std::make_shared<const RedirectHistory>(RedirectHistory::of(invite_, response));
  std::vector<Redirection::Target> fresh;
  for (auto& contact : *contacts) {
    auto& uri = contact.uri;
    const bool usable = !contact.star && uri.is_sip() && (!sips || uri.scheme() == sip::Uri::Scheme::sips);
    if (!usable || known.size() > redirections_max) continue;
    uri.clear_headers();
    if (std::ranges::any_of(known, [&](const auto& other) { return sip::equivalent(other, uri); })) continue;
    known.push_back(uri);
    fresh.push_back({std::move(uri), history});
  }
  redirection_->targets.insert(redirection_->targets.end(), fresh.rbegin(), fresh.rend());
}

/// `status`: what became of the one before.
bool InviteSession::try_next_target(int status) {
  if (redirection_->targets.empty()) return false;
  const auto [target, history] = std::move(redirection_->targets.back());
  redirection_->targets.pop_back();
  invite_.set_request_uri(target.text());
  history->tell(invite_, status);
  // They were for another URI, and for whoever asked for them.
  invite_.remove<sip::Authorization>();
  invite_.remove<sip::ProxyAuthorization>();
  reliability_.reset();
  if (invite_.has<sip::Route>()) {  // our proxy finds the way
    send_again();
    return true;
  }
  // Our account with one server, and what we assert to it, are no business of another's.
  credentials_.reset();
  invite_.remove<sip::PAssertedIdentity>();
  invite_.remove<sip::RemotePartyId>();
  auto found = [this](std::vector<Flow> flows) { go_to(std::move(flows)); };
  const auto ticket = endpoint_.resolve(flow_.point, target, std::move(found));
  // Without a ticket go_to() has been called, and may have asked about the one after this.
  if (redirection_ && ticket != Resolver::no_ticket) redirection_->ticket = ticket;
  return true;
}

void InviteSession::go_to(std::vector<Flow> flows) {
  redirection_->ticket = Resolver::no_ticket;
  if (state_ != State::proceeding) return;
  // Our offer was made for one family of addresses.
  std::erase_if(flows, [this](const Flow& flow) { return flow.remote.ip.family != flow_.remote.ip.family; });
  if (flows.empty()) {
    constexpr int unreachable = 503;  // section 8.1.3.1
    if (!try_next_target(unreachable)) end({Ending::How::transport_error, unreachable, {}, {}});
    return;
  }
  endpoint_.fit_contact(invite_, flow_, flows.front());
  flow_ = std::move(flows.front());
  flows.erase(flows.begin());
  beyond_proxies_ = true;
  send_again(std::move(flows));
}

}  // namespace endpoint
