// sip/targets_test.cc - RFC 3263 and RFC 2782 against zones written down here.
#include "sip/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using base::dns::Answer;
using base::dns::Question;
using base::dns::Type;
using Over = sip::Target::Over;

/// Answers a machine's questions; what is not in it does not exist.
struct Zone {
  std::map<Question, Answer> records;
  std::vector<Question> asked;
  bool dead = false;

  void host(const std::string& name, const std::string& ip) {
    const auto address = *base::Ip::parse(ip);
    auto& answer = at(address.family == base::Family::ipv4 ? Type::a : Type::aaaa, name);
    answer.addresses.push_back(address);
  }
  void srv(const std::string& name, std::uint16_t priority, std::uint16_t weight, std::uint16_t port, const std::string& target) {
    at(Type::srv, name).services.push_back({priority, weight, port, target});
  }
  void naptr(const std::string& name, std::uint16_t order, std::uint16_t preference, const std::string& service,
             const std::string& replacement, const std::string& flags = "s") {
    at(Type::naptr, name).pointers.push_back({order, preference, flags, service, {}, replacement});
  }
  Answer& at(Type type, const std::string& name) {
    auto& answer = records[{type, name}];
    answer.status = Answer::Status::found;
    return answer;
  }
  Answer answer(const Question& question) {
    asked.push_back(question);
    if (dead) return {};
    const auto found = records.find(question);
    if (found != records.end()) return found->second;
    Answer none;
    none.status = Answer::Status::none;
    return none;
  }
};

const std::vector<Over> plain{Over::udp, Over::tcp};
const std::vector<Over> all{Over::udp, Over::tcp, Over::tls};

std::vector<std::string> words(const std::vector<sip::Target>& targets) {
  static constexpr std::string_view names[]{"udp", "tcp", "tls", "ws", "wss"};
  std::vector<std::string> out;
  for (const auto& target : targets)
    out.push_back(std::string{names[static_cast<std::size_t>(target.over)]} + " " + target.address.text());
  return out;
}

std::vector<sip::Target> run(Zone& zone, const std::string& uri, const std::vector<Over>& transports, bool ipv6 = true,
                             std::uint64_t seed = 1) {
  base::Random random{seed};
  sip::Targets machine{*sip::Uri::parse(uri), {transports, true, ipv6}, random};
  while (const auto question = machine.poll()) machine.on_answer(*question, zone.answer(*question));
  EXPECT_TRUE(machine.done()) << uri;
  return machine.take();
}

std::vector<std::string> order(Zone& zone, const std::string& uri, const std::vector<Over>& transports = plain,
                               bool ipv6 = true) {
  return words(run(zone, uri, transports, ipv6));
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

}  // namespace

TEST(Targets, NumericHostsAskNobody) {
  Zone zone;
  EXPECT_THAT(order(zone, "sip:bob@192.0.2.7"), ElementsAre("udp 192.0.2.7:5060"));
  EXPECT_THAT(order(zone, "sip:bob@192.0.2.7:5080;transport=tcp"), ElementsAre("tcp 192.0.2.7:5080"));
  EXPECT_THAT(order(zone, "sip:bob@[2001:db8::7]"), ElementsAre("udp [2001:db8::7]:5060"));
  EXPECT_THAT(order(zone, "sips:bob@192.0.2.7", all), ElementsAre("tls 192.0.2.7:5061"));
  EXPECT_THAT(order(zone, "sips:bob@192.0.2.7;transport=tcp", all), ElementsAre("tls 192.0.2.7:5061"));
  EXPECT_TRUE(zone.asked.empty());
}

TEST(Targets, WhatCannotBeSentHasNoTarget) {
  Zone zone;
  EXPECT_THAT(order(zone, "sips:bob@192.0.2.7"), IsEmpty());                        // no TLS here
  EXPECT_THAT(order(zone, "sips:bob@192.0.2.7;transport=udp", all), IsEmpty());     // there is no secure UDP
  EXPECT_THAT(order(zone, "sip:bob@192.0.2.7;transport=sctp", all), IsEmpty());
  EXPECT_THAT(order(zone, "sip:bob@192.0.2.7;transport=tls"), IsEmpty());
  EXPECT_THAT(order(zone, "sip:bob@[2001:db8::7]", plain, false), IsEmpty());       // no IPv6 here
  EXPECT_THAT(order(zone, "tel:+49301234"), IsEmpty());
  EXPECT_TRUE(zone.asked.empty());
}

