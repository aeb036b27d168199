// location/registrar_test.cc - REGISTER, message by message, over a simulated network.
#include "location/registrar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "location/test_registrar.h"

namespace {

using namespace std::chrono_literals;
using location::RegistrarSettings;
using location::test::World;
using Strings = std::vector<std::string>;
using testing::ElementsAre;
using testing::IsEmpty;

std::string text_of(const sip::Message& message, std::string_view name) {
  return std::string{message.text_of(name).value_or("(none)")};
}

/// What every answer to bob's phone repeats (RFC 3261 section 8.2.6).
void expect_reply(const World& w, const sip::Message& response, int status) {
  EXPECT_EQ(response.status(), status);
  const auto number = std::to_string(w.cseq);
  EXPECT_EQ(text_of(response, "Via"), "SIP/2.0/UDP client.biloxi.example.com:5061;branch=z9hG4bKnashds" + number +
                                          ";received=192.0.2.201");
  EXPECT_EQ(text_of(response, "From"), "Bob <sip:bob@biloxi.example.com>;tag=a73kszlfl");
  EXPECT_THAT(text_of(response, "To"), testing::StartsWith("\"Bob\" <sip:bob@biloxi.example.com>;tag="));
  EXPECT_EQ(text_of(response, "Call-ID"), w.call_id);
  EXPECT_EQ(text_of(response, "CSeq"), number + " REGISTER");
  EXPECT_EQ(text_of(response, "Content-Length"), "0");
}

const std::string contact = "Contact: <sip:bob@client.biloxi.example.com>\n";
RegistrarSettings several() { return location::test::several_phones(); }

}  // namespace

// --- RFC 3665 section 2 ----------------------------------------------------------------------------------------

TEST(Registrar, F36_01_SuccessfulNewRegistration) {
  World w;
  const auto challenge = w.phone.ask(w.at(), w.text(contact));
  expect_reply(w, challenge, 401);
  EXPECT_THAT(text_of(challenge, "WWW-Authenticate"), testing::HasSubstr("realm=\"biloxi.example.com\""));
  EXPECT_THAT(text_of(challenge, "WWW-Authenticate"), testing::HasSubstr("qop=\"auth"));
  EXPECT_EQ(w.part().service.local().count(), 0U);

  const auto done = w.phone.ask(w.at(), w.text(contact + w.answer(challenge, "bob")));
  expect_reply(w, done, 200);
  EXPECT_THAT(w.contacts(done), ElementsAre("<sip:bob@client.biloxi.example.com>;expires=3600"));
  EXPECT_THAT(text_of(done, "Date"), testing::StartsWith("Mon, 23 Nov 2026 09:00:0"));
}

TEST(Registrar, F36_02_UpdateOfContactList) {
  World w;
  w.enroll(contact);
  const auto done = w.enroll("Contact: mailto:bob@biloxi.example.com\n");
  expect_reply(w, done, 200);
  EXPECT_THAT(w.contacts(done), ElementsAre("<sip:bob@client.biloxi.example.com>;expires=3600",
                                            "<mailto:bob@biloxi.example.com>;expires=3600"));
}

TEST(Registrar, F36_03_REG_03_RequestForCurrentContactList) {
  World w;
  w.enroll(contact + "Contact: mailto:bob@biloxi.example.com\n");
  w.world.run_for(600s);
  const auto done = w.enroll("");
  expect_reply(w, done, 200);
  const auto list = w.contacts(done);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0], "<sip:bob@client.biloxi.example.com>;expires=3000");
}

TEST(Registrar, F36_04_REG_04_CancellationOfRegistration) {
  World w;
  w.enroll(contact + "Contact: mailto:bob@biloxi.example.com\n");
  const auto done = w.enroll("Expires: 0\nContact: *\n");
  expect_reply(w, done, 200);
  EXPECT_THAT(w.contacts(done), IsEmpty());
  EXPECT_EQ(w.part().service.local().users(), 0U);
}

TEST(Registrar, F36_05_UnsuccessfulRegistration) {
  World w;
  const auto challenge = w.phone.ask(w.at(), w.text(contact));
  expect_reply(w, challenge, 401);
  const auto again = w.phone.ask(w.at(), w.text(contact + w.answer(challenge, "bob", "wrong")));
  expect_reply(w, again, 401);
  EXPECT_NE(text_of(again, "WWW-Authenticate"), text_of(challenge, "WWW-Authenticate"));
  EXPECT_EQ(w.part().service.local().count(), 0U);
}

