// sip/uri_test.cc - RFC 3261 section 19.1, RFC 3966, RFC 5118.
#include "sip/uri.h"

#include <gtest/gtest.h>

using sip::Uri;
using sip::UriError;

namespace {

Uri uri(std::string_view text) {
  const auto parsed = Uri::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Uri{});
}

UriError error(std::string_view text) {
  const auto parsed = Uri::parse(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? UriError::empty : parsed.error();
}

bool same(std::string_view a, std::string_view b) {
  EXPECT_EQ(equivalent(uri(a), uri(b)), equivalent(uri(b), uri(a))) << a << " " << b;
  return equivalent(uri(a), uri(b));
}

}  // namespace

TEST(Uri, SIP_08_SplitsASipUri) {
  const auto u = uri("sip:alice:secret@example.test:5070;transport=tcp;lr?Subject=x&Route=y");
  EXPECT_EQ(u.scheme(), Uri::Scheme::sip);
  EXPECT_EQ(u.user(), "alice");
  EXPECT_EQ(u.password(), "secret");
  EXPECT_EQ(u.host(), "example.test");
  EXPECT_EQ(u.port(), 5070);
  EXPECT_EQ(u.parameters(), ";transport=tcp;lr");
  EXPECT_EQ(u.param("TRANSPORT"), "tcp");
  EXPECT_EQ(u.param("lr"), "");
  EXPECT_FALSE(u.has_param("maddr"));
  EXPECT_EQ(u.headers(), "Subject=x&Route=y");
}

TEST(Uri, SIP_08_SchemesAndBareHosts) {
  EXPECT_EQ(uri("SIPS:example.test").scheme(), Uri::Scheme::sips);
  EXPECT_EQ(uri("sip:example.test").user(), "");
  EXPECT_FALSE(uri("sip:example.test").port());
  const auto other = uri("soap.beep://192.0.2.103:3002");
  EXPECT_EQ(other.scheme(), Uri::Scheme::other);
  EXPECT_EQ(other.scheme_text(), "soap.beep");
  EXPECT_EQ(other.host(), "");
}

TEST(Uri, SIP_16_Ipv6HostsKeepTheirBrackets) {
  const auto u = uri("sip:alice@[2001:db8::10]:5070;lr");
  EXPECT_EQ(u.host(), "[2001:db8::10]");
  EXPECT_EQ(u.ip(), base::Ip::parse("2001:db8::10"));
  EXPECT_EQ(u.port(), 5070);
  EXPECT_FALSE(uri("sip:[2001:db8::10:5070]").port());
  EXPECT_EQ(error("sip:2001:db8::10"), UriError::port);
  EXPECT_EQ(error("sip:[2001:db8:::1]"), UriError::host);
  EXPECT_EQ(error("sip:[2001:db8::1"), UriError::host);
}

TEST(Uri, UserPartMayHoldSemicolonsAndEscapes) {
  const auto u = uri("sip:user;par=u%40example.net@example.com");
  EXPECT_EQ(u.user(), "user;par=u%40example.net");
  EXPECT_EQ(u.user_decoded(), "user;par=u@example.net");
  EXPECT_EQ(u.parameters(), "");
  EXPECT_EQ(uri("sip:null-%00-null@example.com").user_decoded(), std::string("null-\0-null", 11));
  EXPECT_EQ(uri("sip:*#06#@example.com").user(), "*#06#");
}