TEST(Targets, MaddrGoesBeforeTheHost) {
  Zone zone;
  EXPECT_THAT(order(zone, "sip:bob@example.test:5070;maddr=192.0.2.9"), ElementsAre("udp 192.0.2.9:5070"));
  zone.host("relay.test", "192.0.2.1");
  EXPECT_THAT(order(zone, "sip:bob@example.test:5070;maddr=relay.test"), ElementsAre("udp 192.0.2.1:5070"));
}

TEST(Targets, APortSkipsNaptrAndSrv) {
  Zone zone;
  zone.naptr("example.test", 10, 10, "SIP+D2T", "_sip._tcp.example.test");
  zone.srv("_sip._udp.example.test", 10, 1, 5070, "one.example.test");
  zone.host("example.test", "192.0.2.1");
  EXPECT_THAT(order(zone, "sip:bob@example.test:5062"), ElementsAre("udp 192.0.2.1:5062"));
  EXPECT_THAT(order(zone, "sip:bob@example.test:5062;transport=tcp"), ElementsAre("tcp 192.0.2.1:5062"));
  for (const auto& question : zone.asked) EXPECT_TRUE(question.type == Type::a || question.type == Type::aaaa);
}

// RFC 3263 section 4.1, its own example: NAPTR prefers TLS, then TCP, then UDP.
TEST(Targets, NaptrDecidesAboutTheTransport) {
  Zone zone;
  zone.naptr("example.com", 50, 50, "SIPS+D2T", "_sips._tcp.example.com");
  zone.naptr("example.com", 90, 50, "SIP+D2T", "_sip._tcp.example.com");
  zone.naptr("example.com", 100, 50, "SIP+D2U", "_sip._udp.example.com");
  zone.srv("_sips._tcp.example.com", 0, 1, 5061, "server1.example.com");
  zone.srv("_sip._tcp.example.com", 0, 1, 5060, "server1.example.com");
  zone.srv("_sip._tcp.example.com", 1, 2, 5060, "server2.example.com");
  zone.srv("_sip._udp.example.com", 0, 1, 5060, "server1.example.com");
  zone.host("server1.example.com", "192.0.2.1");
  zone.host("server2.example.com", "192.0.2.2");
  for (const auto* uri : {"sip:bob@Example.COM", "sip:bob@example.com."})
    EXPECT_THAT(order(zone, uri), ElementsAre("tcp 192.0.2.1:5060", "tcp 192.0.2.2:5060", "udp 192.0.2.1:5060"));
  EXPECT_THAT(order(zone, "sip:bob@example.com", all), ElementsAre("tls 192.0.2.1:5061", "tcp 192.0.2.1:5060",
                                                                   "tcp 192.0.2.2:5060", "udp 192.0.2.1:5060"));
  EXPECT_THAT(order(zone, "sips:bob@example.com", all), ElementsAre("tls 192.0.2.1:5061"));
}

TEST(Targets, TheLowerOrderThenTheLowerPreferenceGoesFirst) {
  Zone zone;
  zone.naptr("e.test", 20, 1, "SIP+D2U", "_sip._udp.late.test");
  zone.naptr("e.test", 10, 30, "sip+d2t", "_sip._tcp.second.test", "S");
  zone.naptr("e.test", 10, 20, "SIP+D2U", "_sip._udp.first.test");
  for (const std::string name : {"first", "second", "late"}) {
    zone.srv("_sip._udp." + name + ".test", 1, 1, 5060, name + ".test");
    zone.srv("_sip._tcp." + name + ".test", 1, 1, 5060, name + ".test");
  }
  zone.host("first.test", "192.0.2.1");
  zone.host("second.test", "192.0.2.2");
  zone.host("late.test", "192.0.2.3");
  EXPECT_THAT(order(zone, "sip:e.test"), ElementsAre("udp 192.0.2.1:5060", "tcp 192.0.2.2:5060", "udp 192.0.2.3:5060"));
}

