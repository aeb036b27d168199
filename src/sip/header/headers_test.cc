// sip/header/headers_test.cc - every header there is: prints what it parses, and parses what it prints.
#include <gtest/gtest.h>

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
#include "sip/header/caller_preference.h"
#include "sip/header/contact.h"
#include "sip/header/content_disposition.h"
#include "sip/header/content_encoding.h"
#include "sip/header/content_language.h"
#include "sip/header/content_length.h"
#include "sip/header/content_type.h"
#include "sip/header/credentials.h"
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
#include "sip/header/geolocation.h"
#include "sip/header/identity.h"
#include "sip/header/join.h"
#include "sip/header/resource_priority.h"
#include "sip/header/refer_sub.h"
#include "sip/header/max_forwards.h"
#include "sip/header/media_type.h"
#include "sip/header/mime_version.h"
#include "sip/header/min_expires.h"
#include "sip/header/min_se.h"
#include "sip/header/number_header.h"
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
#include "sip/header/text_header.h"
#include "sip/header/timestamp.h"
#include "sip/header/to.h"
#include "sip/header/token_header.h"
#include "sip/header/unsupported.h"
#include "sip/header/user_agent.h"
#include "sip/header/via.h"
#include "sip/header/warning.h"
#include "sip/header/www_authenticate.h"
#include "sip/message.h"

using namespace sip;

namespace {

/// Parses `text`, prints it, and wants `canonical` (or the same text) and an equal value back.
template <Header H>
void round_trip(std::string_view text, std::string_view canonical = {}) {
  SCOPED_TRACE(std::string{H::name.full} + ": " + std::string{text});
  base::Cursor in{text};
  const auto header = H::parse(in);
  ASSERT_TRUE(header);
  in.skip_space();
  EXPECT_TRUE(in.at_end()) << in.rest();
  std::string printed;
  header->print(printed);
  EXPECT_EQ(printed, canonical.empty() ? text : canonical);
  base::Cursor again{printed};
  EXPECT_EQ(H::parse(again), header);

  auto message = Message::request(Method::options, "sip:a@b");
  message.set(*header);
  const auto received = Message::parse(message.text(Form::compact));
  ASSERT_TRUE(received);
  EXPECT_EQ(received->get<H>(), header);
  EXPECT_EQ(received->get<H>(), message.get<H>());
}

template <Header H>
void refuses(std::string_view text) {
  auto message = Message::parse("OPTIONS sip:a@b SIP/2.0\r\n" + std::string{H::name.full} + ": " + std::string{text} + "\r\n\r\n");
  ASSERT_TRUE(message);
  const auto header = message->get<H>();
  ASSERT_FALSE(header) << H::name.full << ": " << text;
  EXPECT_EQ(header.error(), HeaderError::malformed) << H::name.full << ": " << text;
}

template <Header H>
H value(std::string_view text) {
  base::Cursor in{text};
  return H::parse(in).value();
}

}  // namespace