TEST(Uri, BrokenOnesSayWhere) {
  EXPECT_EQ(error(""), UriError::empty);
  EXPECT_EQ(error("example.test"), UriError::scheme);
  EXPECT_EQ(error(":a"), UriError::scheme);
  EXPECT_EQ(error("sip:"), UriError::host);
  EXPECT_EQ(error("sip:a@"), UriError::host);
  EXPECT_EQ(error("sip:@a"), UriError::user);
  EXPECT_EQ(error("sip:a b@c"), UriError::user);
  EXPECT_EQ(error("sip:a%4@c"), UriError::user);
  EXPECT_EQ(error("sip:a:p\"w@c"), UriError::user);
  EXPECT_EQ(error("sip:a@c:"), UriError::port);
  EXPECT_EQ(error("sip:a@c:65536"), UriError::port);
  EXPECT_EQ(error("sip:a@c:5060x"), UriError::port);
  EXPECT_EQ(error("sip:a@c x"), UriError::host);
  EXPECT_EQ(error("sip:a@c;;lr"), UriError::parameters);
  EXPECT_EQ(error("sip:a@c;x=\"y\""), UriError::parameters);
  EXPECT_EQ(error("sip:a@c?x=<y>"), UriError::headers);
  EXPECT_EQ(error("tel:"), UriError::number);
  EXPECT_EQ(error("tel:+12ab"), UriError::number);
  EXPECT_EQ(error("http:"), UriError::host);
  EXPECT_EQ(error("sip:" + std::string(Uri::max_bytes, 'a')), UriError::too_long);
}

TEST(Uri, LimitMaxBytes) {
  const std::string longest = "sip:" + std::string(Uri::max_bytes - 4, 'a');
  EXPECT_EQ(uri(longest).host().size(), Uri::max_bytes - 4);
}

TEST(Uri, BuildsAndChanges) {
  auto u = Uri::sip("al ice", "example.test", 5080);
  EXPECT_EQ(u.text(), "sip:al%20ice@example.test:5080");
  u.set_param("transport", "tcp");
  u.set_param("lr");
  u.set_param("transport", "udp");
  EXPECT_EQ(u.text(), "sip:al%20ice@example.test:5080;lr;transport=udp");
  u.remove_param("LR");
  u.set_port(0);
  u.set_user("bob");
  u.set_host("[::1]");
  u.set_scheme(Uri::Scheme::sips);
  EXPECT_EQ(u.text(), "sips:bob@[::1];transport=udp");
  EXPECT_EQ(u, uri(u.text()));
  EXPECT_EQ(u.user(), "bob");
  EXPECT_EQ(u.host(), "[::1]");
  EXPECT_EQ(u.param("transport"), "udp");
  u.clear_params();
  u.set_user("");
  EXPECT_EQ(u.text(), "sips:[::1]");
  u.set_user("x");
  EXPECT_EQ(u.text(), "sips:x@[::1]");
}

TEST(Uri, ChangingKeepsPasswordParametersAndHeaders) {
  auto u = uri("sip:a:pw@b:1;p=1?h=2");
  u.set_host("c.example");
  EXPECT_EQ(u.text(), "sip:a:pw@c.example:1;p=1?h=2");
  EXPECT_EQ(u.headers(), "h=2");
  u.clear_password();
  u.clear_headers();
  EXPECT_EQ(u.text(), "sip:a@c.example:1;p=1");
  EXPECT_EQ(u.headers(), "");
  EXPECT_EQ(u.password(), "");
  u.set_user("");
  EXPECT_EQ(u.text(), "sip:c.example:1;p=1");
}

// Every piece of the offsets after a change is what parsing the new text gives.
TEST(Uri, OffsetsAfterChangesAreThoseOfTheText) {
  for (const std::string_view start : {"sip:h", "sip:u@h", "sip:u:p@h:1", "sip:u@h;x;y=1", "sip:u@h:5060;x?a=b"}) {
    for (int change = 0; change < 8; ++change) {
      auto u = uri(start);
      switch (change) {
        case 0: u.set_user("someone-else"); break;
        case 1: u.set_user(""); break;
        case 2: u.set_host("other.example"); break;
        case 3: u.set_port(9); break;
        case 4: u.set_port(0); break;
        case 5: u.set_param("y", "22"); break;
        case 6: u.remove_param("x"); break;
        default: u.clear_headers(); break;
      }
      const auto again = uri(u.text());
      EXPECT_EQ(u.user(), again.user()) << u.text();
      EXPECT_EQ(u.password(), again.password()) << u.text();
      EXPECT_EQ(u.host(), again.host()) << u.text();
      EXPECT_EQ(u.port(), again.port()) << u.text();
      EXPECT_EQ(u.parameters(), again.parameters()) << u.text();
      EXPECT_EQ(u.headers(), again.headers()) << u.text();
    }
  }
}

