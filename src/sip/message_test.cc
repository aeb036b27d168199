// sip/message_test.cc - the index, typed access, changes and printing.
#include "sip/message.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sip/header/call_id.h"
#include "sip/header/contact.h"
#include "sip/header/content_length.h"
#include "sip/header/content_type.h"
#include "sip/header/cseq.h"
#include "sip/header/expires.h"
#include "sip/header/from.h"
#include "sip/header/max_forwards.h"
#include "sip/header/record_route.h"
#include "sip/header/route.h"
#include "sip/header/supported.h"
#include "sip/header/to.h"
#include "sip/header/via.h"
#include "sip/status.h"
#include "sip/validate.h"

using namespace sip;

namespace {

const std::string invite =
    "INVITE sip:bob@example.test;transport=tcp SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1;rport, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK2\r\n"
    "v: SIP/2.0/TLS edge.example.test;branch=z9hG4bK3;received=192.0.2.9\r\n"
    "Max-Forwards: 70\r\n"
    "From: \"Alice\" <sip:alice@example.test>;tag=f1\r\n"
    "To: Bob <sip:bob@example.test>\r\n"
    "Call-ID: abc@192.0.2.1\r\n"
    "CSeq: 101 INVITE\r\n"
    "Contact: <sip:alice@192.0.2.1:5070>\r\n"
    "X-Odd:  kept as it is  \r\n"
    "Supported: replaces, timer\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 5\r\n"
    "\r\n"
    "v=0\r\n";

Message parsed(std::string text) {
  auto message = Message::parse(std::move(text));
  EXPECT_TRUE(message) << static_cast<int>(message ? 0 : static_cast<int>(message.error().kind));
  return message.value_or(Message{});
}

ParseError::Kind error(std::string text) {
  const auto message = Message::parse(std::move(text));
  EXPECT_FALSE(message);
  return message ? ParseError::Kind::empty : message.error().kind;
}

std::string with(std::string_view fields) {
  return "OPTIONS sip:a@b SIP/2.0\r\n" + std::string{fields} + "\r\n";
}

}  // namespace

TEST(Message, SIP_01_StartLineAndHeaders) {
  const auto m = parsed(invite);
  EXPECT_TRUE(m.is_request());
  EXPECT_EQ(m.method(), Method::invite);
  EXPECT_EQ(m.method_text(), "INVITE");
  EXPECT_EQ(m.request_uri(), "sip:bob@example.test;transport=tcp");
  EXPECT_EQ(m.get<CallId>()->value, "abc@192.0.2.1");
  EXPECT_EQ(m.get<CSeq>(), CSeq::of(101, Method::invite));
  EXPECT_EQ(m.get<From>()->tag(), "f1");
  EXPECT_EQ(m.get<To>()->display, "Bob");
  EXPECT_FALSE(m.get<To>()->tag());
  EXPECT_EQ(m.get<MaxForwards>()->value, 70U);
  EXPECT_EQ(m.get<Contact>()->uri.port(), 5070);
  EXPECT_EQ(m.get<ContentType>()->type, "application/sdp");
  EXPECT_EQ(m.content_type(), "application/sdp");
  EXPECT_EQ(m.body(), "v=0\r\n");
  EXPECT_EQ(m.text_of("x-odd"), "kept as it is");
  EXPECT_FALSE(validate(m));
}

TEST(Message, SIP_01_UntouchedPrintsWhatCame) { EXPECT_EQ(parsed(invite).text(), invite); }

TEST(Message, SIP_03_ViaListsOverLinesAndCommas) {
  const auto vias = parsed(invite).all<Via>();
  ASSERT_TRUE(vias);
  ASSERT_EQ(vias->size(), 3U);
  EXPECT_EQ((*vias)[0].branch(), "z9hG4bK1");
  EXPECT_TRUE((*vias)[0].wants_rport());
  EXPECT_FALSE((*vias)[0].rport());
  EXPECT_EQ((*vias)[1].host, "[2001:db8::1]");
  EXPECT_EQ((*vias)[1].transport, "TCP");
  EXPECT_EQ((*vias)[2].received(), "192.0.2.9");
  EXPECT_EQ((*vias)[2].sent_by(5061), "edge.example.test:5061");
  EXPECT_EQ(parsed(invite).get<Via>()->port, 5070);
}