TEST(Headers, EveryOneRoundTrips) {
  round_trip<Via>("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport=5;received=192.0.2.9");
  round_trip<Via>("SIP / 2.0 / TLS [2001:db8::1] ; branch = x (a comment)", "SIP/2.0/TLS [2001:db8::1];branch=x");
  round_trip<From>("\"A\" <sip:a@b>;tag=1");
  round_trip<To>("sip:a@b;tag=1", "<sip:a@b>;tag=1");
  round_trip<CallId>("a84b4c76e66710@pc33.atlanta.com");
  round_trip<CSeq>("4711 INVITE");
  round_trip<CSeq>("4711 NEWMETHOD");
  round_trip<MaxForwards>("70");
  round_trip<Contact>("<sip:a@b;transport=tcp>;q=0.7;expires=60;+sip.instance=\"<urn:uuid:1>\";reg-id=1");
  round_trip<Contact>("*");
  round_trip<Route>("<sip:p1.example.com;lr>");
  round_trip<RecordRoute>("<sip:p1.example.com;lr>");
  round_trip<Path>("<sip:p1.example.com;lr;ob>");
  round_trip<ServiceRoute>("<sip:p1.example.com;lr>");
  round_trip<ReplyTo>("\"Bob\" <sip:bob@biloxi.com>");
  round_trip<PAssertedIdentity>("\"Cullen\" <sip:fluffy@cisco.com>");
  round_trip<PAssertedIdentity>("<tel:+14085264000>");
  round_trip<PPreferredIdentity>("<sip:fluffy@cisco.com>");
  round_trip<RemotePartyId>("\"A\" <sip:a@b>;party=calling;privacy=off;screen=yes");
  round_trip<Diversion>("<sip:bob@b>;reason=no-answer;counter=2");
  round_trip<HistoryInfo>("<sip:bob@b?Reason=SIP%3Bcause%3D302>;index=1.1");
  round_trip<ReferTo>("<sip:dave@denver.example.org?Replaces=12345%40h%3Bto-tag%3D1%3Bfrom-tag%3D5>");
  round_trip<ReferredBy>("<sip:r@a>;cid=\"20398823.2UWQFN309shb3@r.example\"");
  round_trip<AlertInfo>("<http://www.example.com/sounds/moo.wav>");
  round_trip<AlertInfo>("<urn:alert:service:call-waiting>;info=x");
  round_trip<CallInfo>("<http://wwww.example.com/alice/photo.jpg>;purpose=icon");
  round_trip<ErrorInfo>("<sip:not-in-service-recording@atlanta.com>");
  round_trip<Supported>("100rel");
  round_trip<Require>("100rel");
  round_trip<ProxyRequire>("foo");
  round_trip<Unsupported>("foo");
  round_trip<Allow>("INVITE");
  round_trip<AllowEvents>("presence.winfo");
  round_trip<Event>("dialog;id=7;call-id=\"x\"");
  round_trip<SubscriptionState>("terminated;reason=timeout;retry-after=10");
  round_trip<ContentDisposition>("session;handling=optional");
  round_trip<ContentEncoding>("gzip");
  round_trip<ContentLanguage>("fr");
  round_trip<AcceptEncoding>("gzip;q=0.5");
  round_trip<AcceptLanguage>("en-gb;q=0.8");
  round_trip<Priority>("emergency");
  round_trip<Reason>("Q.850;cause=16;text=\"Terminated\"");
  round_trip<RequestDisposition>("no-fork");
  round_trip<InfoPackage>("dtmf");
  round_trip<RecvInfo>("dtmf;x=1");
  round_trip<RSeq>("988789");
  round_trip<RAck>("776656 1 INVITE");
  round_trip<FlowTimer>("126");
  round_trip<Expires>("3600");
  round_trip<MinExpires>("60");
  round_trip<ContentLength>("0");
  round_trip<ContentType>("multipart/mixed;boundary=\"a b\"");
  round_trip<ContentType>("text/html ; charset=ISO-8859-4", "text/html;charset=ISO-8859-4");
  round_trip<Accept>("application/*;level=1");
  round_trip<Subject>("Need, more \"boxes\" <x>");
  round_trip<UserAgent>("Softphone Beta1.5 (x)");
  round_trip<Server>("HomeServer v2");
  round_trip<Organization>("Boxes by Bob");
  round_trip<MimeVersion>("1.0");
  round_trip<SipETag>("dx200xyz");
  round_trip<SipIfMatch>("dx200xyz");
  round_trip<MinSe>("90;x=1");
  round_trip<SessionExpires>("1800;refresher=uas");
  round_trip<SessionExpires>("1800 ; x=y; refresher = UAC", "1800;refresher=uac");
  round_trip<ReferSub>("false");
  round_trip<ResourcePriority>("dsn.flash");
  round_trip<Geolocation>("<cid:target123@atlanta.example.com>");
  round_trip<Identity>("eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjE0.cXuKIm;info=\"<https://c.example.org/passport.cer>\";ppt=\"shaken\"");
  round_trip<Join>("425928@bobster.example.org;to-tag=7743;from-tag=6472");
  round_trip<Replaces>("425928@bobster.example.org;to-tag=7743;from-tag=6472;early-only");
  round_trip<Privacy>("id;critical");
  round_trip<Privacy>("id ; user", "id;user");
  round_trip<AcceptContact>("*;mobility=\"fixed\";require;explicit");
  round_trip<RejectContact>("*;actor=\"msg-taker\"");
  round_trip<InReplyTo>("70710@saturn.bell-tel.com");
  round_trip<RetryAfter>("120 (I'm in a meeting);duration=3600");
  round_trip<RetryAfter>("120");
  round_trip<Warning>("307 isi.edu:5060 \"Session parameter 'foo' not understood\"");
  round_trip<Timestamp>("54.21 0.3");
  round_trip<Timestamp>("54");
  round_trip<Date>("Sat, 13 Nov 2010 23:29:00 GMT");
  round_trip<WwwAuthenticate>("Digest realm=\"atlanta.com\", nonce=\"f84f1ce\\\"c4\", stale=FALSE, algorithm=SHA-256");
  round_trip<ProxyAuthenticate>("Digest realm=\"a\",  nonce=\"b\"", "Digest realm=\"a\", nonce=\"b\"");
  round_trip<Authorization>("Digest username=\"bob\", response=\"245f\", nc=00000001");
  round_trip<ProxyAuthorization>("NoOneKnowsThisScheme opaque-data==");
  round_trip<ProxyAuthorization>("NoOneKnowsThisScheme opaque=data and more");
  round_trip<AuthenticationInfo>("nextnonce=\"47364c23432d2e131a5fb210812c\"");
}

