// sim/world_test.cc - the simulated network: order of time, weather, partitions, streams, replay.
#include "sim/world.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace {

const base::Ip ip_a = base::Ip::v4(10, 0, 0, 1), ip_b = base::Ip::v4(10, 0, 0, 2);

struct Inbox : io::UdpReceiver {
  std::vector<std::string> got;
  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& d : batch) got.emplace_back(d.bytes);
  }
};

struct Pair {
  sim::World world;
  sim::Host& a;
  sim::Host& b;
  Inbox inbox;
  std::unique_ptr<io::UdpSocket> from, to;
  explicit Pair(std::uint64_t seed)
      : world{seed}, a{world.add_host("a", {ip_a})}, b{world.add_host("b", {ip_b})} {
    from = a.shard().open_udp({ip_a, 5060}, io::Sharing::exclusive, nullptr).value();
    to = b.shard().open_udp({base::Ip::any(base::Family::ipv4), 5060}, io::Sharing::exclusive, &inbox).value();
  }
  void send(int count) {
    for (int i = 0; i < count; ++i) from->send({ip_b, 5060}, std::to_string(i));
  }
};

}  // namespace

TEST(World, ADatagramTakesItsDelay) {
  Pair pair{1};
  pair.world.weather.delay_min = pair.world.weather.delay_max = 20ms;
  pair.send(1);
  pair.world.run_for(19ms);
  EXPECT_TRUE(pair.inbox.got.empty());
  pair.world.run_for(1ms);
  EXPECT_EQ(pair.inbox.got.size(), 1U);
}

TEST(World, LossAndDuplicationComeAsOftenAsTold) {
  Pair pair{2};
  pair.world.weather.loss = 0.3;
  pair.send(2000);
  pair.world.run_for(1s);
  EXPECT_NEAR(static_cast<double>(pair.inbox.got.size()), 1400, 100);
  pair.inbox.got.clear();
  pair.world.weather.loss = 0;
  pair.world.weather.duplicate = 0.5;
  pair.send(2000);
  pair.world.run_for(1s);
  EXPECT_NEAR(static_cast<double>(pair.inbox.got.size()), 3000, 150);
}

TEST(World, TheSameSeedReplaysExactlyAndAnotherDoesNot) {
  const auto run = [](std::uint64_t seed) {
    Pair pair{seed};
    pair.world.weather = {.loss = 0.2, .duplicate = 0.1, .reorder = 0.3, .delay_max = 30ms};
    pair.send(100);
    pair.world.run_for(1s);
    return pair.inbox.got;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(World, NothingPassesAPartitionUntilItHeals) {
  Pair pair{3};
  pair.world.partition(pair.a, pair.b);
  pair.send(10);
  pair.world.run_for(1s);
  EXPECT_TRUE(pair.inbox.got.empty());
  pair.world.heal();
  pair.send(10);
  pair.world.run_for(1s);
  EXPECT_EQ(pair.inbox.got.size(), 10U);
}

TEST(World, ATimerOfAnHourCostsNothingAndFiresToTheMillisecond) {
  Pair pair{4};
  base::Time fired{};
  io::Timer timer{[&] { fired = pair.world.now(); }};
  const auto due = pair.world.now() + 1h;
  timer.start(pair.a.shard().timers(), due);
  pair.world.run_for(2h);
  EXPECT_EQ(fired, due);
}

namespace {
struct Peer : io::Acceptor, io::StreamHandler {
  std::unique_ptr<io::Stream> stream;
  std::string got;
  std::optional<io::Reason> closed;
  bool connected = false;
  void on_accepted(std::unique_ptr<io::Stream> accepted) override {
    stream = std::move(accepted);
    stream->set_handler(this);
  }
  void on_connected() override { connected = true; }
  void on_bytes(std::string_view bytes) override { got += bytes; }
  void on_closed(io::Reason reason) override { closed = reason; }
};
}  // namespace

TEST(World, StreamsKeepOrderAndTellTheirEnd) {
  Pair pair{5};
  pair.world.weather.delay_max = 50ms;
  Peer server, client;
  auto listener = pair.b.shard().listen({ip_b, 5060}, server).value();
  client.stream = pair.a.shard().connect({ip_b, 5060}, &client);
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    client.stream->send(std::to_string(i) + ",");
    expected += std::to_string(i) + ",";
  }
  pair.world.run_for(10s);
  EXPECT_TRUE(client.connected);
  EXPECT_EQ(server.got, expected);
  server.stream->send("bye");
  server.stream.reset();
  pair.world.run_for(1s);
  EXPECT_EQ(client.got, "bye");
  EXPECT_EQ(client.closed, io::Reason::closed);
}

TEST(World, ConnectingToNobodyIsRefusedAndThroughAPartitionTimesOut) {
  Pair pair{6};
  Peer refused, lost;
  refused.stream = pair.a.shard().connect({ip_b, 9}, &refused);
  pair.world.run_for(1s);
  EXPECT_EQ(refused.closed, io::Reason::refused);
  pair.world.partition(pair.a, pair.b);
  lost.stream = pair.a.shard().connect({ip_b, 9}, &lost);
  pair.world.run_for(2min);
  EXPECT_EQ(lost.closed, io::Reason::timed_out);
}

TEST(World, ASharedPortSpreadsSendersOverShardsAndAnExclusiveOneIsAlone) {
  sim::World world{8};
  auto& server = world.add_host("server", {ip_a}, 2);
  Inbox first, second;
  auto s0 = server.shard(0).open_udp({ip_a, 5060}, io::Sharing::every_shard, &first).value();
  auto s1 = server.shard(1).open_udp({ip_a, 5060}, io::Sharing::every_shard, &second).value();
  EXPECT_EQ(server.shard(0).open_udp({ip_a, 5060}, io::Sharing::exclusive, nullptr).error(), io::Reason::in_use);
  auto& phones = world.add_host("phones", {ip_b});
  for (int i = 0; i < 50; ++i) {
    auto phone = phones.shard().open_udp({ip_b, 0}, io::Sharing::exclusive, nullptr).value();
    phone->send({ip_a, 5060}, "x");
  }
  world.run_for(1s);
  EXPECT_EQ(first.got.size() + second.got.size(), 50U);
  EXPECT_GT(first.got.size(), 10U);
  EXPECT_GT(second.got.size(), 10U);
}
