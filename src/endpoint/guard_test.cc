// endpoint/guard_test.cc - bans, rates and suspicion as machines, and the guards of several shards together.
#include "endpoint/guard.h"

#include <gtest/gtest.h>

#include "endpoint/overload.h"
#include "sim/world.h"

namespace {

using namespace std::chrono_literals;
using endpoint::BanList;
using endpoint::Guard;
using endpoint::RateLimit;
using endpoint::Suspicion;

const base::Time start = base::Time{} + 1h;

base::Ip ip(std::string_view text) { return *base::Ip::parse(text); }
base::Ip numbered(std::uint32_t n) {
  return base::Ip::v4(10, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n));
}

/// Guards of three shards; what each hears of bans.
struct Guards {
  struct Watcher : endpoint::BanWatcher {
    std::vector<std::string> heard;
    void on_banned(const endpoint::Ban& ban) override { heard.push_back("banned " + ban.network.text() + ": " + ban.reason); }
    void on_lifted(const base::Ip& network) override { heard.push_back("lifted " + network.text()); }
  };
  static constexpr std::uint16_t shards = 3;
  sim::World world{1};
  sim::Host& host = world.add_host("ahoy", {base::Ip::v4(10, 0, 0, 1)}, shards);
  std::vector<std::unique_ptr<Guard>> all;
  std::array<Watcher, shards> watchers;
  Guard::Policy policy;

  Guards() {
    policy.suspicion = {3, 5, 60s};
    policy.ban_time = 10min;
    policy.scanners = {"friendly-scanner"};
    std::vector<Guard*> joined;
    for (std::uint16_t id = 0; id < shards; ++id) {
      all.push_back(std::make_unique<Guard>(host.shard(id)));
      all.back()->add_watcher(watchers[id]);
      joined.push_back(all.back().get());
    }
    for (auto& guard : all) guard->join(joined);
    apply();
  }
  void apply() {
    for (auto& guard : all) guard->set_policy(policy);
  }
  void fail(std::uint16_t shard, const std::string& from) {
    const base::Address address{ip(from), 5060};
    all[shard]->on_failed({"internal", "REGISTER", "alice", "example.com", address});
    world.run_for(1ms);
  }
  void ask(std::uint16_t shard, const std::string& from, const std::string& user) {
    const base::Address address{ip(from), 5060};
    all[shard]->on_challenged({"internal", "REGISTER", user, "example.com", address});
    world.run_for(1ms);
  }
  void accept(std::uint16_t shard, const std::string& from) {
    const base::Address address{ip(from), 5060};
    all[shard]->on_accepted({"internal", "REGISTER", "alice", "example.com", address});
    world.run_for(1ms);
  }
  std::size_t banned(const std::string& who) const {
    return static_cast<std::size_t>(std::ranges::count_if(all, [&](const auto& guard) { return !guard->admits(ip(who)); }));
  }
};

sip::Message request(const std::string& method, const std::string& user, const std::string& agent, const std::string& to_tag = {}) {
  return *sip::Message::parse(method + " sip:" + user + "@x SIP/2.0\r\nTo: <sip:" + user + "@x>" + to_tag + "\r\nUser-Agent: " + agent +
                              "\r\n\r\n");
}

}  // namespace

TEST(BanList, SEC_08_HoldsUntilItsTime) {
  BanList list;
  list.add({ip("192.0.2.1"), start + 10s, "a"});
  list.add({ip("192.0.2.2"), start + 5s, "b"});
  EXPECT_TRUE(list.holds(ip("192.0.2.1"), start));
  EXPECT_FALSE(list.holds(ip("192.0.2.3"), start));
  EXPECT_FALSE(list.holds(ip("192.0.2.2"), start + 5s)) << "over, if nobody looked";
  EXPECT_EQ(list.deadline(), start + 5s);
  EXPECT_EQ(list.on_time(start + 5s), std::vector{ip("192.0.2.2")});
  EXPECT_EQ(list.size(), 1U);
  EXPECT_TRUE(list.remove(ip("192.0.2.1")));
  EXPECT_FALSE(list.remove(ip("192.0.2.1")));
  EXPECT_EQ(list.deadline(), base::never);
}

TEST(BanList, ANewerBanTakesThePlaceOfAnOlder) {
  BanList list;
  list.add({ip("192.0.2.1"), start + 10s, "a"});
  list.add({ip("192.0.2.1"), start + 5s, "b"});
  EXPECT_EQ(list.size(), 1U);
  EXPECT_EQ(list.all().front().reason, "b");
  EXPECT_EQ(list.deadline(), start + 5s);
}

