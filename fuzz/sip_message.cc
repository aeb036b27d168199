// fuzz/sip_message.cc - a datagram: the index, every typed header, changes and printing.
#include "sip/message.h"

#include "base/require.h"
#include "sip/digest.h"
#include "sip/header/accept.h"
#include "sip/header/accept_contact.h"
#include "sip/header/accept_encoding.h"
#include "sip/header/accept_language.h"
#include "sip/header/alert_info.h"
#include "sip/header/allow.h"
#include "sip/header/allow_events.h"
#include "sip/header/authentication_info.h"
#include "sip/header/authorization.h"
#include "sip/header/call_id.h"
#include "sip/header/call_info.h"
#include "sip/header/contact.h"
#include "sip/header/content_disposition.h"
#include "sip/header/content_encoding.h"
#include "sip/header/content_language.h"
#include "sip/header/content_length.h"
#include "sip/header/content_type.h"
#include "sip/header/cseq.h"
#include "sip/header/date.h"
#include "sip/header/diversion.h"
#include "sip/header/error_info.h"
#include "sip/header/event.h"
#include "sip/header/expires.h"
#include "sip/header/flow_timer.h"
#include "sip/header/from.h"
#include "sip/header/history_info.h"
#include "sip/header/in_reply_to.h"
#include "sip/header/info_package.h"
#include "sip/header/max_forwards.h"
#include "sip/header/mime_version.h"
#include "sip/header/min_expires.h"
#include "sip/header/min_se.h"
#include "sip/header/organization.h"
#include "sip/header/p_asserted_identity.h"
#include "sip/header/p_preferred_identity.h"
#include "sip/header/path.h"
#include "sip/header/priority.h"
#include "sip/header/privacy.h"
#include "sip/header/proxy_authenticate.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/proxy_require.h"
#include "sip/header/rack.h"
#include "sip/header/reason.h"
#include "sip/header/record_route.h"
#include "sip/header/recv_info.h"
#include "sip/header/refer_to.h"
#include "sip/header/referred_by.h"
#include "sip/header/reject_contact.h"
#include "sip/header/remote_party_id.h"
#include "sip/header/replaces.h"
#include "sip/header/reply_to.h"
#include "sip/header/request_disposition.h"
#include "sip/header/require.h"
#include "sip/header/retry_after.h"
#include "sip/header/route.h"
#include "sip/header/rseq.h"
#include "sip/header/server.h"
#include "sip/header/service_route.h"
#include "sip/header/session_expires.h"
#include "sip/header/sip_etag.h"
#include "sip/header/sip_if_match.h"
#include "sip/header/subject.h"
#include "sip/header/subscription_state.h"
#include "sip/header/supported.h"
#include "sip/header/timestamp.h"
#include "sip/header/to.h"
#include "sip/header/unsupported.h"
#include "sip/header/user_agent.h"
#include "sip/header/via.h"
#include "sip/header/warning.h"
#include "sip/header/www_authenticate.h"
#include "sip/validate.h"

using namespace sip;

namespace {

/// What parses must print to something that parses to the same.
template <Header H>
void check(const Message& message) {
  const auto list = message.all<H>();
  const auto first = message.get<H>();
  if (!first) return;
  auto fresh = Message::request(Method::options, "sip:a@b");
  fresh.set(*first);
  const auto again = Message::parse(fresh.text());
  base::require(again.has_value(), "a printed message does not parse");
  base::require(again->get<H>().has_value(), "a printed header does not parse");
}

template <Header... H>
void check_all(const Message& message) {
  (check<H>(message), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = Message::parse({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  check_all<
    Accept, AcceptContact, AcceptEncoding, AcceptLanguage, AlertInfo, Allow, AllowEvents, AuthenticationInfo,
    Authorization, CallId, CallInfo, Contact, ContentDisposition, ContentEncoding, ContentLanguage,
    ContentLength, ContentType, CSeq, Date, Diversion, ErrorInfo, Event, Expires, FlowTimer, From,
    HistoryInfo, InReplyTo, InfoPackage, MaxForwards, MimeVersion, MinExpires, MinSe, Organization,
    PAssertedIdentity, PPreferredIdentity, Path, Priority, Privacy, ProxyAuthenticate, ProxyAuthorization,
    ProxyRequire, RAck, Reason, RecordRoute, RecvInfo, ReferTo, ReferredBy, RejectContact, RemotePartyId,
    Replaces, ReplyTo, RequestDisposition, Require, RetryAfter, Route, RSeq, Server, ServiceRoute,
    SessionExpires, SipETag, SipIfMatch, Subject, SubscriptionState, Supported, Timestamp, To, Unsupported,
    UserAgent, Via, Warning, WwwAuthenticate>(*message);
  const auto fault = validate(*message);
  const auto same = Message::parse(message->text());
  base::require(same && same->text() == message->text(), "an untouched message changes");
  if (message->is_request()) {
    const auto response = Message::response(*message, fault && !fault->drop() ? fault->status : 200, {}, "t");
    base::require(Message::parse(response.text()).has_value(), "a response does not parse");
    Challenger challenger{{.realm = "r", .key = "0123456789abcdef"}};
    const Secret secret{"x", {}, {}, {}};
    challenger.verify(*message, AuthSide::server, &secret, base::Time{});
  } else {
    base::Random random{1};
    Responder responder{{.user = "u", .secret = {"p", {}, {}, {}}, .realm = {}}};
    if (responder.on_challenge(*message, random) == Responder::Outcome::ready) {
      auto request = Message::request(Method::invite, "sip:a@b");
      responder.authorize(request);
      base::require(Message::parse(request.text()).has_value(), "an authorized request does not parse");
    }
  }
  auto changed = *message;
  changed.remove_first<Via>();
  changed.add("X-Fuzz", "1");
  changed.remove<Route>();
  base::require(Message::parse(changed.text(Form::compact)).has_value(), "a changed message does not parse");
  return 0;
}