TEST(Targets, ForeignNaptrServicesAreLeftOut) {
  Zone zone;
  zone.naptr("e.test", 1, 1, "E2U+sip", "_sip._udp.enum.test", "u");
  zone.naptr("e.test", 1, 2, "SIP+D2S", "_sip._sctp.e.test");
  zone.naptr("e.test", 1, 3, "SIP+D2U", "x.test", "a");
  zone.srv("_sip._tcp.e.test", 1, 1, 5070, "a.test");
  zone.host("a.test", "192.0.2.1");
  EXPECT_THAT(order(zone, "sip:e.test"), ElementsAre("tcp 192.0.2.1:5070"));
}

TEST(Targets, WithoutNaptrTheSrvRecordsOfOurTransportsAreAsked) {
  Zone zone;
  zone.srv("_sip._udp.e.test", 1, 1, 5070, "a.test");
  zone.srv("_sip._tcp.e.test", 1, 1, 5071, "a.test");
  zone.srv("_sips._tcp.e.test", 1, 1, 5072, "a.test");
  zone.host("a.test", "192.0.2.1");
  EXPECT_THAT(order(zone, "sip:e.test", all), ElementsAre("udp 192.0.2.1:5070", "tcp 192.0.2.1:5071"));
  EXPECT_THAT(order(zone, "sips:e.test", all), ElementsAre("tls 192.0.2.1:5072"));
  EXPECT_THAT(order(zone, "sip:e.test;transport=tcp", all), ElementsAre("tcp 192.0.2.1:5071"));
  EXPECT_THAT(order(zone, "sip:e.test;transport=tls", all), ElementsAre("tls 192.0.2.1:5072"));
}

TEST(Targets, WithoutSrvTheNameItselfAtTheUsualPort) {
  Zone zone;
  zone.host("e.test", "192.0.2.1");
  zone.host("e.test", "192.0.2.2");
  zone.host("e.test", "2001:db8::1");
  EXPECT_THAT(order(zone, "sip:e.test"), ElementsAre("udp 192.0.2.1:5060", "udp 192.0.2.2:5060", "udp [2001:db8::1]:5060"));
  EXPECT_THAT(order(zone, "sip:e.test", plain, false), ElementsAre("udp 192.0.2.1:5060", "udp 192.0.2.2:5060"));
  EXPECT_THAT(order(zone, "sip:e.test;transport=tcp", plain, false), ElementsAre("tcp 192.0.2.1:5060", "tcp 192.0.2.2:5060"));
  EXPECT_THAT(order(zone, "sips:e.test", all, false), ElementsAre("tls 192.0.2.1:5061", "tls 192.0.2.2:5061"));
}

TEST(Targets, ARootAsTargetMeansThatTheServiceIsNotThere) {
  Zone zone;
  zone.srv("_sip._udp.e.test", 0, 0, 0, "");
  zone.host("e.test", "192.0.2.1");
  EXPECT_THAT(order(zone, "sip:e.test;transport=udp"), IsEmpty());
  EXPECT_THAT(order(zone, "sip:e.test"), IsEmpty());
}

TEST(Targets, ADeadNameServiceIsToldFromAMissingName) {
  Zone zone;
  zone.dead = true;
  base::Random random{1};
  sip::Targets machine{*sip::Uri::parse("sip:e.test"), {plain}, random};
  while (const auto question = machine.poll()) machine.on_answer(*question, zone.answer(*question));
  EXPECT_TRUE(machine.done());
  EXPECT_TRUE(machine.name_service_failed());
  EXPECT_TRUE(machine.take().empty());
  zone.dead = false;
  sip::Targets again{*sip::Uri::parse("sip:e.test"), {plain}, random};
  while (const auto question = again.poll()) again.on_answer(*question, zone.answer(*question));
  EXPECT_FALSE(again.name_service_failed());
}

