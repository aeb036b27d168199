// endpoint/resolver_test.cc - names in virtual time: what is asked, how long it is remembered, who is tried last.
#include "endpoint/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint/penalties.h"
#include "sim/world.h"

using namespace std::chrono_literals;
using base::dns::Answer;
using base::dns::Type;

namespace {

struct Asking {
  sim::World world{1};
  sim::Host& host{world.add_host("a", {base::Ip::v4(10, 0, 0, 1)})};
  sim::Names& names{world.names};
  endpoint::Resolver resolver{host.shard()};
  std::optional<std::vector<sip::Target>> found;

  endpoint::Resolver::Ticket start(const std::string& uri) {
    found.reset();
    return resolver.resolve(*sip::Uri::parse(uri), {{sip::Target::Over::udp, sip::Target::Over::tcp}, true, false},
                            [this](std::vector<sip::Target> targets) { found = std::move(targets); });
  }
  std::vector<std::string> ask(const std::string& uri, base::Duration limit = 10s) {
    start(uri);
    EXPECT_TRUE(world.run_until([&] { return found.has_value(); }, limit)) << uri;
    std::vector<std::string> words;
    if (found)
      for (const auto& target : *found) words.push_back(target.address.text());
    return words;
  }
};

base::Ip ip(std::uint8_t last) { return base::Ip::v4(10, 0, 0, last); }

}  // namespace

TEST(Resolver, NET05_FollowsNaptrAndSrvToTheAddresses) {
  Asking a;
  a.names.naptr("e.test", 10, "SIP+D2U", "_sip._udp.e.test");
  a.names.srv("_sip._udp.e.test", {1, 1, 5070, "one.test"});
  a.names.srv("_sip._udp.e.test", {2, 1, 5071, "two.test"});
  a.names.host("one.test", ip(11));
  a.names.host("two.test", ip(12));
  EXPECT_THAT(a.ask("sip:bob@e.test"), testing::ElementsAre("10.0.0.11:5070", "10.0.0.12:5071"));
  EXPECT_EQ(a.resolver.pending(), 0U);
}

TEST(Resolver, WhatIsRememberedIsAnsweredAtOnce) {
  Asking a;
  a.names.host("e.test", ip(11));
  a.ask("sip:e.test:5060");
  const auto asked = a.names.asked.size();
  EXPECT_EQ(a.start("sip:e.test:5060"), endpoint::Resolver::no_ticket);
  EXPECT_TRUE(a.found);
  EXPECT_EQ(a.names.asked.size(), asked);
}

TEST(Resolver, RecordsLiveAsLongAsTheirTtl) {
  Asking a;
  a.names.ttl = 30s;
  a.names.host("e.test", ip(11));
  a.ask("sip:e.test:5060");
  a.world.run_for(29s);
  a.ask("sip:e.test:5060");
  EXPECT_EQ(a.names.count(Type::a, "e.test"), 1U);
  a.names.remove(Type::a, "e.test");
  a.names.host("e.test", ip(12));
  a.world.run_for(1s);
  EXPECT_THAT(a.ask("sip:e.test:5060"), testing::ElementsAre("10.0.0.12:5060"));
  EXPECT_EQ(a.names.count(Type::a, "e.test"), 2U);
}

TEST(Resolver, ANoIsRememberedToo) {
  Asking a;
  a.names.negative_ttl = 20s;
  EXPECT_TRUE(a.ask("sip:e.test:5060").empty());
  a.names.host("e.test", ip(11));
  a.world.run_for(19s);
  EXPECT_TRUE(a.ask("sip:e.test:5060").empty());
  a.world.run_for(2s);
  EXPECT_FALSE(a.ask("sip:e.test:5060").empty());
  EXPECT_EQ(a.names.count(Type::a, "e.test"), 2U);
}

TEST(Resolver, ADeadNameServiceIsNotAskedForEveryCall) {
  Asking a;
  a.names.dead = true;
  EXPECT_TRUE(a.ask("sip:e.test:5060").empty());
  EXPECT_TRUE(a.ask("sip:e.test:5060").empty());
  EXPECT_EQ(a.names.count(Type::a, "e.test"), 1U);
  a.names.dead = false;
  a.names.host("e.test", ip(11));
  a.world.run_for(endpoint::NameCache::failure_ttl);
  EXPECT_FALSE(a.ask("sip:e.test:5060").empty());
}

