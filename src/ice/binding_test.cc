// ice/binding_test.cc - RFC 8489, with the test vectors of RFC 5769.
#include "ice/binding.h"

#include <gtest/gtest.h>

#include "ice/stun.h"

namespace {

/// RFC 5769 section 2.2 and 2.3 without their last attributes: 192.0.2.1:32853 and 2001:db8:1234:5678:11:2233:4455:6677.
const ice::TransactionId id{0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
const std::string head("\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae", 16);
const std::string ipv4 = std::string("\x01\x01\x00\x0c", 4) + head + std::string("\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43", 12);
const std::string ipv6 = std::string("\x01\x01\x00\x18", 4) + head +
                         std::string("\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9", 24);

}  // namespace

TEST(Binding, NAT05_ReadsTheAddressesOfRfc5769) {
  EXPECT_EQ(ice::mapped_address(ipv4, id)->text(), "192.0.2.1:32853");
  EXPECT_EQ(ice::mapped_address(ipv6, id)->text(), "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
}

TEST(Binding, ARequestIsAnsweredByOurOwnServer) {
  const auto request = ice::binding_request(id);
  ASSERT_EQ(request.size(), 20U);
  EXPECT_TRUE(ice::is_stun(request));
  const base::Address source{base::Ip::v4(192, 0, 2, 1), 32853};
  EXPECT_EQ(ice::answer_binding(request, source), ipv4);
  EXPECT_EQ(ice::mapped_address(*ice::answer_binding(request, source), id), source);
}

TEST(Binding, AnAddressInTheOpenIsTakenWhenThereIsNoOther) {
  const auto old = std::string("\x01\x01\x00\x0c", 4) + head + std::string("\x00\x01\x00\x08\x00\x01\x80\x55\xc0\x00\x02\x01", 12);
  EXPECT_EQ(ice::mapped_address(old, id)->text(), "192.0.2.1:32853");
}

TEST(Binding, AnothersAnswerAndErrorsAreNone) {
  auto other = id;
  other[3] ^= 1;
  EXPECT_FALSE(ice::mapped_address(ipv4, other));
  auto error = ipv4;
  error[1] = 0x11;
  EXPECT_FALSE(ice::mapped_address(error, id));
  EXPECT_FALSE(ice::mapped_address(ice::binding_request(id), id));
}

TEST(Binding, WhatBreaksOffIsNone) {
  for (std::size_t size = 0; size < ipv4.size(); ++size) EXPECT_FALSE(ice::mapped_address(ipv4.substr(0, size), id)) << size;
  auto lying = ipv4;
  lying[23] = 0x40;  // an attribute longer than the message
  EXPECT_FALSE(ice::mapped_address(lying, id));
}

TEST(Binding, NoiseIsHarmless) {
  base::Random random{4};
  for (int i = 0; i < 20'000; ++i) {
    auto noise = ipv4;
    for (int k = 0; k < 4; ++k) noise[random.below(noise.size())] = static_cast<char>(random.below(256));
    static_cast<void>(ice::mapped_address(noise, id));
  }
}
