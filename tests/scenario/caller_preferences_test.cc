// tests/scenario/caller_preferences_test.cc - which of a user's phones ring when the caller has wishes: RFC 3840, RFC 3841.
#include <gtest/gtest.h>

#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::first_line;
using sim::header;

namespace {

constexpr std::string_view to_bob = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="user/bob@10.0.0.1"/></condition></extension>)";

const base::Ip mobile_ip = base::Ip::v4(10, 0, 0, 4);
const base::Ip plain_ip = base::Ip::v4(10, 0, 0, 5);

/// Bob has a desk phone with video, a mobile one, and one that says nothing of itself.
struct Phones {
  scenario::House house{to_bob, 1, 2, R"(<param name="multiple-registrations" value="true"/><param name="accept-blind-reg" value="true"/>)"};
  sim::RawAgent alice, desk, mobile, plain;

  Phones()
      : alice{house.world, house.world.add_host("alice", {scenario::alice_ip})}, desk{house.world, house.world.add_host("desk", {scenario::bob_ip})},
        mobile{house.world, house.world.add_host("mobile", {mobile_ip})}, plain{house.world, house.world.add_host("plain", {plain_ip})} {
    add(desk, R"(;audio;video;mobility="fixed";class="business")");
    add(mobile, R"(;audio;mobility="mobile";class="personal")");
  }
  void add(sim::RawAgent& phone, const std::string& features) {
    const auto ip = phone.address().ip.text();
    phone.send(house.address(),
               sim::message({"REGISTER sip:10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP " + ip + ":5060;branch=z9hG4bKr" + ip, "Max-Forwards: 70",
                             "From: <sip:bob@10.0.0.1>;tag=r", "To: <sip:bob@10.0.0.1>", "Call-ID: r@" + ip, "CSeq: 1 REGISTER",
                             "Contact: <sip:bob@" + ip + ">" + features, "Expires: 3600"}));
    EXPECT_EQ(first_line(phone.take()), "SIP/2.0 200 OK");
  }
  /// Who rings: "desk mobile plain".
  std::string call(const std::vector<std::string>& wishes) {
    std::string text =
        "INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKi\r\nMax-Forwards: 70\r\n"
        "From: Alice <sip:alice@10.0.0.1>;tag=a\r\nTo: <sip:bob@10.0.0.1>\r\nCall-ID: wishes@alice\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:alice@10.0.0.2>\r\nContent-Type: application/sdp\r\n";
    for (const auto& wish : wishes) text += wish + "\r\n";
    const auto body = scenario::sdp(scenario::alice_ip);
    alice.send(house.address(), text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    house.world.run_for(200ms);
    std::string ringing;
    for (auto [phone, name] : {std::pair{&desk, "desk"}, {&mobile, "mobile"}, {&plain, "plain"}})
      if (phone->take(1ms).starts_with("INVITE ")) ringing += (ringing.empty() ? "" : " ") + std::string{name};
    return ringing;
  }
};

std::string called(const std::vector<std::string>& wishes) {
  Phones phones;
  return phones.call(wishes);
}

}  // namespace

TEST(CallerPreferences, WithoutWishesAllRing) { EXPECT_EQ(called({}), "desk mobile"); }

TEST(CallerPreferences, WhatIsRejectedDoesNotRing) {
  EXPECT_EQ(called({R"(Reject-Contact: *;mobility="mobile")"}), "desk");
  EXPECT_EQ(called({"Reject-Contact: *;video"}), "mobile");
}

TEST(CallerPreferences, WhatIsRequiredIsAllThatRings) {
  EXPECT_EQ(called({"Accept-Contact: *;video;require;explicit"}), "desk");
  EXPECT_EQ(called({R"(Accept-Contact: *;mobility="mobile";require)"}), "mobile");
  EXPECT_EQ(called({R"(Accept-Contact: *;mobility="mobile")"}), "desk mobile") << "a wish is no condition";
}

TEST(CallerPreferences, WhoSaysNothingOfItselfIsNotJudged) {
  Phones phones;
  phones.add(phones.plain, "");
  EXPECT_EQ(phones.call({"Accept-Contact: *;video;require;explicit"}), "desk plain");
}

TEST(CallerPreferences, NoForkRingsTheOneThatSuitsBest) {
  EXPECT_EQ(called({R"(Accept-Contact: *;class="personal")", "Request-Disposition: no-fork"}), "mobile");
  EXPECT_EQ(called({R"(Accept-Contact: *;class="business")", "Request-Disposition: no-fork"}), "desk");
}

TEST(CallerPreferences, WhereNoPhoneWillDoTheUserIsNotAvailable) {
  Phones phones;
  EXPECT_EQ(phones.call({R"(Accept-Contact: *;mobility="mobile";require)", "Reject-Contact: *;audio"}), "");
  EXPECT_EQ(sim::status_of(phones.alice.take_from(200)), 480);
}
