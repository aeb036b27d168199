// call/media/port_pool_test.cc - even/odd pairs, shares of shards, rest, exhaustion.
#include "call/media/port_pool.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/world.h"

using namespace std::chrono_literals;

namespace {
const base::Ip ip = base::Ip::v4(10, 0, 0, 1);
}

TEST(PortPool, GivesEvenOddPairsOfItsOwnShare) {
  sim::World world{1};
  auto& host = world.add_host("server", {ip}, 2);
  call::PortPool first{host.shard(0), 16'001, 16'040}, second{host.shard(1), 16'001, 16'040};
  std::set<std::uint16_t> ports;
  std::vector<call::PortPool::Pair> held;
  for (auto* pool : {&first, &second})
    for (;;) {
      auto pair = pool->take(ip);
      if (!pair) break;
      EXPECT_EQ(pair.rtp->local().port % 2, 0);
      EXPECT_EQ(pair.rtcp->local().port, pair.rtp->local().port + 1);
      EXPECT_TRUE(ports.insert(pair.rtp->local().port).second);
      held.push_back(std::move(pair));
    }
  EXPECT_EQ(ports.size(), 19U);  // 16002 .. 16039
  EXPECT_GE(*ports.begin(), 16'001);
  EXPECT_LE(*ports.rbegin(), 16'039);
}

TEST(PortPool, APairRestsBeforeItIsUsedAgain) {
  sim::World world{1};
  auto& host = world.add_host("server", {ip});
  call::PortPool pool{host.shard(), 20'000, 20'003};
  auto first = pool.take(ip);
  const auto port = first.rtp->local().port;
  pool.give_back(std::move(first));
  EXPECT_EQ(pool.in_use(), 0U);
  auto second = pool.take(ip);
  EXPECT_NE(second.rtp->local().port, port);
  world.run_for(call::PortPool::rest);
  auto third = pool.take(ip);
  EXPECT_EQ(third.rtp->local().port, port);
  EXPECT_FALSE(pool.take(ip));
}