TEST(Message, GetTellsAbsentMalformedRepeated) {
  EXPECT_EQ(parsed(with("X: 1\r\n")).get<From>().error(), HeaderError::absent);
  EXPECT_EQ(parsed(with("From: <sip:a@b\r\n")).get<From>().error(), HeaderError::malformed);
  EXPECT_EQ(parsed(with("f: sip:a@b\r\nFROM: sip:a@b\r\n")).get<From>().error(), HeaderError::repeated);
  EXPECT_EQ(parsed(with("CSeq: 1 A B\r\n")).get<CSeq>().error(), HeaderError::malformed);
  EXPECT_EQ(parsed(with("Expires: 4294967296\r\n")).get<Expires>().error(), HeaderError::malformed);
  EXPECT_EQ(parsed(with("Contact: <sip:a@b>,\r\n")).all<Contact>().error(), HeaderError::malformed);
  EXPECT_EQ(parsed(with("Contact: \r\n")).all<Contact>().error(), HeaderError::malformed);
  EXPECT_TRUE(parsed(with("X: 1\r\n")).all<Contact>()->empty());
}

TEST(Message, FoldingBlanksAndCase) {
  const auto m = parsed(with("TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
                             "CSeq: 0009\r\n  INVITE\r\nSubject:\r\nv:  SIP  / 2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"));
  EXPECT_EQ(m.get<To>()->tag(), "1918181833n");
  EXPECT_EQ(m.get<CSeq>()->number, 9U);
  EXPECT_EQ(m.text_of("subject"), "");
  EXPECT_EQ(m.get<Via>()->host, "192.0.2.2");
  EXPECT_EQ(m.get<Via>()->protocol, "SIP/2.0");
}

TEST(Message, Responses) {
  const auto m = parsed("SIP/2.0 183 Session  Progress\r\nVia: SIP/2.0/UDP a\r\n\r\n");
  EXPECT_TRUE(m.is_response());
  EXPECT_EQ(m.status(), 183);
  EXPECT_EQ(m.reason(), "Session  Progress");
  EXPECT_EQ(m.request_uri(), "");
  EXPECT_EQ(parsed("SIP/2.0 100 \r\n\r\n").reason(), "");
  EXPECT_EQ(parsed("SIP/2.0 100\r\n\r\n").status(), 100);
}

TEST(Message, WhatCannotBeIndexed) {
  EXPECT_EQ(error(""), ParseError::Kind::empty);
  EXPECT_EQ(error("\r\n\r\n"), ParseError::Kind::empty);
  EXPECT_EQ(error("hello"), ParseError::Kind::start_line);
  EXPECT_EQ(error("GET / HTTP/1.1\r\n\r\n"), ParseError::Kind::start_line);
  EXPECT_EQ(error("SIP/2.0 4294967301 x\r\n\r\n"), ParseError::Kind::start_line);
  EXPECT_EQ(error("SIP/2.0 099 x\r\n\r\n"), ParseError::Kind::start_line);
  EXPECT_EQ(error("SIP/3.0 200 x\r\n\r\n"), ParseError::Kind::start_line);
  EXPECT_EQ(error("OPTIONS  SIP/2.0\r\n\r\n"), ParseError::Kind::start_line);
  EXPECT_EQ(error("                       \nVia: x\n\n"), ParseError::Kind::start_line);
  EXPECT_EQ(error("OPTIONS sip:a@b SIP/2.0"), ParseError::Kind::start_line);
  EXPECT_EQ(error("OPTIONS sip:a@b SIP/2.0\r\nVia: x"), ParseError::Kind::no_end_of_headers);
}

TEST(Message, WithoutTheEmptyLineItCanStillBeRefused) {
  const auto m = parsed("OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nl: 5\r\n");
  EXPECT_TRUE(m.faults().cut_off);
  EXPECT_EQ(validate(m)->status, 400);
}