// --- who may register ------------------------------------------------------------------------------------------

TEST(Registrar, REG_01_AnUnknownUserIsChallengedLikeAKnownOne) {
  World w;
  const auto challenge = w.phone.ask(w.at(), w.text("Contact: <sip:x@1.2.3.4>\n", "nobody"));
  EXPECT_EQ(challenge.status(), 401);
  EXPECT_EQ(w.phone.ask(w.at(), w.text("Contact: <sip:x@1.2.3.4>\n" + w.answer(challenge, "nobody"), "nobody")).status(), 401);
}

TEST(Registrar, REG_01_AnotherDomainIsNotFound) {
  World w;
  w.domain = "elsewhere.test";
  EXPECT_EQ(w.enroll(contact).status(), 404);
}

TEST(Registrar, REG_01_ATelNumberIsNoAddressOfRecordHere) {
  World w;
  auto text = w.text(contact);
  text.replace(text.find("<sip:bob@biloxi.example.com>\nCall-ID"), 28, "<tel:+15551234>");
  EXPECT_EQ(w.phone.ask(w.at(), text).status(), 404);
}

// RFC 4475 section 3.3.4 (unksm2).
TEST(Registrar, REG_01_AnotherSchemeInToIsABadRequest) {
  World w;
  auto text = w.text(contact);
  text.replace(text.find("<sip:bob@biloxi.example.com>\nCall-ID"), 28, "<isbn:2983792873>");
  EXPECT_EQ(w.phone.ask(w.at(), text).status(), 400);
}

TEST(Registrar, REG_01_NobodyRegistersAnotherUnlessThatIsAllowed) {
  World w;
  EXPECT_EQ(w.enroll(contact, "alice", "bob").status(), 403);
  w.settings.own_name_only = false;
  w.part().registrar.set_settings("internal", w.settings);
  EXPECT_EQ(w.enroll(contact, "alice", "bob").status(), 200);
}

TEST(Registrar, REG_01_ANumberAliasIsTheUsersOwnName) {
  World w;
  EXPECT_EQ(w.enroll(contact, "5550", "bob").status(), 200);
}

TEST(Registrar, REG_01_AliasesOfADomainAreOneDomain) {
  World w;
  w.domain = "BILOXI.alias";
  EXPECT_EQ(w.enroll(contact).status(), 200);
  EXPECT_EQ(w.part().service.local().find("bob@biloxi.example.com").size(), 1U);
}

TEST(Registrar, REG_01_ForceRegisterDomainStandsForTheDomainOfTo) {
  auto settings = several();
  settings.domain = "biloxi.example.com";
  World w{settings};
  w.domain = "192.0.2.1";
  EXPECT_EQ(w.enroll(contact).status(), 200);
  EXPECT_EQ(w.part().service.local().find("bob@biloxi.example.com").size(), 1U);
}

TEST(Registrar, REG_01_TheRealmMayHaveItsOwnName) {
  auto settings = several();
  settings.realm = "atlanta.example.com";
  World w{settings};
  EXPECT_THAT(text_of(w.phone.ask(w.at(), w.text(contact)), "WWW-Authenticate"),
              testing::HasSubstr("realm=\"atlanta.example.com\""));
  EXPECT_EQ(w.enroll(contact).status(), 200);
}

TEST(Registrar, REG_01_DisabledBlindAndTrusted) {
  auto settings = several();
  settings.disabled = true;
  World w{settings};
  EXPECT_EQ(w.enroll(contact).status(), 403);
  settings.disabled = false;
  settings.accept_blind = true;
  w.part().registrar.set_settings("internal", settings);
  EXPECT_EQ(w.phone.ask(w.at(), w.text(contact)).status(), 200);
  settings.accept_blind = false;
  settings.trusted = [](const base::Ip& ip) { return ip == base::Ip::v4(192, 0, 2, 201); };
  w.part().registrar.set_settings("internal", settings);
  EXPECT_EQ(w.phone.ask(w.at(), w.text(contact)).status(), 200);
  settings.trusted = [](const base::Ip&) { return false; };
  w.part().registrar.set_settings("internal", settings);
  EXPECT_EQ(w.phone.ask(w.at(), w.text(contact)).status(), 401);
}