// The examples of RFC 3261 section 19.1.4.
TEST(Uri, ComparisonOfRfc3261) {
  EXPECT_TRUE(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
  EXPECT_TRUE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"));
  EXPECT_TRUE(same("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                   "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"));
  EXPECT_TRUE(same("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                   "sip:alice@atlanta.com?priority=urgent&subject=project%20x"));
  EXPECT_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"));
  EXPECT_FALSE(same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
  EXPECT_FALSE(same("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"));
  EXPECT_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
  EXPECT_FALSE(same("sip:a@b", "sips:a@b"));
}

TEST(Uri, SIP_08_TelephoneNumbers) {
  const auto u = uri("tel:+1-601-480-1797;ext=12");
  EXPECT_EQ(u.scheme(), Uri::Scheme::tel);
  EXPECT_EQ(u.user(), "+1-601-480-1797");
  EXPECT_EQ(u.param("ext"), "12");
  EXPECT_EQ(u.host(), "");
  EXPECT_TRUE(same("tel:+1-601-480-1797", "tel:+1(601)480.1797"));
  EXPECT_TRUE(same("tel:7042;phone-context=example.com", "tel:7042;phone-context=EXAMPLE.com"));
  EXPECT_FALSE(same("tel:7042;phone-context=example.com", "tel:7042;phone-context=example.org"));
  EXPECT_FALSE(same("tel:+16014801797", "tel:+16014801797;isub=1411"));
  EXPECT_TRUE(same("tel:+1;isub=1411;ext=5", "tel:+1;ext=5;isub=1411"));
}

TEST(Uri, SIP_09_AddressOfRecord) {
  EXPECT_EQ(uri("sips:%61lice:pw@EXAMPLE.test:5061;transport=tcp?a=b").address_of_record(), "sip:alice@example.test");
  EXPECT_EQ(uri("sip:a@b:5080").address_of_record(), "sip:a@b:5080");
  EXPECT_EQ(uri("sip:a%40c@b").address_of_record(), "sip:a%40c@b");
  EXPECT_EQ(uri("tel:+1-601").address_of_record(), "tel:+1601");
  EXPECT_EQ(uri("tel:70-42;phone-context=Example.com").address_of_record(), "tel:7042;phone-context=example.com");
  EXPECT_TRUE(is_same_address_of_record(uri("sip:a@b"), uri("sip:a@B:5060;x=1")));
  EXPECT_FALSE(is_same_address_of_record(uri("sip:null-%00@b"), uri("sip:null-%00%00@b")));
}

TEST(Uri, MTH_14_HeadersAreFoundByNameAndUnescaped) {
  const auto uri = sip::Uri::parse("sip:c@h;x=y?Subject=a%20b&Replaces=1%40h%3Bto-tag%3D2%3Bfrom-tag%3D3&empty=");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->header("replaces"), "1@h;to-tag=2;from-tag=3");
  EXPECT_EQ(uri->header("Subject"), "a b");
  EXPECT_EQ(uri->header("empty"), "");
  EXPECT_FALSE(uri->header("x"));
  EXPECT_FALSE(sip::Uri::parse("sip:c@h")->header("Replaces"));
}

TEST(Uri, Escapes) {
  EXPECT_EQ(sip::unescape("a%20b"), "a b");
  EXPECT_FALSE(sip::unescape("a%2"));
  EXPECT_FALSE(sip::unescape("a%zz"));
  EXPECT_EQ(sip::escape_user("a b#@"), "a%20b%23%40");
  EXPECT_EQ(sip::escape_param("a=b;c"), "a%3Db%3Bc");
}
