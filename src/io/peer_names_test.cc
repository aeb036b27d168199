// io/peer_names_test.cc - RFC 5922 section 7: whose certificate it is.
#include "io/peer_names.h"

#include <gtest/gtest.h>

using io::PeerNames;

TEST(PeerNames, SEC05_ADnsNameStandsForItsDomainWhateverTheCase) {
  const PeerNames names{{}, {"Example.com"}, {}, {}};
  EXPECT_TRUE(names.stand_for("example.COM"));
  EXPECT_TRUE(names.stand_for("example.com."));
  EXPECT_FALSE(names.stand_for("sip.example.com"));
  EXPECT_FALSE(names.stand_for("example.co"));
  EXPECT_FALSE(names.stand_for(""));
}

TEST(PeerNames, SEC05_WildcardsStandForNobody) {
  const PeerNames names{{}, {"*.example.com"}, {}, {}};
  EXPECT_FALSE(names.stand_for("sip.example.com"));
  EXPECT_FALSE(names.stand_for("example.com"));
}

TEST(PeerNames, SEC05_ASipUriGoesBeforeDnsNames) {
  const PeerNames names{{"sip:example.com"}, {"host7.example.net"}, {}, {}};
  EXPECT_TRUE(names.stand_for("example.com"));
  EXPECT_FALSE(names.stand_for("host7.example.net")) << "section 7.1 step 2: DNS names count only without SIP URIs";
}

TEST(PeerNames, SEC05_AUriWithAUserOrAnotherSchemeNamesNoDomain) {
  const PeerNames names{{"sip:alice@example.com", "https://example.com", "nonsense"}, {"other.test"}, {}, {}};
  EXPECT_FALSE(names.stand_for("example.com"));
  EXPECT_TRUE(names.stand_for("other.test"));
}

TEST(PeerNames, PortsAndParametersOfAUriAreNoPartOfTheDomain) {
  EXPECT_TRUE((PeerNames{{"sips:example.com:5061;x=y"}, {}, {}, {}}.stand_for("example.com")));
  EXPECT_TRUE((PeerNames{{"sip:[2001:db8::1]:5061"}, {}, {}, {}}.stand_for("[2001:db8::1]")));
}

TEST(PeerNames, SEC05_TheCommonNameCountsOnlyAlone) {
  EXPECT_TRUE((PeerNames{{}, {}, {}, "example.com"}.stand_for("example.com")));
  EXPECT_FALSE((PeerNames{{}, {"other.test"}, {}, "example.com"}.stand_for("example.com")));
  EXPECT_FALSE((PeerNames{{}, {}, {base::Ip::v4(192, 0, 2, 1)}, "example.com"}.stand_for("example.com")));
}

TEST(PeerNames, AnAddressIsProvedByAnAddress) {
  const PeerNames names{{}, {}, {base::Ip::v4(192, 0, 2, 1), *base::Ip::parse("2001:db8::1")}, {}};
  EXPECT_TRUE(names.stand_for("192.0.2.1"));
  EXPECT_TRUE(names.stand_for("[2001:db8::1]"));
  EXPECT_FALSE(names.stand_for("192.0.2.2"));
}

TEST(PeerNames, SubjectsMayBeUrisAndCommonNamesToo) {
  const PeerNames names{{"sip:alice@example.com"}, {"example.com"}, {}, "phone 7"};
  EXPECT_TRUE(names.include("sip:alice@example.com"));
  EXPECT_TRUE(names.include("phone 7"));
  EXPECT_TRUE(names.include("example.com"));
  EXPECT_FALSE(names.include("sip:bob@example.com"));
}

TEST(PeerNames, TellWhoTheyAre) {
  EXPECT_EQ((PeerNames{{"sip:a"}, {"b"}, {base::Ip::v4(192, 0, 2, 1)}, "c"}.text()), "sip:a, b, 192.0.2.1");
  EXPECT_EQ((PeerNames{{}, {}, {}, "c"}.text()), "c");
  EXPECT_EQ(PeerNames{}.text(), "nobody");
}