TEST(Targets, AnswersComeInAnyOrderAndOnlyOnceEach) {
  Zone zone;
  zone.srv("_sip._udp.e.test", 1, 1, 5070, "a.test");
  zone.srv("_sip._udp.e.test", 2, 1, 5071, "b.test");
  zone.host("a.test", "192.0.2.1");
  zone.host("b.test", "192.0.2.2");
  base::Random random{1};
  sip::Targets machine{*sip::Uri::parse("sip:e.test;transport=udp"), {plain, true, false}, random};
  const auto srv = *machine.poll();
  EXPECT_FALSE(machine.poll());
  machine.on_answer({Type::a, "stray.test"}, {});
  machine.on_answer(srv, zone.answer(srv));
  machine.on_answer(srv, {});
  const auto first = *machine.poll(), second = *machine.poll();
  EXPECT_FALSE(machine.poll());
  machine.on_answer(second, zone.answer(second));
  EXPECT_FALSE(machine.done());
  machine.on_answer(first, zone.answer(first));
  EXPECT_THAT(words(machine.take()), ElementsAre("udp 192.0.2.1:5070", "udp 192.0.2.2:5071"));
}

TEST(Targets, AHugeZoneCostsNoMoreThanTheLimits) {
  Zone zone;
  for (int i = 0; i < 200; ++i) {
    const auto text = std::to_string(i);
    zone.naptr("e.test", 1, static_cast<std::uint16_t>(i), "SIP+D2U", "_sip._udp.s" + text + ".test");
    for (int k = 0; k < 40; ++k) zone.srv("_sip._udp.s" + text + ".test", 1, 1, 5060, "h" + text + "." + std::to_string(k) + ".test");
  }
  for (int i = 0; i < 8; ++i)
    for (int k = 0; k < 40; ++k)
      for (int n = 0; n < 20; ++n)
        zone.host("h" + std::to_string(i) + "." + std::to_string(k) + ".test", "10." + std::to_string(i) + "." + std::to_string(k) + "." + std::to_string(n));
  EXPECT_EQ(order(zone, "sip:e.test").size(), sip::Targets::targets_max);
  EXPECT_LE(zone.asked.size(), 1 + sip::Targets::services_max + 2 * sip::Targets::hosts_max);
}

// NET-05: RFC 2782's proportions, within 10 %.
TEST(Targets, NET05_WeightsAreKeptWithinTenPercent) {
  base::Random random{7};
  std::map<std::string, int> first, second;
  constexpr int draws = 20'000;
  for (int i = 0; i < draws; ++i) {
    const auto records = sip::in_order({{1, 60, 1, "a"}, {1, 30, 1, "b"}, {1, 10, 1, "c"}, {0, 5, 1, "best"}, {2, 0, 1, "last"}}, random);
    ASSERT_EQ(records.size(), 5U);
    EXPECT_EQ(records.front().target, "best");
    EXPECT_EQ(records.back().target, "last");
    ++first[records[1].target];
    ++second[records[2].target];
  }
  EXPECT_NEAR(first["a"], draws * 0.6, draws * 0.06);
  EXPECT_NEAR(first["b"], draws * 0.3, draws * 0.03);
  EXPECT_NEAR(first["c"], draws * 0.1, draws * 0.01);
  EXPECT_GT(second["a"], 0);
}

TEST(Targets, WeightZeroIsRareWhereOthersHaveWeights) {
  base::Random random{7};
  int zero_first = 0;
  for (int i = 0; i < 10'000; ++i)
    if (sip::in_order({{1, 0, 1, "zero"}, {1, 99, 1, "heavy"}}, random).front().target == "zero") ++zero_first;
  EXPECT_NEAR(zero_first, 100, 50);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(sip::in_order({{1, 0, 1, "x"}, {1, 0, 1, "y"}}, random).front().target);
  EXPECT_EQ(seen.size(), 1U);  // equal and nothing to choose by: the zone's order
}

TEST(Targets, TheSameSeedGivesTheSameOrder) {
  Zone zone;
  for (int i = 0; i < 10; ++i) {
    zone.srv("_sip._udp.e.test", 1, 10, 5060, "h" + std::to_string(i) + ".test");
    zone.host("h" + std::to_string(i) + ".test", "10.0.0." + std::to_string(i + 1));
  }
  const auto a = run(zone, "sip:e.test", plain, false, 5), b = run(zone, "sip:e.test", plain, false, 5);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, run(zone, "sip:e.test", plain, false, 6));
}