TEST(Message, LimitOfBytes) {
  std::string text = "OPTIONS sip:a@b SIP/2.0\r\n\r\n";
  text.resize(max_message_bytes, 'x');
  EXPECT_TRUE(Message::parse(text));
  EXPECT_EQ(error(text + 'x'), ParseError::Kind::too_long);
}

TEST(Message, LimitOfFieldsOfAKindAndInAll) {
  std::string routes, others;
  for (std::size_t i = 0; i < max_fields_of_a_kind; ++i) routes += "Route: <sip:a>\r\n";
  EXPECT_EQ(parsed(with(routes)).all<Route>()->size(), max_fields_of_a_kind);
  EXPECT_EQ(error(with(routes + "Route: <sip:a>\r\n")), ParseError::Kind::too_many_fields);
  EXPECT_EQ(parsed(with(routes.substr(0, routes.size() - 2) + ", <sip:b>\r\n")).all<Route>().error(), HeaderError::malformed);
  for (std::size_t i = 0; i < max_fields; ++i) others += "X-1: y\r\n";
  EXPECT_TRUE(Message::parse(with(others)));
  EXPECT_EQ(error(with(others + "X-1: y\r\n")), ParseError::Kind::too_many_fields);
}

TEST(Message, SIP_07_ContentLengthRulesTheBody) {
  EXPECT_EQ(parsed(with("Content-Length: 2\r\n") + "abcd").body(), "ab");
  EXPECT_EQ(parsed(with("Content-Length: 2\r\n") + "abcd").text(), with("Content-Length: 2\r\n") + "ab");
  EXPECT_EQ(parsed(with("X: 1\r\n") + "abcd").body(), "abcd");
  EXPECT_TRUE(parsed(with("l: 9\r\n") + "abcd").faults().short_body);
  EXPECT_TRUE(parsed(with("l: -1\r\n") + "abcd").faults().content_length);
  EXPECT_TRUE(parsed(with("l: 1\r\nl: 2\r\n") + "abcd").faults().content_length);
  EXPECT_FALSE(parsed(with("l: 2\r\nContent-Length: 2\r\n") + "abcd").faults().any());
}

TEST(Message, ChangesLandWhereTheyBelong) {
  auto m = parsed(invite);
  m.set(MaxForwards::of(69));
  Via ours;
  ours.host = "198.51.100.1";
  ours.params.set("branch", "z9hG4bKours");
  m.prepend(ours);
  m.set_request_uri("sip:bob@192.0.2.44");
  m.remove("X-Odd");
  m.add("X-New", "one\r\nEvil: two");
  std::string expected = invite;
  const auto swap = [&](std::string_view from, std::string_view to) {
    const auto at = expected.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    expected.replace(at, from.size(), to);
  };
  swap("sip:bob@example.test;transport=tcp", "sip:bob@192.0.2.44");
  swap("Via: SIP/2.0/UDP 192", "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKours\r\nVia: SIP/2.0/UDP 192");
  swap("Max-Forwards: 70", "Max-Forwards: 69");
  swap("X-Odd:  kept as it is  \r\n", "");
  swap("Content-Length: 5\r\n", "X-New: one  Evil: two\r\nContent-Length: 5\r\n");
  EXPECT_EQ(m.text(), expected);
  EXPECT_EQ(m.method(), Method::invite);
  EXPECT_EQ(m.method_text(), "INVITE");
  const auto again = parsed(m.text());
  EXPECT_FALSE(validate(again));
  EXPECT_EQ(again.all<Via>()->size(), 4U);
}

TEST(Message, FirstValuesOfListsCanBeTakenAndReplaced) {
  auto m = parsed(invite);
  auto top = *m.get<Via>();
  top.params.set("received", "203.0.113.5");
  top.params.set_number("rport", 5999);
  m.replace_first(top);
  EXPECT_EQ(m.all<Via>()->size(), 3U);
  EXPECT_EQ(m.get<Via>()->rport(), 5999);
  EXPECT_TRUE(m.remove_first<Via>());
  EXPECT_EQ(m.get<Via>()->branch(), "z9hG4bK2");
  EXPECT_TRUE(m.remove_first<Via>());
  EXPECT_EQ(m.get<Via>()->branch(), "z9hG4bK3");
  EXPECT_TRUE(m.remove_first<Via>());
  EXPECT_FALSE(m.remove_first<Via>());
  EXPECT_FALSE(m.has<Via>());
}

