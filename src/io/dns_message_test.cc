// io/dns_message_test.cc - answers as bytes: records, aliases, compression, "no", and lies.
#include "io/dns_message.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace {

using base::dns::Answer;
using base::dns::Type;
using namespace std::chrono_literals;

/// Writes a message part by part.
struct Writer {
  std::string bytes;
  Writer& u16(unsigned value) {
    bytes += static_cast<char>(value >> 8);
    bytes += static_cast<char>(value & 0xff);
    return *this;
  }
  Writer& u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
  Writer& text(std::string_view value) {
    bytes += static_cast<char>(value.size());
    bytes += value;
    return *this;
  }
  Writer& name(std::string_view dotted) {
    while (!dotted.empty()) {
      const auto dot = std::min(dotted.find('.'), dotted.size());
      text(dotted.substr(0, dot));
      dotted.remove_prefix(std::min(dot + 1, dotted.size()));
    }
    bytes += '\0';
    return *this;
  }
  Writer& header(unsigned answers, unsigned authorities = 0) {
    return u16(7).u16(0x8180).u16(1).u16(answers).u16(authorities).u16(0).name("e.test").u16(1).u16(1);
  }
  /// The owner is a pointer to the question's name.
  Writer& record(unsigned type, std::uint32_t ttl, const Writer& data) {
    u16(0xc00c).u16(type).u16(1).u32(ttl).u16(static_cast<unsigned>(data.bytes.size()));
    bytes += data.bytes;
    return *this;
  }
};

Writer address(std::string_view bytes) {
  Writer data;
  data.bytes = bytes;
  return data;
}

}  // namespace

TEST(DnsMessage, AddressesBehindAnAliasLiveAsLongAsTheShortest) {
  Writer m;
  m.header(3).record(5, 60, Writer{}.name("real.test"));
  m.record(1, 300, address(std::string("\xc0\x00\x02\x01", 4))).record(1, 200, address(std::string("\xc0\x00\x02\x02", 4)));
  const auto answer = io::read_dns_answer(m.bytes, Type::a);
  EXPECT_EQ(answer.status, Answer::Status::found);
  EXPECT_EQ(answer.ttl, 60s);
  ASSERT_EQ(answer.addresses.size(), 2U);
  EXPECT_EQ(answer.addresses[1].text(), "192.0.2.2");
}

TEST(DnsMessage, SrvAndNaptrAreReadWithCompressedNames) {
  Writer srv;
  Writer data;
  data.u16(10).u16(60).u16(5070).text("one").u16(0xc00c);  // one. + the question's name
  srv.header(2).record(33, 120, data).record(33, 120, Writer{}.u16(20).u16(0).u16(0).name(""));
  const auto services = io::read_dns_answer(srv.bytes, Type::srv);
  ASSERT_EQ(services.services.size(), 2U);
  EXPECT_EQ(services.services[0], (base::dns::Srv{10, 60, 5070, "one.e.test"}));
  EXPECT_EQ(services.services[1].target, "");
  EXPECT_EQ(services.ttl, 120s);

  Writer naptr;
  naptr.header(1).record(35, 30, Writer{}.u16(10).u16(20).text("S").text("SIP+D2U").text("").name("_sip._udp.E.Test"));
  const auto pointers = io::read_dns_answer(naptr.bytes, Type::naptr);
  ASSERT_EQ(pointers.pointers.size(), 1U);
  EXPECT_EQ(pointers.pointers[0], (base::dns::Naptr{10, 20, "S", "SIP+D2U", "", "_sip._udp.e.test"}));
}

TEST(DnsMessage, ANoIsGoodAsLongAsTheSoaSays) {
  Writer m;
  const auto soa = Writer{}.name("ns.test").name("admin.test").u32(1).u32(2).u32(3).u32(4).u32(90);
  m.header(0, 1).record(6, 3600, soa);
  const auto answer = io::read_dns_answer(m.bytes, Type::a);
  EXPECT_EQ(answer.status, Answer::Status::none);
  EXPECT_EQ(answer.ttl, 90s);
  Writer bare;
  bare.header(0);
  EXPECT_EQ(io::read_dns_answer(bare.bytes, Type::a).ttl, io::negative_ttl_without_soa);
}

TEST(DnsMessage, AnotherTypeIsNoAnswer) {
  Writer m;
  m.header(1).record(28, 60, address(std::string(16, '\x01')));
  EXPECT_EQ(io::read_dns_answer(m.bytes, Type::a).status, Answer::Status::none);
  EXPECT_EQ(io::read_dns_answer(m.bytes, Type::aaaa).addresses.size(), 1U);
}

TEST(DnsMessage, ATtlWithTheHighestBitIsZero) {
  Writer m;
  m.header(1).record(1, 0x8000'0001U, address(std::string("\x0a\x00\x00\x01", 4)));
  EXPECT_EQ(io::read_dns_answer(m.bytes, Type::a).ttl, 0s);
}

TEST(DnsMessage, WhatBreaksOffOrLiesHasFailed) {
  Writer m;
  m.header(1).record(33, 60, Writer{}.u16(1).u16(1).u16(5060).name("host.e.test"));
  for (std::size_t size = 0; size < m.bytes.size(); ++size)
    EXPECT_EQ(io::read_dns_answer(std::string_view{m.bytes}.substr(0, size), Type::srv).status, Answer::Status::failed) << size;
  Writer short_data;
  short_data.header(1).record(1, 60, address("\x01\x02"));
  EXPECT_EQ(io::read_dns_answer(short_data.bytes, Type::a).status, Answer::Status::failed);
  Writer loop;  // a name that points at itself
  loop.u16(7).u16(0x8180).u16(1).u16(0).u16(0).u16(0).u16(0xc00c).u16(1).u16(1);
  EXPECT_EQ(io::read_dns_answer(loop.bytes, Type::a).status, Answer::Status::failed);
}

TEST(DnsMessage, TheRecordsOfOneAnswerAreBounded) {
  Writer m;
  m.header(1000);
  for (int i = 0; i < 1000; ++i) m.record(1, 60, address(std::string("\x0a\x00\x00\x01", 4)));
  EXPECT_EQ(io::read_dns_answer(m.bytes, Type::a).addresses.size(), io::dns_records_max);
}

TEST(DnsMessage, NoiseNeverDoesMoreThanFail) {
  base::Random random{3};
  for (int i = 0; i < 20'000; ++i) {
    std::string noise;
    for (auto size = random.below(80); size > 0; --size) noise += static_cast<char>(random.below(256));
    for (const auto type : {Type::a, Type::aaaa, Type::srv, Type::naptr}) io::read_dns_answer(noise, type);
  }
}
