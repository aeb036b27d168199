// app/dial/dial_test.cc - what sofia/, user/ and group/ make of a dial string.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/dial_endpoint.h"
#include "call/switch.h"
#include "dialplan/api_function.h"
#include "dialplan/execution.h"
#include "location/location_service.h"
#include "sim/world.h"

namespace {

using namespace std::chrono_literals;
using call::Cause;
using call::DialOutcome;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* configuration_xml = R"(<document>
<section name="configuration"><configuration name="sofia.conf"><profiles>
 <profile name="internal"><aliases><alias name="inside"/></aliases>
  <domains><domain name="all" alias="true" parse="false"/></domains></profile>
 <profile name="external"/></profiles></configuration></section>
<section name="directory"><domain name="example.test">
 <aliases><alias name="alias.test"/></aliases>
 <groups><group name="sales"><users>
  <user id="1001"><params><param name="dial-var-leg_timeout" value="7"/></params>
   <variables><variable name="toll_allow" value="local"/></variables></user>
  <user id="1002"><params><param name="dial-string" value="[dial=${dialed_user}@${dialed_domain}]error/USER_BUSY"/></params></user>
  <user id="1003"><params><param name="dial-string" value="user/1003@example.test"/></params></user>
  <user id="1004"><params><param name="dial-string" value="${nothing}"/></params></user>
 </users></group></groups></domain></section></document>)";

struct NoAccounts : endpoint::Accounts {
  std::optional<endpoint::Account> find(std::string_view, std::string_view) const override { return std::nullopt; }
  bool knows_domain(std::string_view) const override { return true; }
};

struct House {
  sim::World world{1};
  sim::Host& host;
  NoAccounts accounts;
  endpoint::SipEndpoint endpoint;
  endpoint::Authenticator authenticator;
  call::PortPool ports;
  dialplan::Runtime runtime;
  call::Switch calls;
  location::LocationService location;

  House()
      : host{world.add_host("ahoy", {base::Ip::v4(192, 0, 2, 1)})}, endpoint{host.shard(), {}},
        authenticator{endpoint, accounts, "0123456789abcdef"}, ports{host.shard(), 20000, 20100},
        runtime{host.shard()}, calls{endpoint, authenticator, ports, runtime}, location{endpoint} {
    endpoint.join({&endpoint});
    auto snapshot = dialplan::load_text(configuration_xml, "test.xml", ".");
    base::require(snapshot.has_value(), "the test's configuration is wrong");
    runtime.set_configuration(*snapshot);
    runtime.globals().set("domain", "example.test");
    runtime.set_switch(calls);
    runtime.set_location(&location);
    std::vector<std::shared_ptr<const call::Profile>> profiles;
    for (const auto* name : {"internal", "external"}) {
      endpoint::ListeningPoint point;
      point.profile = name;
      point.local = {host.ip(), static_cast<std::uint16_t>(profiles.empty() ? 5060 : 5080)};
      auto profile = std::make_shared<call::Profile>();
      profile->name = name;
      profile->domain = "example.test";
      profile->points.push_back(*endpoint.open(point));
      profiles.push_back(std::move(profile));
    }
    calls.set_profiles(std::move(profiles));
  }