TEST(BanList, LIMIT_WhenFullTheOneThatEndsFirstGoes) {
  BanList list;
  for (std::uint32_t i = 0; i < BanList::bans_max; ++i) list.add({numbered(i), start + 1s * (i + 1), ""});
  list.add({ip("192.0.2.1"), start + 1s, "new"});
  EXPECT_EQ(list.size(), BanList::bans_max);
  EXPECT_FALSE(list.holds(numbered(0), start));
  EXPECT_TRUE(list.holds(numbered(1), start));
  EXPECT_TRUE(list.holds(ip("192.0.2.1"), start));
}

TEST(BanList, APeerIsAnAddressOrANetworkOf64Bits) {
  EXPECT_EQ(endpoint::network_of(ip("192.0.2.1")), ip("192.0.2.1"));
  EXPECT_EQ(endpoint::network_of(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
  EXPECT_EQ(endpoint::network_of(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
}

TEST(RateLimit, SEC_08_ASecondsShareAndABurst) {
  RateLimit limit;
  const auto take = [&](base::Time now) { return limit.take(7, 10, now); };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(take(start), RateLimit::Verdict::within) << i;
  EXPECT_EQ(take(start), RateLimit::Verdict::over);
  EXPECT_EQ(take(start + 100ms), RateLimit::Verdict::within);
  EXPECT_EQ(take(start + 100ms), RateLimit::Verdict::over);
  EXPECT_EQ(limit.take(8, 10, start + 100ms), RateLimit::Verdict::within) << "somebody else";
  EXPECT_EQ(limit.take(7, 0, start + 100ms), RateLimit::Verdict::within) << "no limit";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(take(start + 1min), RateLimit::Verdict::within) << i;
}

TEST(RateLimit, SEC_08_WhoDoesNotStopIsAFlood) {
  RateLimit limit;
  auto last = RateLimit::Verdict::within;
  base::Time now = start;
  for (; now < start + 9s; now += 10ms) last = limit.take(7, 10, now);
  EXPECT_EQ(last, RateLimit::Verdict::over);
  for (; now < start + 13s; now += 10ms) last = limit.take(7, 10, now);
  EXPECT_EQ(last, RateLimit::Verdict::flood);
  // A burst now and then is none.
  now += 1min;
  for (int burst = 0; burst < 5; ++burst, now += 4s)
    for (int i = 0; i < 100; ++i) EXPECT_NE(limit.take(7, 10, now), RateLimit::Verdict::flood);
}

TEST(RateLimit, LIMIT_StrangersTakeThePlaceOfThoseSilentLongest) {
  RateLimit limit;
  for (std::uint64_t key = 0; key < 4 * RateLimit::sources_max; ++key) limit.take(key, 1, start);
  limit.take(1, 1, start);
  limit.take(1, 1, start);
  EXPECT_EQ(limit.take(1, 1, start), RateLimit::Verdict::over) << "still remembered: it was asked for last";
}

TEST(Suspicion, SEC_10_SoManyFailuresInAWindow) {
  Suspicion suspicion;
  suspicion.set_policy({3, 20, 60s});
  EXPECT_FALSE(suspicion.on_failure(1, start));
  EXPECT_FALSE(suspicion.on_failure(1, start + 1s));
  EXPECT_FALSE(suspicion.on_failure(2, start + 1s));
  EXPECT_EQ(suspicion.on_failure(1, start + 2s), "3 failed authentications");
  EXPECT_FALSE(suspicion.on_failure(1, start + 3s)) << "counted anew";
  EXPECT_FALSE(suspicion.on_failure(1, start + 4s));
  EXPECT_FALSE(suspicion.on_failure(1, start + 63s)) << "another window";
}

TEST(Suspicion, SEC_10_OneGoodAccountIsNoLicenceToGuess) {
  Suspicion suspicion;
  suspicion.set_policy({3, 20, 60s});
  suspicion.on_failure(1, start);
  suspicion.on_failure(1, start);
  suspicion.on_accepted(1, start);
  EXPECT_TRUE(suspicion.on_failure(1, start));
}

TEST(Suspicion, SEC_08_DifferentNamesOfAStranger) {
  Suspicion suspicion;
  suspicion.set_policy({10, 20, 60s});
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(suspicion.on_stranger(1, "alice", start)) << "one name is a phone";
  int asked = 0;
  while (!suspicion.on_stranger(1, std::to_string(++asked), start)) ASSERT_LT(asked, 40);
  EXPECT_GT(asked, 12);
}

TEST(Suspicion, SEC_08_ManyPhonesBehindOneAddressAreNoScanner) {
  Suspicion suspicion;
  suspicion.set_policy({10, 20, 60s});
  suspicion.on_accepted(1, start);
  for (int i = 0; i < 500; ++i) EXPECT_FALSE(suspicion.on_stranger(1, std::to_string(i), start + 30s));
  bool banned = false;
  for (int i = 0; i < 500; ++i) banned |= suspicion.on_stranger(1, std::to_string(i), start + Suspicion::known_for + 1s).has_value();
  EXPECT_TRUE(banned) << "it was somebody's an hour ago";
}

TEST(Guard, SEC_08_FailuresOnAllShardsCountTogetherAndTheBanHoldsOnAll) {
  Guards guards;
  guards.fail(0, "192.0.2.1");
  guards.fail(1, "192.0.2.1");
  EXPECT_EQ(guards.banned("192.0.2.1"), 0U);
  guards.fail(2, "192.0.2.1");
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U);
  EXPECT_EQ(guards.banned("192.0.2.2"), 0U);
  for (const auto& watcher : guards.watchers)
    EXPECT_EQ(watcher.heard, std::vector<std::string>{"banned 192.0.2.1: 3 failed authentications"});
  const auto homes = std::ranges::count_if(guards.all, [](const auto& guard) { return guard->is_home_of(ip("192.0.2.1")); });
  EXPECT_EQ(homes, 1);
}

TEST(Guard, SEC_08_BansEndByThemselves) {
  Guards guards;
  for (int i = 0; i < 3; ++i) guards.fail(0, "192.0.2.1");
  guards.world.run_for(9min);
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U);
  guards.world.run_for(2min);
  EXPECT_EQ(guards.banned("192.0.2.1"), 0U);
  for (const auto& watcher : guards.watchers) EXPECT_EQ(watcher.heard.back(), "lifted 192.0.2.1");
  EXPECT_TRUE(guards.all[0]->bans().empty());
}

TEST(Guard, SEC_08_AnotherAddressOfTheSameNetworkIsTheSamePeer) {
  Guards guards;
  for (int i = 0; i < 3; ++i) guards.fail(0, "2001:db8:0:1::" + std::to_string(i + 1));
  EXPECT_EQ(guards.banned("2001:db8:0:1:ffff::9"), 3U);
  EXPECT_EQ(guards.banned("2001:db8:0:2::1"), 0U);
}

TEST(Guard, SEC_08_WhoAsksForManyUsersIsBannedAndWhoIsKnownIsNot) {
  Guards guards;
  guards.accept(1, "192.0.2.7");
  for (int i = 0; i < 20; ++i) {
    guards.ask(static_cast<std::uint16_t>(i % 3), "192.0.2.1", std::to_string(i));
    guards.ask(static_cast<std::uint16_t>(i % 3), "192.0.2.7", std::to_string(i));
  }
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U);
  EXPECT_EQ(guards.banned("192.0.2.7"), 0U);
}

TEST(Guard, SEC_08_AnOptionsSweepIsTheSameAndAPingIsNot) {
  Guards guards;
  for (int i = 0; i < 100; ++i) {
    guards.all[0]->admits(ip("192.0.2.2"), request("OPTIONS", "ping", "monitor"));
    guards.all[0]->admits(ip("192.0.2.3"), request("OPTIONS", std::to_string(i), "phone", ";tag=1"));
    guards.all[0]->admits(ip("192.0.2.1"), request("OPTIONS", std::to_string(i), "monitor"));
    guards.world.run_for(1ms);
  }
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U);
  EXPECT_EQ(guards.banned("192.0.2.2"), 0U);
  EXPECT_EQ(guards.banned("192.0.2.3"), 0U) << "in dialogs";
}