TEST(Message, SetOfARepeatedHeaderLeavesOne) {
  auto m = parsed(with("Expires: 1\r\nX: 1\r\nExpires: 2\r\n"));
  m.set(Expires::of(3));
  EXPECT_EQ(m.get<Expires>()->value, 3U);
  EXPECT_EQ(m.text(), with("Expires: 3\r\nX: 1\r\nContent-Length: 0\r\n"));
  m.set_all<Route>({});
  m.set_all(std::vector<Route>{Route::of(Uri::sip("", "a")), Route::of(Uri::sip("", "b"))});
  EXPECT_EQ(m.all<Route>()->size(), 2U);
  EXPECT_EQ(m.all<Route>()->back().uri.host(), "b");
  EXPECT_EQ(m.remove<Route>(), 2U);
}

TEST(Message, TokensInLists) {
  const auto m = parsed(with("Supported: replaces , TIMER\r\nk: path;x=1\r\n"));
  EXPECT_EQ(m.texts_of("Supported").size(), 2U);
  EXPECT_TRUE(m.has_token<Supported>("timer"));
  EXPECT_TRUE(m.has_token<Supported>("path"));
  EXPECT_FALSE(m.has_token<Supported>("time"));
}

TEST(Message, BuildsARequestAndItsResponse) {
  auto m = Message::request(Method::invite, "sip:bob@example.test");
  Via via;
  via.host = "192.0.2.1";
  via.params.set("branch", "z9hG4bK7");
  m.append(via);
  From from;
  from.uri = Uri::sip("alice", "example.test");
  from.params.set("tag", "1");
  m.append(from);
  To to;
  to.uri = Uri::sip("bob", "example.test");
  m.append(to);
  m.append(CallId{base::ShortText{"id@host"}});
  m.append(CSeq::of(1, Method::invite));
  m.append(RecordRoute::of(Uri::sip("", "proxy.example.test")));
  m.set_body("application/sdp", "v=0\r\n");
  const std::string expected =
      "INVITE sip:bob@example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK7\r\n"
      "From: <sip:alice@example.test>;tag=1\r\nTo: <sip:bob@example.test>\r\nCall-ID: id@host\r\nCSeq: 1 INVITE\r\n"
      "Record-Route: <sip:proxy.example.test>\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";
  EXPECT_EQ(m.text(), expected);
  EXPECT_FALSE(validate(m));

  auto ringing = Message::response(m, 180, {}, "t2");
  ringing.copy<RecordRoute>(m);
  EXPECT_EQ(ringing.text(),
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK7\r\n"
            "From: <sip:alice@example.test>;tag=1\r\nTo: <sip:bob@example.test>;tag=t2\r\nCall-ID: id@host\r\n"
            "CSeq: 1 INVITE\r\nRecord-Route: <sip:proxy.example.test>\r\nContent-Length: 0\r\n\r\n");
  ringing.set_status(486, "Busy\r\nEvil: x");
  EXPECT_EQ(ringing.status(), 486);
  EXPECT_EQ(ringing.reason(), "Busy  Evil: x");
}

TEST(Message, ResponseKeepsAToTagAndABrokenTo) {
  EXPECT_EQ(Message::response(parsed(with("To: <sip:a@b>;tag=x\r\n")), 200, {}, "y").get<To>()->tag(), "x");
  EXPECT_EQ(Message::response(parsed(with("To: \"<sip:a@b>\r\n")), 400, {}, "y").text_of("To"), "\"<sip:a@b>");
}

TEST(Message, SIP_10_CompactFormsInAndOut) {
  const auto m = parsed(invite);
  const auto small = m.text(Form::compact);
  EXPECT_NE(small.find("\r\nf: \"Alice\""), std::string::npos);
  EXPECT_NE(small.find("\r\nl: 5\r\n"), std::string::npos);
  EXPECT_NE(small.find("\r\nk: replaces, timer\r\n"), std::string::npos);
  EXPECT_LT(small.size(), invite.size());
  const auto again = parsed(small);
  EXPECT_EQ(again.get<From>(), m.get<From>());
  EXPECT_EQ(again.all<Via>(), m.all<Via>());
  EXPECT_EQ(again.body(), m.body());
}