TEST(Headers, BrokenOnesAreRefused) {
  refuses<Authorization>({"NoOneKnowsThisScheme \0\0", 23});
  refuses<Via>("SIP/2.0/UDP");
  refuses<Via>("SIP/2.0/UDP 192.0.2.1:99999");
  refuses<Via>("SIP/2.0/UDP 192.0.2.15;;,;,,");
  refuses<Via>("SIP/2.0/UDP a (open");
  refuses<Via>("SIP/2.0 UDP a");
  refuses<From>("<sip:a@b>, <sip:c@d>");
  refuses<CallId>("");
  refuses<CallId>("a b");
  refuses<CSeq>("INVITE");
  refuses<CSeq>("4294967296 INVITE");
  refuses<CSeq>("1INVITE");
  refuses<MaxForwards>("-1");
  refuses<MaxForwards>("70 hops");
  refuses<Contact>("*, <sip:a@b>");
  refuses<Contact>("sip:user@example.com?Route=%3Csip:sip.example.com%3E");
  refuses<Event>(";id=1");
  refuses<ContentType>("application");
  refuses<ContentType>("application/");
  refuses<SessionExpires>("1800;refresher=me");
  refuses<SessionExpires>("soon");
  refuses<RAck>("1 INVITE");
  refuses<RAck>("1 2");
  refuses<Replaces>("a@b;to-tag=1");
  refuses<Join>("a@b;to-tag=1");
  refuses<Replaces>("a@b;to-tag=1;from-tag=2;to-tag=3");
  refuses<Privacy>("");
  refuses<AcceptContact>("sip:a@b");
  refuses<RetryAfter>("12 (open");
  refuses<RetryAfter>("949302838503028349304023988");
  refuses<Warning>("1812 overture \"In Progress\"");
  refuses<Warning>("307 isi.edu open");
  refuses<Timestamp>("x");
  refuses<Date>("Fri, 01 Jan 2010 16:00:00 EST");
  refuses<Date>("Fri, 31 Feb 2010 16:00:00 GMT");
  refuses<Date>("Fri, 01 Jan 2010 24:00:00 GMT");
  refuses<Authorization>("Digest");
  refuses<Authorization>("Digest username");
  refuses<Authorization>("Digest username=\"a\",");
  refuses<AuthenticationInfo>("x");
}

TEST(Headers, ContactTellsItsParameters) {
  const auto contact = value<Contact>(
      "<sip:a@b>;q=0.75;expires=60;reg-id=2;+sip.instance=\"<urn:uuid:1>\";pub-gruu=\"sip:a@b;gr=x\";temp-gruu=\"sip:t@b;gr\"");
  EXPECT_EQ(contact.q(), 750);
  EXPECT_EQ(contact.expires(), 60U);
  EXPECT_EQ(contact.reg_id(), 2U);
  EXPECT_EQ(contact.instance(), "<urn:uuid:1>");
  EXPECT_EQ(contact.pub_gruu(), "sip:a@b;gr=x");
  EXPECT_EQ(contact.temp_gruu(), "sip:t@b;gr");
  EXPECT_EQ(value<Contact>("<sip:a@b>").q(), 1000);
  EXPECT_EQ(value<Contact>("<sip:a@b>;q=7").q(), 1000);
  EXPECT_FALSE(value<Contact>("<sip:a@b>;expires=soon").expires());
  EXPECT_TRUE(value<Contact>("*").star);
  EXPECT_EQ(parse_qvalue("1.000"), 1000);
  EXPECT_FALSE(parse_qvalue("1.001"));
  EXPECT_FALSE(parse_qvalue("0.1234"));
  EXPECT_EQ(parse_qvalue("0."), 0);
}

TEST(Headers, ViaTellsReceivedAndRport) {
  const auto via = value<Via>("SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];rport=5062;branch=z9hG4bKas3;maddr=224.2.0.1");
  EXPECT_EQ(via.received(), "2001:db8::9:255");
  EXPECT_EQ(via.rport(), 5062);
  EXPECT_EQ(via.maddr(), "224.2.0.1");
  EXPECT_EQ(via.sent_by(), "[2001:db8::9:1]:5060");
  EXPECT_EQ(value<Via>("SIP/2.0/UDP a;received=2001:db8::9:255").received(), "2001:db8::9:255");
}

