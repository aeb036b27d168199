// presence/packages_test.cc - each event package as what it is: a function from what is known to a document.
#include <gtest/gtest.h>

#include "presence/event_package.h"
#include "presence/resource_list.h"
#include "sip/multipart.h"
#include "xml/tree.h"

using namespace std::chrono_literals;
using presence::Dialog;
using presence::DialogState;
using presence::EventPackage;
using presence::Resource;

namespace {

std::string document(std::string_view package, const Resource& now, const Resource* before = nullptr, std::uint32_t version = 0) {
  return EventPackage::find(package)->spec().describe({"bob@example.com", now, before, version, base::Time{} + 1h});
}

bool differ(std::string_view package, const Resource& before, const Resource& now) {
  return EventPackage::find(package)->spec().differ(before, now);
}

Dialog call(std::string id, DialogState state) {
  return {std::move(id), "c1", "phone", "ours", false, state, {"", "sip:bob@example.com"}, {"A & B", "sip:alice@example.com"}};
}

xml::Tree tree(const std::string& text) {
  auto parsed = xml::Tree::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? std::move(*parsed) : xml::Tree{};
}

}  // namespace

TEST(EventPackage, PRS_02_AreFoundByName) {
  EXPECT_EQ(EventPackage::names(), (std::vector<std::string_view>{"dialog", "message-summary", "presence", "presence.winfo", "reg"}));
  EXPECT_EQ(EventPackage::find("DIALOG"), EventPackage::find("dialog"));
  EXPECT_EQ(EventPackage::find("weather"), nullptr);
}

TEST(DialogPackage, PRS_02_AWholeDocumentHasEveryDialog) {
  Resource resource;
  resource.dialogs = {call("1", DialogState::early), call("2", DialogState::confirmed)};
  const auto text = document("dialog", resource, nullptr, 7);
  const auto parsed = tree(text);
  const auto root = parsed.root();
  EXPECT_EQ(root.name(), "dialog-info");
  EXPECT_EQ(root.attribute("version"), "7");
  EXPECT_EQ(root.attribute("state"), "full");
  EXPECT_EQ(root.attribute("entity"), "sip:bob@example.com");
  ASSERT_EQ(root.children().size(), 2U);
  const auto dialog = root.children()[0];
  EXPECT_EQ(dialog.attribute("id"), "1");
  EXPECT_EQ(dialog.attribute("call-id"), "c1");
  EXPECT_EQ(dialog.attribute("local-tag"), "phone");
  EXPECT_EQ(dialog.attribute("remote-tag"), "ours");
  EXPECT_EQ(dialog.attribute("direction"), "recipient");
  EXPECT_EQ(dialog.child("state").text(), "early");
  EXPECT_EQ(dialog.child("remote").child("identity").attribute("display"), "A & B");
  EXPECT_EQ(dialog.child("remote").child("target").attribute("uri"), "sip:alice@example.com");
  EXPECT_EQ(dialog.child("local").child("identity").text(), "sip:bob@example.com");
}

TEST(DialogPackage, PRS_02_APartialOneHasWhatIsNewAndWhatIsOver) {
  Resource before, now;
  before.dialogs = {call("1", DialogState::early), call("2", DialogState::confirmed), call("3", DialogState::confirmed)};
  now.dialogs = {call("1", DialogState::confirmed), call("3", DialogState::confirmed), call("4", DialogState::trying)};
  const auto parsed = tree(document("dialog", now, &before, 1));
  EXPECT_EQ(parsed.root().attribute("state"), "partial");
  std::string said;
  for (const auto& dialog : parsed.root().children())
    said += std::string{dialog.attribute("id")} + " " + dialog.child("state").text() + ", ";
  EXPECT_EQ(said, "1 confirmed, 4 trying, 2 terminated, ");
  EXPECT_TRUE(differ("dialog", before, now));
  EXPECT_FALSE(differ("dialog", before, before));
}

TEST(DialogPackage, PRS_02_WhoHasNoCallIsToldOfOneThatIsOver) {
  const auto parsed = tree(document("dialog", {}));
  ASSERT_EQ(parsed.root().children().size(), 1U);
  EXPECT_EQ(parsed.root().child("dialog").child("state").text(), "terminated");
}

TEST(WinfoPackage, PRS_02_NamesTheWatchersAndForHowLong) {
  Resource resource;
  resource.watchers = {{0x1f, "sip:alice@example.com", base::Time{} + 59min}};
  const auto parsed = tree(document("presence.winfo", resource, nullptr, 3));
  const auto list = parsed.root().child("watcher-list");
  EXPECT_EQ(parsed.root().attribute("version"), "3");
  EXPECT_EQ(list.attribute("resource"), "sip:bob@example.com");
  EXPECT_EQ(list.attribute("package"), "presence");
  EXPECT_EQ(list.child("watcher").attribute("id"), "1f");
  EXPECT_EQ(list.child("watcher").attribute("duration-subscribed"), "60");
  EXPECT_EQ(list.child("watcher").text(), "sip:alice@example.com");
  EXPECT_TRUE(differ("presence.winfo", {}, resource));
}

TEST(MessageSummaryPackage, PRS_02_CountsAreThoseOfTheRfc) {
  Resource resource;
  resource.messages = {0, 8, 2, 1};
  EXPECT_EQ(document("message-summary", resource),
            "Messages-Waiting: yes\r\nMessage-Account: sip:bob@example.com\r\nVoice-Message: 0/8 (2/1)\r\n");
  resource.messages = {0, 8, 0, 1};
  EXPECT_NE(document("message-summary", resource).find("Messages-Waiting: no"), std::string::npos);
  EXPECT_TRUE(differ("message-summary", {}, resource));
}

TEST(PresencePackage, PRS_01_WhatWatchersCannotSeeIsNoNews) {
  Resource before, now;
  before.dialogs = {call("1", DialogState::confirmed)};
  now.dialogs = {call("1", DialogState::confirmed), call("2", DialogState::early)};
  EXPECT_FALSE(differ("presence", before, now));
  now.dialogs.clear();
  EXPECT_TRUE(differ("presence", before, now));
}

TEST(ResourceList, PRS_01_IsAnIndexAndADocumentForEachMember) {
  const presence::ResourceList list{"sales@example.com", 4, false,
                                    {{"bob@example.com", "application/pidf+xml", "<presence/>"}, {"ann@example.com", "text/plain", "x"}}};
  const auto type = presence::ResourceList::content_type("b0");
  EXPECT_NE(type.find("type=\"application/rlmi+xml\""), std::string::npos);
  const auto body = list.print("b0");
  const auto parts = sip::parse_multipart(type, body);
  ASSERT_TRUE(parts && parts->size() == 3);
  EXPECT_EQ((*parts)[0].type(), "application/rlmi+xml");
  const auto parsed = tree(std::string{(*parts)[0].body});
  EXPECT_EQ(parsed.root().attribute("uri"), "sip:sales@example.com");
  EXPECT_EQ(parsed.root().attribute("version"), "4");
  EXPECT_EQ(parsed.root().attribute("fullState"), "false");
  ASSERT_EQ(parsed.root().children().size(), 2U);
  const auto instance = parsed.root().children()[1].child("instance");
  EXPECT_EQ(parsed.root().children()[1].attribute("uri"), "sip:ann@example.com");
  EXPECT_EQ("<" + std::string{instance.attribute("cid")} + ">", (*parts)[2].header("Content-ID"));
  EXPECT_EQ((*parts)[1].body, "<presence/>");
}