TEST(Guard, SEC_08_AScannerIsKnownByItsUserAgent) {
  Guards guards;
  auto& guard = *guards.all[0];
  EXPECT_TRUE(guard.admits(ip("192.0.2.1"), request("OPTIONS", "100", "unfriendly")));
  EXPECT_TRUE(guard.admits(ip("192.0.2.1"), request("BYE", "100", "friendly-scanner"))) << "of a call it was let into";
  EXPECT_FALSE(guard.admits(ip("192.0.2.1"), request("OPTIONS", "100", "My Friendly-Scanner/1.0")));
  EXPECT_FALSE(guard.admits(ip("192.0.2.1"))) << "at once";
  guards.world.run_for(1ms);
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U);
}

TEST(Guard, SEC_08_WhoIsExemptIsNeverBannedByItself) {
  Guards guards;
  guards.policy.exempt = [](const base::Ip& address) { return address == ip("192.0.2.1"); };
  guards.policy.requests_per_second = 1;
  guards.apply();
  for (int i = 0; i < 30; ++i) {
    guards.fail(0, "192.0.2.1");
    guards.ask(0, "192.0.2.1", std::to_string(i));
    EXPECT_TRUE(guards.all[0]->admits(ip("192.0.2.1"), std::string_view{"INVITE"}));
  }
  EXPECT_TRUE(guards.all[0]->admits(ip("192.0.2.1"), request("OPTIONS", "1", "friendly-scanner")));
  EXPECT_EQ(guards.banned("192.0.2.1"), 0U);
  guards.all[0]->ban(ip("192.0.2.1"), 1min, "by hand");
  guards.world.run_for(1ms);
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U) << "an operator may";
}