// --- contacts --------------------------------------------------------------------------------------------------

TEST(Registrar, REG_02_SeveralContactsEachWithItsOwnQAndExpires) {
  World w;
  const auto done = w.enroll("Contact: <sip:bob@a>;q=0.7;expires=100, <sip:bob@b>;expires=200;q=0.2\nContact: \"Desk\" <sip:bob@c>\n"
                             "Expires: 300\n");
  EXPECT_THAT(w.contacts(done), ElementsAre("<sip:bob@a>;q=0.7;expires=100", "<sip:bob@b>;q=0.2;expires=200",
                                            "\"Desk\" <sip:bob@c>;expires=300"));
  const auto list = w.part().service.local().find("bob@biloxi.example.com");
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].q, 700);
  EXPECT_EQ(list[2].q, 1000);
}

TEST(Registrar, REG_02_RefreshingReplacesAnEquivalentContact) {
  World w;
  w.enroll("Contact: <sip:bob@CLIENT.test;transport=udp>;expires=60\n");
  const auto done = w.enroll("Contact: <sip:%62ob@client.test;transport=UDP>;expires=120\n");
  EXPECT_THAT(w.contacts(done), ElementsAre("<sip:%62ob@client.test;transport=UDP>;expires=120"));
}

TEST(Registrar, REG_02_OneOfSeveralIsRemovedByExpiresZero) {
  World w;
  w.enroll("Contact: <sip:bob@a>\nContact: <sip:bob@b>\n");
  const auto done = w.enroll("Contact: <sip:bob@a>;expires=0\n");
  EXPECT_THAT(w.contacts(done), ElementsAre("<sip:bob@b>;expires=3600"));
}

TEST(Registrar, REG_02_RemovingWhatIsNotThereIsFine) {
  World w;
  const auto done = w.enroll("Contact: <sip:bob@a>;expires=0\n");
  EXPECT_EQ(done.status(), 200);
  EXPECT_EQ(w.part().service.local().users(), 0U);
}

TEST(Registrar, REG_04_StarWantsExpiresZeroAndToBeAlone) {
  World w;
  w.enroll(contact);
  EXPECT_EQ(w.enroll("Contact: *\n").status(), 400);
  EXPECT_EQ(w.enroll("Contact: *\nExpires: 3600\n").status(), 400);
  EXPECT_EQ(w.enroll("Contact: *\nContact: <sip:bob@a>\nExpires: 0\n").status(), 400);
  EXPECT_EQ(w.part().service.local().count(), 1U);
}

TEST(Registrar, REG_06_WithoutMultipleRegistrationsANewPhoneReplacesTheOld) {
  World w{RegistrarSettings{}};
  w.enroll(contact);
  w.call_id = "second-phone";
  const auto done = w.enroll("Contact: <sip:bob@second>\n");
  EXPECT_THAT(w.contacts(done), ElementsAre("<sip:bob@second>;expires=3600"));
  // The old one signing off late does not take the new one with it.
  EXPECT_THAT(w.contacts(w.enroll("Contact: <sip:bob@client.biloxi.example.com>;expires=0\n")),
              ElementsAre("<sip:bob@second>;expires=3600"));
}

TEST(Registrar, REG_02_TooManyRegistrationsAreRefusedAndNothingChanges) {
  auto settings = several();
  settings.registrations_max = 2;
  World w{settings};
  EXPECT_EQ(w.enroll("Contact: <sip:bob@a>\n").status(), 200);
  EXPECT_EQ(w.enroll("Contact: <sip:bob@b>, <sip:bob@c>\n").status(), 403);
  EXPECT_EQ(w.part().service.local().count(), 1U);
  EXPECT_EQ(w.enroll("Contact: <sip:bob@b>\n").status(), 200);
  EXPECT_EQ(w.enroll("Contact: <sip:bob@b>\n").status(), 200);  // a refresh is not a new one
  EXPECT_EQ(w.enroll("Contact: <sip:bob@a>;expires=0, <sip:bob@c>\n").status(), 200);
}

TEST(Registrar, REG_02_NobodyHasMoreThanBindingsMax) {
  World w;
  std::string many;
  for (std::size_t i = 0; i <= location::bindings_max; ++i) many += "Contact: <sip:bob@h" + std::to_string(i) + ">\n";
  EXPECT_EQ(w.enroll(many).status(), 403);
  EXPECT_EQ(w.part().service.local().count(), 0U);
}