TEST(Resolver, NobodyWaitsLongerThanTheLimit) {
  Asking a;
  a.names.dead = true;
  a.names.patience = 1h;
  const auto began = a.world.now();
  EXPECT_TRUE(a.ask("sip:e.test", 1min).empty());
  EXPECT_NEAR(static_cast<double>((a.world.now() - began).count()), endpoint::Resolver::time_limit.count(), 100'000);
  EXPECT_EQ(a.resolver.pending(), 0U);
}

TEST(Resolver, OneQuestionServesAllWhoWait) {
  Asking a;
  a.names.host("e.test", ip(11));
  int told = 0;
  for (int i = 0; i < 100; ++i)
    a.resolver.resolve(*sip::Uri::parse("sip:e.test:5060"), {{sip::Target::Over::udp}, true, false},
                       [&](const std::vector<sip::Target>& targets) { told += targets.size() == 1 ? 1 : 0; });
  a.world.run_for(1s);
  EXPECT_EQ(told, 100);
  EXPECT_EQ(a.names.asked.size(), 1U);
}

TEST(Resolver, WhoeverCancelledIsNotTold) {
  Asking a;
  a.names.host("e.test", ip(11));
  a.resolver.cancel(a.start("sip:e.test:5060"));
  a.world.run_for(1s);
  EXPECT_FALSE(a.found);
  EXPECT_EQ(a.resolver.pending(), 0U);
}

TEST(Resolver, ResolutionsAreBounded) {
  Asking a;
  a.names.dead = true;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < endpoint::Resolver::pending_max + 10; ++i)
    a.resolver.resolve(*sip::Uri::parse("sip:h" + std::to_string(i) + ".test:5060"), {{sip::Target::Over::udp}, true, false},
                       [&](const std::vector<sip::Target>&) { ++refused; });
  EXPECT_EQ(refused, 10U);
  EXPECT_EQ(a.resolver.pending(), endpoint::Resolver::pending_max);
  a.world.run_for(1min);
  EXPECT_EQ(a.resolver.pending(), 0U);
}

TEST(NameCache, IsBoundedAndLosesWhatWouldEndFirst) {
  endpoint::NameCache cache;
  const base::Time now{1h};
  Answer answer;
  answer.status = Answer::Status::found;
  answer.ttl = 100s;
  for (std::size_t i = 0; i < endpoint::NameCache::entries_max; ++i) {
    if (i == 5) answer.ttl = 50s;
    cache.put({Type::a, "h" + std::to_string(i)}, answer, now);
    answer.ttl = 100s;
  }
  cache.put({Type::a, "one more"}, answer, now);
  EXPECT_EQ(cache.size(), endpoint::NameCache::entries_max);
  EXPECT_EQ(cache.find({Type::a, "h5"}, now), nullptr);
  EXPECT_NE(cache.find({Type::a, "h4"}, now), nullptr);
  answer.ttl = 0s;
  cache.put({Type::a, "h4"}, answer, now);
  EXPECT_EQ(cache.find({Type::a, "h4"}, now), nullptr);
}

TEST(NameCache, NoTtlIsLongerThanTheLimits) {
  endpoint::NameCache cache;
  const base::Time now{1h};
  Answer answer;
  answer.ttl = std::chrono::hours{24 * 365};
  answer.status = Answer::Status::found;
  cache.put({Type::a, "x"}, answer, now);
  EXPECT_EQ(cache.find({Type::a, "x"}, now + endpoint::NameCache::ttl_max), nullptr);
  answer.status = Answer::Status::none;
  cache.put({Type::a, "y"}, answer, now);
  EXPECT_NE(cache.find({Type::a, "y"}, now + endpoint::NameCache::negative_ttl_max - 1s), nullptr);
  EXPECT_EQ(cache.find({Type::a, "y"}, now + endpoint::NameCache::negative_ttl_max), nullptr);
}

TEST(Penalties, ServersThatFailedComeLastForAWhile) {
  endpoint::Penalties penalties;
  const base::Time now{1h};
  const auto flow = [](std::uint8_t last) { return endpoint::Flow{0, endpoint::Transport::udp, {ip(last), 5060}, {}, {}}; };
  penalties.add(flow(1), 30s, now);
  std::vector<endpoint::Flow> flows{flow(1), flow(2), flow(3)};
  penalties.sort(flows, now);
  EXPECT_THAT(flows, testing::ElementsAre(flow(2), flow(3), flow(1)));
  flows = {flow(1), flow(2)};
  penalties.sort(flows, now + 30s);
  EXPECT_EQ(flows.front(), flow(1));
  penalties.forgive(flow(1));
  EXPECT_FALSE(penalties.has(flow(1), now));
}

TEST(Penalties, AreBoundedInNumberAndTime) {
  endpoint::Penalties penalties;
  const base::Time now{1h};
  for (std::size_t i = 0; i < endpoint::Penalties::servers_max + 5; ++i)
    penalties.add({0, endpoint::Transport::udp, {ip(1), static_cast<std::uint16_t>(i + 1)}, {}, {}}, 24h, now);
  EXPECT_EQ(penalties.size(), endpoint::Penalties::servers_max);
  EXPECT_FALSE(penalties.has({0, endpoint::Transport::udp, {ip(1), 1000}, {}, {}}, now + endpoint::Penalties::longest));
}