TEST(Guard, SEC_08_RequestsOverTheRateAreDroppedResponsesAreNot) {
  Guards guards;
  guards.policy.requests_per_second = 10;
  guards.apply();
  auto& guard = *guards.all[0];
  int in = 0, responses = 0;
  for (int i = 0; i < 100; ++i) {
    in += guard.admits(ip("192.0.2.1"), std::string_view{"INVITE sip:x SIP/2.0"}) ? 1 : 0;
    responses += guard.admits(ip("192.0.2.1"), std::string_view{"SIP/2.0 200 OK"}) ? 1 : 0;
  }
  EXPECT_EQ(in, 20);
  EXPECT_EQ(responses, 100);
  EXPECT_EQ(guards.banned("192.0.2.1"), 0U) << "a burst is no flood";
  for (int i = 0; i < 1200; ++i) {
    guard.admits(ip("192.0.2.1"), std::string_view{"INVITE sip:x SIP/2.0"});
    guards.world.run_for(10ms);
  }
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U);
  EXPECT_EQ(guards.watchers[1].heard, std::vector<std::string>{"banned 192.0.2.1: more than 10 requests a second"});
}

TEST(Guard, SEC_08_SwitchedOffItOnlyHoldsWhatIsBannedByHand) {
  Guards guards;
  guards.policy.enabled = false;
  guards.policy.requests_per_second = 1;
  guards.apply();
  for (int i = 0; i < 10; ++i) guards.fail(0, "192.0.2.1");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(guards.all[0]->admits(ip("192.0.2.1"), std::string_view{"INVITE"}));
  EXPECT_TRUE(guards.all[0]->admits(ip("192.0.2.1"), request("OPTIONS", "1", "friendly-scanner")));
  guards.all[2]->ban(ip("192.0.2.1"), 1min, "by hand");
  guards.world.run_for(1ms);
  EXPECT_EQ(guards.banned("192.0.2.1"), 3U);
  guards.all[1]->lift(ip("192.0.2.1"));
  guards.world.run_for(1ms);
  EXPECT_EQ(guards.banned("192.0.2.1"), 0U);
}

TEST(Overload, NewRequestsAreRefusedBetweenTheLimitsByChance) {
  base::Random dice{1};
  const auto refused = [&](base::Duration behind) {
    int count = 0;
    for (int i = 0; i < 1000; ++i) count += endpoint::refuses_new(behind, dice) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(refused(endpoint::overload_begins), 0);
  EXPECT_NEAR(refused(25ms), 500, 60);
  EXPECT_EQ(refused(endpoint::overload_is_full), 1000);
  EXPECT_EQ(refused(10s), 1000);
}

TEST(Overload, WhatHasBegunIsNotNew) {
  EXPECT_TRUE(endpoint::is_new(request("INVITE", "1", "x")));
  EXPECT_TRUE(endpoint::is_new(request("REGISTER", "1", "x")));
  EXPECT_FALSE(endpoint::is_new(request("INVITE", "1", "x", ";tag=1")));
  EXPECT_FALSE(endpoint::is_new(request("CANCEL", "1", "x")));
  EXPECT_FALSE(endpoint::is_new(request("ACK", "1", "x")));
}

TEST(Overload, LIMIT_NewRequestsLeaveHalfOfAMailboxFree) {
  const auto fresh = request("INVITE", "1", "x"), known = request("BYE", "1", "x", ";tag=1");
  const auto half = endpoint::handed_over_max / 2;
  EXPECT_TRUE(endpoint::has_room_for(fresh, half - 1));
  EXPECT_FALSE(endpoint::has_room_for(fresh, half));
  EXPECT_TRUE(endpoint::has_room_for(known, endpoint::handed_over_max - 1));
  EXPECT_FALSE(endpoint::has_room_for(known, endpoint::handed_over_max));
}