TEST(Message, CopiesAreIndependent) {
  const auto original = parsed(invite);
  auto copy = original;
  copy.set_body("text/plain", "x");
  EXPECT_EQ(original.text(), invite);
  EXPECT_EQ(copy.body(), "x");
  EXPECT_EQ(copy.get<ContentType>()->type, "text/plain");
  copy.set_body({}, {});
  EXPECT_FALSE(copy.has_body());
  EXPECT_EQ(copy.content_type(), "");
}

TEST(Message, UnknownHeadersWithACompactTwinOfTheirTypeAreFound) {
  EXPECT_EQ(header_id("subject"), HeaderId::subject);
  EXPECT_EQ(header_id("S"), HeaderId::subject);
  EXPECT_EQ(header_id("X-Subject"), HeaderId::other);
  EXPECT_EQ(header_id(""), HeaderId::other);
  EXPECT_EQ(header_id("\xff"), HeaderId::other);
  for (std::size_t i = 1; i < static_cast<std::size_t>(HeaderId::count); ++i) {
    const auto id = static_cast<HeaderId>(i);
    EXPECT_EQ(header_id(base::lowered(full_name(id))), id);
    if (compact_name(id) == 0) continue;
    EXPECT_EQ(header_id(std::string_view{&detail::known_names[i].compact, 1}), id);
  }
}

TEST(Message, SIP_21_ReasonPhrases) {
  EXPECT_EQ(reason_phrase(486), "Busy Here");
  EXPECT_EQ(reason_phrase(499), "Bad Request");
  EXPECT_EQ(reason_phrase(150), "Session Progress");
  EXPECT_EQ(reason_phrase(699), "Decline");
}

TEST(Validate, TellsWhatToAnswer) {
  const auto status = [](std::string text) {
    const auto fault = validate(parsed(std::move(text)));
    return fault ? fault->status : 200;
  };
  const std::string good = "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n";
  EXPECT_EQ(status("OPTIONS sip:a@b SIP/2.0\r\n" + good + "CSeq: 1 OPTIONS\r\n\r\n"), 200);
  EXPECT_EQ(status("OPTIONS sip:a@b SIP/7.0\r\n" + good + "CSeq: 1 OPTIONS\r\n\r\n"), 505);
  EXPECT_EQ(status("OPTIONS  sip:a@b SIP/2.0\r\n" + good + "CSeq: 1 OPTIONS\r\n\r\n"), 400);
  EXPECT_EQ(status("OPTIONS sip:a@b SIP/2.0\r\n" + good + "CSeq: 1 INVITE\r\n\r\n"), 400);
  EXPECT_EQ(status("NEW sip:a@b SIP/2.0\r\n" + good + "CSeq: 1 INVITE\r\n\r\n"), 501);
  EXPECT_EQ(status("OPTIONS foo:a SIP/2.0\r\n" + good + "CSeq: 1 OPTIONS\r\n\r\n"), 416);
  EXPECT_EQ(status("OPTIONS sip:a@b?x=y SIP/2.0\r\n" + good + "CSeq: 1 OPTIONS\r\n\r\n"), 400);
  EXPECT_EQ(status("OPTIONS sip:a@b SIP/2.0\r\n" + good + "\r\n"), 400);
  EXPECT_EQ(status("OPTIONS sip:a@b SIP/2.0\r\nno header\r\n" + good + "CSeq: 1 OPTIONS\r\n\r\n"), 400);
  EXPECT_EQ(status("ACK sip:a@b SIP/2.0\r\n" + good + "CSeq: 1 INVITE\r\n\r\n"), 0);
  EXPECT_EQ(status("OPTIONS sip:a@b SIP/2.0\r\n\r\n"), 0);
  EXPECT_EQ(status("SIP/2.0 200 OK\r\n" + good + "CSeq: 1 OPTIONS\r\n\r\n"), 200);
  EXPECT_EQ(status("SIP/2.0 200 OK\r\n" + good + "\r\n"), 0);
}
