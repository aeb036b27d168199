// ice/stun_test.cc - Binding requests: the vectors of RFC 5769, answers bit by bit, and what is dropped.
#include "ice/stun.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace {

std::string hex(std::string_view text) { return base::from_hex(text).value(); }

const base::Address v4{base::Ip::v4(192, 0, 2, 1), 32853};
const base::Address v6{*base::Ip::parse("2001:db8:1234:5678:11:2233:4455:6677"), 32853};
const std::string head = "2112a442b7e7a701bc34d686fa87dfae";
const std::string request = "00010000" + head;

/// RFC 5769 section 2.1.
const std::string sample =
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36000600096576746a3a6836765920202000080014"
    "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";

}  // namespace

TEST(Stun, NAT08_ABindingRequestIsAnsweredWithWhereItCameFrom) {
  // The mapped addresses of RFC 5769 sections 2.2 and 2.3.
  EXPECT_EQ(base::to_hex(base::bytes_of(ice::answer_binding(hex(request), v4).value())),
            "0101000c" + head + "002000080001a147e112a643");
  EXPECT_EQ(base::to_hex(base::bytes_of(ice::answer_binding(hex(request), v6).value())),
            "01010018" + head + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9");
}

TEST(Stun, WhatItDoesNotKnowIsSaid) {
  // The sample wants PRIORITY understood, which belongs to ICE; its fingerprint is right and is answered with one.
  const auto answer = ice::answer_binding(hex(sample), v4).value();
  const auto text = base::to_hex(base::bytes_of(answer));
  EXPECT_EQ(text.substr(0, 8), "0111002c");
  EXPECT_NE(text.find("000900150000" "0414"), std::string::npos) << text;
  EXPECT_NE(text.find("000a00020024"), std::string::npos) << text;
  EXPECT_TRUE(ice::is_stun(answer));
  EXPECT_EQ(answer.size(), 20U + 44U);
}

TEST(Stun, AWrongFingerprintIsDropped) {
  auto broken = hex(sample);
  broken.back() = static_cast<char>(broken.back() ^ 1);
  EXPECT_FALSE(ice::answer_binding(broken, v4));
}

TEST(Stun, OptionalAttributesAreSkipped) {
  const auto answer = ice::answer_binding(hex("00010008" + head + "8022000374657300"), v4);
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)[1], '\x01');
}

TEST(Stun, WhatIsNoBindingRequestIsDropped) {
  EXPECT_FALSE(ice::answer_binding(hex("00110000" + head), v4)) << "an indication";
  EXPECT_FALSE(ice::answer_binding(hex("01010000" + head), v4)) << "a response";
  EXPECT_FALSE(ice::answer_binding(hex("00030000" + head), v4)) << "another method";
  EXPECT_FALSE(ice::answer_binding(hex("00010004" + head), v4)) << "shorter than it says";
  EXPECT_FALSE(ice::answer_binding(hex("00010004" + head + "80220008"), v4)) << "an attribute beyond the end";
  EXPECT_FALSE(ice::answer_binding(hex("0001000021120000b7e7a701bc34d686fa87dfae"), v4)) << "RFC 3489";
}

TEST(Stun, SipIsNotTakenForIt) {
  EXPECT_FALSE(ice::is_stun("OPTIONS sip:a SIP/2.0\r\n\r\n"));
  EXPECT_FALSE(ice::is_stun("\r\n\r\n"));
  EXPECT_FALSE(ice::is_stun(""));
  EXPECT_TRUE(ice::is_stun(hex(request)));
}