TEST(Registrar, REG_02_AContactThatIsTooLongIsRefused) {
  World w;
  EXPECT_EQ(w.enroll("Contact: <sip:bob@a;x=" + std::string(location::binding_text_max, 'x') + ">\n").status(), 513);
  EXPECT_EQ(w.part().service.local().count(), 0U);
}

// --- CSeq ------------------------------------------------------------------------------------------------------

TEST(Registrar, REG_05_ARequestThatWasOvertakenFailsAsAWhole) {
  auto settings = several();
  settings.accept_blind = true;
  World w{settings};
  w.cseq = 10;
  EXPECT_EQ(w.phone.ask(w.at(), w.text("Contact: <sip:bob@a>\n")).status(), 200);
  w.cseq = 4;
  EXPECT_EQ(w.phone.ask(w.at(), w.text("Contact: <sip:bob@new>, <sip:bob@a>;expires=0\n")).status(), 500);
  EXPECT_EQ(w.phone.ask(w.at(), w.text("Contact: *\nExpires: 0\n")).status(), 500);
  const auto list = w.part().service.local().find("bob@biloxi.example.com");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].contact(), "<sip:bob@a>");
  w.call_id = "after-its-restart";  // another Call-ID counts anew
  EXPECT_EQ(w.phone.ask(w.at(), w.text("Contact: <sip:bob@a>;expires=0\n")).status(), 200);
}

// --- expiry ----------------------------------------------------------------------------------------------------

TEST(Registrar, REG_05_TooBriefIsToldTheLeast) {
  auto settings = several();
  settings.expires_min = 120s;
  World w{settings};
  const auto refused = w.enroll("Contact: <sip:bob@a>;expires=60, <sip:bob@b>\n");
  expect_reply(w, refused, 423);
  EXPECT_EQ(text_of(refused, "Min-Expires"), "120");
  EXPECT_EQ(w.part().service.local().count(), 0U);
  EXPECT_EQ(w.enroll("Contact: <sip:bob@a>;expires=120\n").status(), 200);
  EXPECT_EQ(w.enroll("Contact: <sip:bob@a>;expires=0\n").status(), 200);
}

TEST(Registrar, REG_05_AnHourIsNeverTooBrief) {
  auto settings = several();
  settings.expires_min = 7200s;
  World w{settings};
  EXPECT_EQ(w.enroll("Contact: <sip:bob@a>;expires=3600\n").status(), 200);
}

TEST(Registrar, REG_05_TooLongIsShortened) {
  auto settings = several();
  settings.expires_max = 600s;
  World w{settings};
  EXPECT_THAT(w.contacts(w.enroll(contact)), ElementsAre("<sip:bob@client.biloxi.example.com>;expires=600"));
  w.part().registrar.set_settings("internal", several());
  EXPECT_THAT(w.contacts(w.enroll("Contact: <sip:bob@client.biloxi.example.com>;expires=4294967295\n")),
              ElementsAre("<sip:bob@client.biloxi.example.com>;expires=604800"));
}

TEST(Registrar, REG_05_ForceExpiresIsForEverybody) {
  auto settings = several();
  settings.expires_forced = 90s;
  settings.expires_min = 120s;
  World w{settings};
  EXPECT_THAT(w.contacts(w.enroll("Contact: <sip:bob@a>;expires=30\n")), ElementsAre("<sip:bob@a>;expires=90"));
  EXPECT_THAT(w.contacts(w.enroll("Contact: <sip:bob@a>;expires=0\n")), IsEmpty());
}

TEST(Registrar, REG_05_MalformedExpiresCountsAsAnHour) {
  World w;
  EXPECT_THAT(w.contacts(w.enroll("Contact: <sip:bob@a>;expires=soon\n")), ElementsAre("<sip:bob@a>;expires=3600"));
  EXPECT_THAT(w.contacts(w.enroll("Contact: <sip:bob@a>\nExpires: 99999999999\n")), ElementsAre("<sip:bob@a>;expires=3600"));
}

TEST(Registrar, REG_05_TheLateMarginIsOursAndNotTold) {
  auto settings = several();
  settings.late_margin = 60s;
  World w{settings};
  EXPECT_THAT(w.contacts(w.enroll("Contact: <sip:bob@a>;expires=100\n")), ElementsAre("<sip:bob@a>;expires=100"));
  w.world.run_for(150s);
  EXPECT_EQ(w.part().service.local().count(), 1U);
  w.world.run_for(11s);
  EXPECT_EQ(w.part().service.local().count(), 0U);
}

