#include "proxy/flow_token.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using Kind = FlowTokens::Kind;
const FlowTokens tokens{base::HashKey{1, 2}};

endpoint::Flow flow_over_tls() {
  return {3, endpoint::Transport::tls, {*base::Ip::parse("2001:db8::7"), 49'152}, {1, 70'000}, {}};
}

TEST(FlowTokens, FlowsComeBack_TRX_16) {
  const auto v4 = endpoint::Flow{0, endpoint::Transport::udp, {base::Ip::v4(192, 0, 2, 1), 5060}, {}, {}};
  for (const auto& flow : {v4, flow_over_tls()}) {
    const auto opened = tokens.open(tokens.record_route(Kind::record_route, "a@b", &flow), "a@b");
    ASSERT_TRUE(opened && opened->flow);
    EXPECT_EQ(*opened->flow, flow);
    EXPECT_EQ(opened->kind, Kind::record_route);
    const auto path = tokens.open(tokens.path(flow), "any");
    ASSERT_TRUE(path && path->flow);
    EXPECT_EQ(*path->flow, flow);
    EXPECT_EQ(path->kind, Kind::path);
  }
}

TEST(FlowTokens, WithoutFlow) {
  const auto opened = tokens.open(tokens.record_route(Kind::record_route, "a@b", nullptr), "a@b");
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->flow);
  EXPECT_EQ(tokens.open(tokens.record_route(Kind::stateless, "a@b", nullptr), "a@b")->kind, Kind::stateless);
}

TEST(FlowTokens, NobodyElseMakesThem) {
  const auto flow = flow_over_tls();
  const auto token = tokens.record_route(Kind::record_route, "a@b", &flow);
  EXPECT_FALSE(tokens.open(token, "c@d")) << "of another dialog";
  EXPECT_FALSE(FlowTokens(base::HashKey{1, 3}).open(token, "a@b")) << "of another server";
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto forged = token;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_FALSE(tokens.open(forged, "a@b")) << i;
    EXPECT_FALSE(tokens.open(token.substr(0, i), "a@b")) << i;
  }
  EXPECT_FALSE(tokens.open("1000", "a@b")) << "a user";
  EXPECT_FALSE(tokens.open("", "a@b"));
}

}  // namespace
}  // namespace proxy
