// presence/pidf_test.cc - presence documents as phones write them, and what is made of several.
#include "presence/pidf.h"

#include <gtest/gtest.h>

#include "presence/composition.h"

using presence::Pidf;

namespace {

// RFC 4480 section 5, shortened.
constexpr std::string_view rich = R"(<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
 xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="pres:someone@example.com">
 <tuple id="bs35r9"><status><basic>open</basic></status><dm:deviceID>urn:device:1</dm:deviceID>
  <contact priority="0.8">im:someone@mobile.example.net</contact>
  <note xml:lang="en">Don't Disturb &amp; more</note><timestamp>2005-05-30T22:02:44Z</timestamp></tuple>
 <tuple id="ty4658"><status><basic> closed </basic></status></tuple>
 <note>I'll be in Tokyo</note>
 <dm:person id="p1"><rpid:activities><rpid:away/><rpid:note>lunch</rpid:note></rpid:activities><dm:note>Out</dm:note></dm:person>
</presence>)";

Pidf parsed(std::string_view text) { return Pidf::parse(text).value_or(Pidf{}); }

presence::Resource publishing(std::initializer_list<std::string_view> documents) {
  presence::Resource resource;
  for (const auto document : documents) resource.publications.push_back(parsed(document));
  return resource;
}

presence::Dialog call(bool initiator, presence::DialogState state) {
  presence::Dialog dialog;
  dialog.id = "1";
  dialog.initiator = initiator;
  dialog.state = state;
  return dialog;
}

}  // namespace

TEST(Pidf, PRS_01_ARichDocumentIsRead) {
  const auto document = parsed(rich);
  ASSERT_EQ(document.tuples.size(), 2U);
  const auto& tuple = document.tuples[0];
  EXPECT_EQ(tuple.id, "bs35r9");
  EXPECT_EQ(tuple.open, true);
  EXPECT_EQ(tuple.contact, "im:someone@mobile.example.net");
  EXPECT_EQ(tuple.priority, "0.8");
  EXPECT_EQ(tuple.timestamp, "2005-05-30T22:02:44Z");
  EXPECT_EQ(tuple.notes, (std::vector<Pidf::Note>{{"en", "Don't Disturb & more"}}));
  EXPECT_EQ(document.tuples[1].open, false);
  EXPECT_EQ(document.notes, (std::vector<Pidf::Note>{{"", "I'll be in Tokyo"}}));
  EXPECT_EQ(document.person.activities, std::vector<std::string>{"away"});
  EXPECT_EQ(document.person.notes.size(), 2U);
}

TEST(Pidf, PRS_01_WhatIsPrintedIsReadBack) {
  const auto document = parsed(rich);
  EXPECT_EQ(parsed(document.print("sip:a&b@example.com")), document);
  EXPECT_EQ(parsed(Pidf{}.print("sip:bob@example.com")), Pidf{});
  EXPECT_NE(document.print("sip:a&b@example.com").find("entity=\"sip:a&amp;b@example.com\""), std::string::npos);
}

TEST(Pidf, PRS_01_ActivitiesOfOldPhonesAreInTheirTuple) {
  EXPECT_EQ(parsed("<presence><tuple id=\"a\"><status><basic>open</basic><activities><busy/></activities></status></tuple></presence>")
                .person.activities,
            std::vector<std::string>{"busy"});
}

TEST(Pidf, PRS_01_WhatIsNoPresenceDocumentIsRefused) {
  for (const std::string text : {"", "hello", "<presence>", "<html/>"}) EXPECT_FALSE(Pidf::parse(text)) << text;
  EXPECT_FALSE(Pidf::parse("<presence>" + std::string(presence::pidf_bytes_max, ' ') + "</presence>"));
}

TEST(Pidf, PRS_01_ADocumentHasABoundedNumberOfParts) {
  std::string many = "<presence>";
  for (std::size_t i = 0; i < presence::pidf_parts_max + 5; ++i) many += "<tuple id=\"" + std::to_string(i) + "\"/><note>n</note>";
  const auto document = parsed(many + "</presence>");
  EXPECT_EQ(document.tuples.size(), presence::pidf_parts_max);
  EXPECT_EQ(document.notes.size(), presence::pidf_parts_max);
}

TEST(Pidf, SEC_ActivityNamesCannotCarryMarkup) {
  Pidf document = parsed("<presence><person><activities><a-b/><x.y/></activities></person></presence>");
  EXPECT_EQ(document.person.activities, std::vector<std::string>{"a-b"});
}

TEST(Composition, PRS_01_WithoutPublishersTheRegistrationCounts) {
  presence::Resource resource;
  EXPECT_EQ(compose(resource).tuples.front().open, false);
  resource.contacts.emplace_back();
  EXPECT_EQ(compose(resource).tuples.front().open, true);
}

TEST(Composition, PRS_01_ThePublishersAreAllShownAndTheNewestIsTheirPerson) {
  const auto one = "<presence><tuple id=\"t\"><status><basic>open</basic></status></tuple><person><activities><away/></activities></person></presence>";
  const auto two = "<presence><tuple id=\"t\"><status><basic>closed</basic></status></tuple><person><activities><meeting/></activities></person></presence>";
  const auto document = compose(publishing({one, two}));
  ASSERT_EQ(document.tuples.size(), 2U);
  EXPECT_EQ(document.tuples[0].id, "t");
  EXPECT_EQ(document.tuples[0].open, false);
  EXPECT_EQ(document.tuples[1].id, "t-2");
  EXPECT_EQ(document.person.activities, std::vector<std::string>{"meeting"});
}

TEST(Composition, PRS_01_WhoHasACallIsOnThePhoneButNotWhileItOnlyRings) {
  using presence::DialogState;
  auto resource = publishing({"<presence><person><activities><away/></activities></person></presence>"});
  resource.dialogs = {call(false, DialogState::early)};
  EXPECT_EQ(compose(resource).person.activities, std::vector<std::string>{"away"});
  EXPECT_EQ(compose(resource).person.notes.front().text, "Ringing");
  resource.dialogs = {call(true, DialogState::early)};
  EXPECT_EQ(compose(resource).person.activities, (std::vector<std::string>{"away", "on-the-phone"}));
  resource.dialogs = {call(false, DialogState::confirmed)};
  EXPECT_EQ(compose(resource).person.activities, (std::vector<std::string>{"away", "on-the-phone"}));
  EXPECT_EQ(compose(resource).person.notes.front().text, "On the phone");
}