// --- Path, outbound ----------------------------------------------------------------------------------------------

TEST(Registrar, NAT_04_PathIsKeptAndRepeatedToWhoKnowsIt) {
  World w;
  const std::string path = "Path: <sip:p1.test;lr>, <sip:p2.test;lr>\nPath: <sip:p3.test;lr>\n";
  const auto done = w.enroll(contact + path + "Supported: path\n");
  EXPECT_THAT(done.texts_of("Path"), ElementsAre("<sip:p1.test;lr>, <sip:p2.test;lr>", "<sip:p3.test;lr>"));
  const auto list = w.part().service.local().find("bob@biloxi.example.com");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_THAT(list[0].routes(), ElementsAre("<sip:p1.test;lr>", "<sip:p2.test;lr>", "<sip:p3.test;lr>"));
  EXPECT_THAT(w.enroll(contact + path).texts_of("Path"), IsEmpty());
}

TEST(Registrar, NAT_09_InstanceAndRegIdReplaceWhateverTheContactIs) {
  World w;
  const std::string instance = ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"";
  const std::string outbound = "Supported: path, outbound\n";
  w.enroll("Contact: <sip:bob@10.0.0.1:1111>" + instance + ";reg-id=1\n" + outbound);
  w.enroll("Contact: <sip:bob@10.0.0.1:2222>" + instance + ";reg-id=2\n" + outbound);
  w.call_id = "rebooted";
  const auto done = w.enroll("Contact: <sip:bob@10.0.0.9:3333>" + instance + ";reg-id=1\n" + outbound);
  EXPECT_THAT(w.contacts(done), ElementsAre("<sip:bob@10.0.0.9:3333>" + instance + ";reg-id=1;expires=3600",
                                            "<sip:bob@10.0.0.1:2222>" + instance + ";reg-id=2;expires=3600"));
}

TEST(Registrar, TRX_16_AnOutboundFlowIsConfirmedWithItsTimer) {
  World w;
  const auto done = w.enroll("Contact: <sip:bob@a;ob>;+sip.instance=\"<urn:x>\";reg-id=1\nSupported: path, outbound\n");
  EXPECT_EQ(text_of(done, "Require"), "outbound");
  EXPECT_EQ(text_of(done, "Flow-Timer"), std::to_string(location::Registrar::flow_timer_datagram.count()));
  EXPECT_EQ(text_of(w.enroll("Contact: <sip:bob@b>\nSupported: outbound\n"), "Flow-Timer"), "(none)");
}

TEST(Registrar, TRX_16_AProxyThatKeepsNoFlowsIsRefused) {
  World w;
  const std::string contact_line = "Contact: <sip:bob@a;ob>;+sip.instance=\"<urn:x>\";reg-id=1\nSupported: path, outbound\n";
  const std::string second_via = "Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKabc\n";
  expect_reply(w, w.enroll(second_via + contact_line), 439);
  expect_reply(w, w.enroll(second_via + "Path: <sip:edge.example.com;lr>\n" + contact_line), 439);
  EXPECT_EQ(w.part().service.local().count(), 0U);
  expect_reply(w, w.enroll(second_via + "Path: <sip:inner.example.com;lr>, <sip:token@edge.example.com;lr;ob>\n" + contact_line), 200);
  EXPECT_EQ(w.part().service.local().count(), 1U);
}

TEST(Registrar, NAT_09_RegIdOfAPhoneWithoutOutboundIsIgnored) {
  World w;
  w.enroll("Contact: <sip:bob@a>;+sip.instance=\"<urn:x>\";reg-id=1\n");
  EXPECT_EQ(w.contacts(w.enroll("Contact: <sip:bob@b>;+sip.instance=\"<urn:x>\";reg-id=1\n")).size(), 2U);
}

TEST(Registrar, NAT_04_TheWayBackIsTheWayTheRegisterCame) {
  World w;
  w.enroll("Contact: <sip:bob@10.9.9.9:5060>\n");
  const auto list = w.part().service.local().find("bob@biloxi.example.com");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].flow.remote.text(), "192.0.2.201:5061");
  EXPECT_EQ(list[0].flow.transport, endpoint::Transport::udp);
}