  void enroll(const std::string& user, std::string_view contact, std::string_view path = {}, endpoint::PointId point = 0) {
    location::Binding binding{{contact, "call-id", path, {}}};
    binding.q = static_cast<std::uint16_t>(binding.parsed_contact().q());
    binding.expires = world.now() + 1h;
    binding.flow = {point, endpoint::Transport::tcp, {base::Ip::v4(203, 0, 113, 9), 40'000}, {0, 77}};
    location::Registration registration;
    registration.call_id = "other";
    registration.cseq = 1;
    registration.bindings.push_back(std::move(binding));
    base::require(location.local().update(location::address_of_record(user, "example.test"), registration).has_value(), "enroll");
  }

  DialOutcome dial(const std::string& text) {
    const auto slash = text.find('/');
    const auto* found = call::DialEndpoint::find(text.substr(0, slash));
    base::require(found != nullptr, "no such dial endpoint");
    call::DialRequest request{calls, nullptr, text.substr(slash + 1), variables};
    auto task = found->resolve(request);
    task.start();
    world.run_for(100ms);  // names take a moment
    base::require(task.done(), "resolving takes too long");
    return task.result();
  }
  Cause failure(const std::string& text) { return dial(text).failure; }
  call::DialTarget one(const std::string& text) {
    auto outcome = dial(text);
    EXPECT_EQ(outcome.failure, Cause::none) << text;
    return outcome.targets.size() == 1 ? outcome.targets.front() : call::DialTarget{};
  }
  std::string api(const std::string& name, const std::string& arguments) {
    auto context = runtime.context();
    return dialplan::ApiFunction::find(name)->spec().run(arguments, context);
  }
  call::Variables variables;
};

}  // namespace

TEST(Dial, DS_07_SofiaToAnAddress) {
  House house;
  const auto target = house.one("sofia/external/12345@198.51.100.7:5070;transport=tcp");
  EXPECT_EQ(target.request_uri.text(), "sip:12345@198.51.100.7:5070;transport=tcp");
  EXPECT_EQ(target.flow.transport, endpoint::Transport::tcp);
  EXPECT_EQ(target.flow.remote.text(), "198.51.100.7:5070");
  EXPECT_EQ(target.profile->name, "external");
  EXPECT_EQ(target.flow.point, 1U);
  EXPECT_EQ(target.destination, "12345");
  EXPECT_THAT(target.routes, IsEmpty());
}

TEST(Dial, DS_07_SofiaToAHostName) {
  House house;
  house.world.names.srv("_sip._udp.pbx.test", {10, 1, 5070, "two.pbx.test"});
  house.world.names.srv("_sip._udp.pbx.test", {5, 1, 5070, "one.pbx.test"});
  house.world.names.host("one.pbx.test", base::Ip::v4(198, 51, 100, 1));
  house.world.names.host("two.pbx.test", base::Ip::v4(198, 51, 100, 2));
  const auto target = house.one("sofia/internal/a@pbx.test");
  EXPECT_EQ(target.request_uri.text(), "sip:a@pbx.test");
  EXPECT_EQ(target.flow.remote.text(), "198.51.100.1:5070");
  ASSERT_EQ(target.others.size(), 1U);
  EXPECT_EQ(target.others.front().remote.text(), "198.51.100.2:5070");
}

TEST(Dial, DS_07_TheHostOfNobodyIsATemporaryFailure) {
  House house;
  EXPECT_EQ(house.failure("sofia/internal/a@host.invalid"), Cause::normal_temporary_failure);
}

TEST(Dial, DS_07_ToMaySaySomethingElse) {
  House house;
  const auto target = house.one("sofia/internal/a@198.51.100.7^b@example.test");
  EXPECT_EQ(target.request_uri.text(), "sip:a@198.51.100.7");
  EXPECT_EQ(target.to, "sip:b@example.test");
}

TEST(Dial, NAT_04_FsPathGoesThroughAProxy) {
  House house;
  const auto target = house.one("sofia/internal/sip:a@10.0.0.5;fs_path=sip%3A198.51.100.9%3A5090");
  EXPECT_EQ(target.request_uri.text(), "sip:a@10.0.0.5");
  EXPECT_EQ(target.flow.remote.text(), "198.51.100.9:5090");
  EXPECT_THAT(target.routes, ElementsAre("<sip:198.51.100.9:5090;lr>"));
}

TEST(Dial, DS_07_ProfilesHaveAliasesAndDomains) {
  House house;
  EXPECT_EQ(house.one("sofia/inside/a@198.51.100.7").profile->name, "internal");
  EXPECT_EQ(house.one("sofia/alias.test/a@198.51.100.7").profile->name, "internal");
}

TEST(Dial, DS_07_WhatIsWrongHasItsCause) {
  House house;
  EXPECT_EQ(house.failure("sofia/"), Cause::invalid_url);
  EXPECT_EQ(house.failure("sofia/internal"), Cause::invalid_url);
  EXPECT_EQ(house.failure("sofia/nowhere/a@198.51.100.7"), Cause::invalid_profile);
  EXPECT_EQ(house.failure("sofia/internal/"), Cause::user_not_registered);
  EXPECT_EQ(house.failure("sofia/internal/a@"), Cause::invalid_url);
  EXPECT_EQ(house.failure("sofia/internal/a@b@c"), Cause::invalid_url);
  EXPECT_EQ(house.failure("sofia/gateway/provider/123"), Cause::invalid_gateway);
}

TEST(Dial, DS_07_ARegisteredUserIsCalledTheWayTheRegisterCame) {
  House house;
  house.enroll("1001", "<sip:1001@10.0.0.5:5060;line=3?x=y>;q=0.5", "<sip:edge.test;lr>, <sip:inner.test;lr>");
  for (const auto* text : {"sofia/internal/1001%example.test", "sofia/internal/1001", "sofia/*/1001@example.test",
                           "sofia/*/1001%ALIAS.test", "sofia/*/1001"}) {
    const auto target = house.one(text);
    EXPECT_EQ(target.request_uri.text(), "sip:1001@10.0.0.5:5060;line=3") << text;
    EXPECT_EQ(target.to, "sip:1001@example.test");
    EXPECT_EQ(target.flow.remote.text(), "203.0.113.9:40000");
    EXPECT_EQ(target.flow.connection.number, 77U);
    EXPECT_THAT(target.routes, ElementsAre("<sip:edge.test;lr>", "<sip:inner.test;lr>"));
  }
}

TEST(Dial, REG_02_AllContactsRingTogetherHighestQFirst) {
  House house;
  house.enroll("1001", "<sip:1001@10.0.0.1>;q=0.1");
  house.enroll("1001", "<sip:1001@10.0.0.2>;q=0.9");
  house.enroll("1001", "<mailto:1001@example.test>");
  const auto outcome = house.dial("sofia/*/1001@example.test");
  ASSERT_EQ(outcome.targets.size(), 2U);
  EXPECT_EQ(outcome.targets[0].request_uri.text(), "sip:1001@10.0.0.2");
}

TEST(Dial, DS_07_WhoIsNotRegisteredWithThatProfileIsNotRegistered) {
  House house;
  EXPECT_EQ(house.failure("sofia/internal/1001%example.test"), Cause::user_not_registered);
  house.enroll("1001", "<sip:1001@10.0.0.1>", {}, 1);
  EXPECT_EQ(house.failure("sofia/internal/1001%example.test"), Cause::user_not_registered);
  EXPECT_EQ(house.failure("sofia/external/1001%example.test"), Cause::none);
  EXPECT_EQ(house.failure("sofia/*/1001@example.test"), Cause::none);
}

TEST(Dial, DIR_02_AUserWithoutDialStringIsWhereItIsRegistered) {
  House house;
  const auto outcome = house.dial("user/1001@example.test");
  EXPECT_EQ(outcome.nested, "sofia/*/1001%example.test");
  EXPECT_EQ(outcome.variables.get("presence_id"), "1001@example.test");
  EXPECT_EQ(outcome.variables.get("leg_timeout"), "7");
  EXPECT_EQ(outcome.variables.get("toll_allow"), "local");
}

TEST(Dial, DIR_02_ADialStringSeesWhoIsDialled) {
  House house;
  EXPECT_EQ(house.dial("user/1002").nested, "[dial=1002@example.test]error/USER_BUSY");
  EXPECT_EQ(house.dial("user/1002@alias.test").nested, "[dial=1002@example.test]error/USER_BUSY");
}

TEST(Dial, DS_07_UserFailures) {
  House house;
  EXPECT_EQ(house.failure("user/4711@example.test"), Cause::subscriber_absent);
  EXPECT_EQ(house.failure("user/1001@nowhere.test"), Cause::subscriber_absent);
  EXPECT_EQ(house.failure("user/1003@example.test"), Cause::invalid_ie_contents);
  EXPECT_EQ(house.failure("user/1004@example.test"), Cause::mandatory_ie_missing);
}

TEST(Dial, DS_07_GroupsAreDialStringsOfUsers) {
  House house;
  EXPECT_THAT(house.dial("group/sales@example.test").nested, testing::StartsWith("user/1001@example.test,user/1002@"));
  EXPECT_THAT(house.dial("group/sales+F").nested, testing::StartsWith("user/1001@example.test|user/1002@"));
  EXPECT_EQ(house.dial("group/none@example.test").nested, "error/NO_ROUTE_DESTINATION");
}

TEST(Dial, API_11_SofiaContactIsFoundOutWhenDialled) {
  House house;
  EXPECT_EQ(house.api("sofia_contact", "1001@example.test"), "sofia/*/1001%example.test");
  EXPECT_EQ(house.api("sofia_contact", "internal/1001@example.test"), "sofia/internal/1001%example.test");
  EXPECT_EQ(house.api("sofia_contact", "*/1001"), "sofia/*/1001%example.test");
  EXPECT_EQ(house.api("sofia_contact", ""), "error/user_not_registered");
}

TEST(Dial, API_11_TheDirectoryFunctionsAreThere) {
  House house;
  EXPECT_EQ(house.api("user_exists", "id 1001 example.test"), "true");
  EXPECT_EQ(house.api("user_data", "1001@example.test var toll_allow"), "local");
  EXPECT_THAT(house.api("group_call", "sales@example.test+F"), testing::HasSubstr("|user/1002@example.test"));
}