TEST(Headers, SmallQuestionsAreAnswered) {
  EXPECT_TRUE(value<Route>("<sip:p;lr>").is_loose());
  EXPECT_EQ(value<RemotePartyId>("<sip:a@b>;party=called;screen=yes;privacy=full").party(), "called");
  EXPECT_TRUE(value<RemotePartyId>("<sip:a@b>;screen=yes").screened());
  EXPECT_EQ(value<RemotePartyId>("<sip:a@b>;privacy=full").privacy(), "full");
  EXPECT_EQ(value<Diversion>("<sip:a@b>;reason=user-busy;counter=1").reason(), "user-busy");
  EXPECT_EQ(value<Diversion>("<sip:a@b>;counter=3").counter(), 3U);
  EXPECT_EQ(value<HistoryInfo>("<sip:a@b>;index=1.2").index(), "1.2");
  EXPECT_EQ(value<CallInfo>("<sip:a@b>;purpose=icon").purpose(), "icon");
  EXPECT_EQ(value<Event>("refer;id=93809823").id(), "93809823");
  EXPECT_TRUE(value<SubscriptionState>("Active;expires=600").is_active());
  EXPECT_EQ(value<SubscriptionState>("active;expires=600").expires(), 600U);
  EXPECT_TRUE(value<SubscriptionState>("terminated;reason=noresource;retry-after=3").is_terminated());
  EXPECT_EQ(value<SubscriptionState>("terminated;reason=noresource").reason(), "noresource");
  EXPECT_EQ(value<SubscriptionState>("terminated;retry-after=3").retry_after(), 3U);
  EXPECT_FALSE(value<ContentDisposition>("render;handling=optional").is_required());
  EXPECT_TRUE(value<ContentDisposition>("render").is_required());
  EXPECT_EQ(value<Reason>("SIP;cause=200;text=\"Call completed elsewhere\""), Reason::of("SIP", 200, "Call completed elsewhere"));
  EXPECT_EQ(Reason::of("Q.850", 16).cause(), 16U);
  EXPECT_EQ(Reason::of("SIP", 200, "x").text(), "x");
  EXPECT_TRUE(value<Replaces>("a;to-tag=1;from-tag=2;early-only").early_only());
  EXPECT_EQ(Replaces::of("a", "1", "2").to_tag(), "1");
  EXPECT_EQ(value<Join>("a;to-tag=1;from-tag=2").from_tag(), "2");
  EXPECT_FALSE(value<ReferSub>("false").wanted());
  EXPECT_TRUE(value<ReferSub>("true;x=1").wanted());
  EXPECT_EQ(value<ResourcePriority>("dsn.flash").space(), "dsn");
  EXPECT_EQ(value<ResourcePriority>("dsn.flash").level(), "flash");
  EXPECT_EQ(value<Identity>("a.b.c;info=\"<https://x/y>\";ppt=shaken").info(), "https://x/y");
  EXPECT_EQ(value<Identity>("..c;ppt=shaken").type(), "shaken");
  EXPECT_EQ(Replaces::of("a", "1", "2").from_tag(), "2");
  EXPECT_TRUE(value<Privacy>("id;Header").wants("header"));
  EXPECT_FALSE(value<Privacy>("id").wants("user"));
  EXPECT_TRUE(value<AcceptContact>("*;require").is_required());
  EXPECT_FALSE(value<AcceptContact>("*;require").is_explicit());
  EXPECT_TRUE(value<Accept>("Application/SDP").is("application/sdp"));
  EXPECT_TRUE(Supported::of("timer").is("TIMER"));
}

TEST(Headers, ListsOverFieldsAndEmptyOnes) {
  const auto m = Message::parse(
      "OPTIONS sip:a@b SIP/2.0\r\nAccept:\r\nSupported: \r\nk: a, b\r\nReason: SIP;cause=1, Q.850;cause=2\r\n"
      "P-Asserted-Identity: \"a, b\" <sip:a@b>, <tel:+1>\r\nRequire: \r\n\r\n");
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->all<Accept>()->empty());
  EXPECT_EQ(m->all<Supported>()->size(), 2U);
  EXPECT_EQ(m->all<Reason>()->back().cause(), 2U);
  EXPECT_EQ(m->all<PAssertedIdentity>()->size(), 2U);
  EXPECT_EQ(m->all<Require>().error(), HeaderError::malformed);
}

TEST(Headers, LimitOfAuthenticationParameters) {
  std::string text = "Digest a=1";
  for (std::size_t i = 1; i < AuthParams::max_items; ++i) text += ", a=1";
  base::Cursor good{text};
  EXPECT_TRUE(Authorization::parse(good));
  text += ", a=1";
  base::Cursor bad{text};
  EXPECT_FALSE(Authorization::parse(bad));
}

// Nobody breaks out of a header through a value.
TEST(Headers, LineEndsInValuesStayInside) {
  auto m = Message::request(Method::message, "sip:a@b");
  m.set(Subject::of("hello\r\nEvil: yes"));
  From from;
  from.display = "x\r\nEvil: yes";
  from.uri = Uri::sip("a", "b");
  m.set(from);
  const auto received = Message::parse(m.text());
  ASSERT_TRUE(received);
  EXPECT_FALSE(received->text_of("Evil"));
  EXPECT_EQ(received->get<Subject>()->value, "hello  Evil: yes");
}
