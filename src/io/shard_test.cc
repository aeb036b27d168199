// io/shard_test.cc - the real loop on loopback: datagrams, streams, hand-over, offload. Also run under TSan.
#include "io/shard.h"

#include <gtest/gtest.h>

#include <future>

#include "io/socket.h"

using namespace std::chrono_literals;

namespace {

const base::Address loopback{base::Ip::v4(127, 0, 0, 1), 0};

struct Echo : io::UdpReceiver {
  io::UdpSocket* socket = nullptr;
  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& datagram : batch) socket->send(datagram.from, std::string{"re:"} + std::string{datagram.bytes});
  }
};

struct Collect : io::UdpReceiver {
  std::size_t wanted = 0;
  std::vector<std::string> got;
  std::promise<void> done;
  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& datagram : batch) got.emplace_back(datagram.bytes);
    if (got.size() == wanted) done.set_value();
  }
};

}  // namespace

TEST(Shard, DatagramsGoOutAndComeBackInBatches) {
  io::Engine engine{{.shards = 2, .offload_threads = 1, .seed = {}}};
  Echo echo;
  Collect collect;
  collect.wanted = 100;  // what fits a usual receive buffer
  auto server = engine.shard(0).open_udp(loopback, io::Sharing::exclusive, &echo).value();
  echo.socket = server.get();
  auto client = engine.shard(1).open_udp(loopback, io::Sharing::exclusive, &collect).value();
  engine.start();
  engine.on_every_shard([&](io::KernelShard& shard) {
    if (shard.id() == 1)
      for (int i = 0; i < 100; ++i) client->send(server->local(), std::to_string(i));
  });
  ASSERT_EQ(collect.done.get_future().wait_for(10s), std::future_status::ready);
  engine.stop();
  EXPECT_EQ(collect.got.front(), "re:0");
  EXPECT_EQ(collect.got.back(), "re:99");
}

TEST(Shard, ADatagramIsHandledAtTheTimeItCame) {
  struct Clock : io::UdpReceiver {
    io::Shard* shard = nullptr;
    std::promise<base::Time> came;
    void on_datagrams(std::span<const io::Datagram>) override { came.set_value(shard->now()); }
  } clock;
  io::Engine engine{{.shards = 2, .offload_threads = 1, .seed = {}}};
  clock.shard = &engine.shard(1);
  auto receiver = engine.shard(1).open_udp(loopback, io::Sharing::exclusive, &clock).value();
  auto sender = engine.shard(0).open_udp(loopback, io::Sharing::exclusive, nullptr).value();
  std::promise<base::Time> sent;
  io::Timer later{[&] {
    sender->send(receiver->local(), "now");
    sent.set_value(engine.shard(0).now());
  }};
  engine.start();
  // Long enough for shard 1 to fall asleep.
  engine.on_every_shard([&](io::KernelShard& shard) {
    if (shard.id() == 0) later.start(shard.timers(), shard.now() + 60ms);
  });
  const auto at = sent.get_future().get();
  EXPECT_GE(clock.came.get_future().get(), at);
  engine.stop();
}

TEST(Shard, APortInUseIsSaidPlainly) {
  io::Engine engine{{.shards = 1, .offload_threads = 1, .seed = {}}};
  auto first = engine.shard(0).open_udp(loopback, io::Sharing::every_shard, nullptr).value();
  const auto second = engine.shard(0).open_udp(first->local(), io::Sharing::every_shard, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), io::Reason::in_use);
  EXPECT_EQ(io::sentence(second.error()), "the port is in use by another program");
}

namespace {

struct Server : io::Acceptor, io::StreamHandler {
  std::vector<std::unique_ptr<io::Stream>> streams;
  std::string got;
  void on_accepted(std::unique_ptr<io::Stream> stream) override {
    stream->set_handler(this);
    streams.push_back(std::move(stream));
  }
  void on_bytes(std::string_view bytes) override {
    got += bytes;
    if (got.ends_with("end")) streams.back()->send("thanks");
  }
  void on_closed(io::Reason) override { streams.clear(); }
};

struct Client : io::StreamHandler {
  std::string got;
  std::promise<std::string> answer;
  std::promise<io::Reason> closed;
  void on_bytes(std::string_view bytes) override {
    got += bytes;
    if (got == "thanks") answer.set_value(got);
  }
  void on_closed(io::Reason reason) override { closed.set_value(reason); }
};

}  // namespace

TEST(Shard, AStreamCarriesWhatWasQueuedBeforeItWasConnected) {
  io::Engine engine{{.shards = 1, .offload_threads = 1, .seed = {}}};
  Server server;
  Client client;
  auto listener = engine.shard(0).listen(loopback, server).value();
  auto stream = engine.shard(0).connect(listener->local(), &client);
  const std::string big(500'000, 'x');
  stream->send(big);
  stream->send("end");
  engine.start();
  auto answer = client.answer.get_future();
  ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
  engine.stop();
  EXPECT_EQ(server.got.size(), big.size() + 3);
}

TEST(Shard, ARefusedConnectionIsToldFromTheLoop) {
  io::Engine engine{{.shards = 1, .offload_threads = 1, .seed = {}}};
  Client client;
  const auto free_port = engine.shard(0).open_udp(loopback, io::Sharing::exclusive, nullptr).value();
  auto stream = engine.shard(0).connect(free_port->local(), &client);
  engine.start();
  auto closed = client.closed.get_future();
  ASSERT_EQ(closed.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(closed.get(), io::Reason::refused);
  engine.stop();
}

TEST(Shard, WorkHopsBetweenShardsInOrderAndComesBackFromTheOffloadPool) {
  io::Engine engine{{.shards = 4, .offload_threads = 2, .seed = {}}};
  std::promise<int> done;
  int sum = 0;  // touched by shard 3 only
  engine.start();
  engine.on_every_shard([&](io::KernelShard& shard) {
    if (shard.id() != 0) return;
    for (int i = 1; i <= 1000; ++i)
      shard.post(3, [&engine, &sum, i, &done] {
        sum = sum * 2 % 1'000'003 + i;
        if (i < 1000) return;
        auto result = std::make_shared<int>(0);
        engine.shard(3).offload([result, &sum] { *result = sum; }, [result, &done] { done.set_value(*result); });
      });
  });
  int expected = 0;
  for (int i = 1; i <= 1000; ++i) expected = expected * 2 % 1'000'003 + i;
  auto future = done.get_future();
  ASSERT_EQ(future.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(future.get(), expected);
  engine.stop();
}

TEST(Offload, RefusesWhatIsBeyondItsLimit) {
  io::Offload pool{1};
  std::promise<void> gate;
  auto open = gate.get_future().share();
  ASSERT_TRUE(pool.put([open] { open.wait(); }));
  std::size_t taken = 0;
  while (taken <= io::Offload::queue_max && pool.put([] {})) ++taken;
  EXPECT_LE(taken, io::Offload::queue_max);
  EXPECT_GE(taken + 1, io::Offload::queue_max);
  gate.set_value();
}

TEST(Shard, AKeysOwnerIsTheSameInEveryRun) {
  EXPECT_EQ(io::owner_of("a84b4c76e66710@pc33.atlanta.com", 8), io::owner_of("a84b4c76e66710@pc33.atlanta.com", 8));
  std::array<int, 4> hits{};
  for (int i = 0; i < 4000; ++i) ++hits[io::owner_of("call-" + std::to_string(i), 4)];
  for (const int n : hits) EXPECT_NEAR(n, 1000, 150);
}

TEST(Shard, NET05_APortWhereNobodyListensGivesTheDatagramBack) {
  struct Sender : io::UdpReceiver {
    std::promise<std::pair<base::Address, std::string>> returned;
    void on_datagrams(std::span<const io::Datagram>) override {}
    void on_returned(const io::Datagram& datagram) override { returned.set_value({datagram.from, std::string{datagram.bytes}}); }
  };
  for (const char* host : {"127.0.0.1", "::1"}) {
    io::Engine engine{{.shards = 1, .offload_threads = 1, .seed = {}}};
    Sender sender;
    const base::Address any_port{*base::Ip::parse(host), 0};
    const auto deserted = io::local_address(io::bound_socket(SOCK_DGRAM, any_port, io::Sharing::exclusive).value().get());
    auto socket = engine.shard(0).open_udp(any_port, io::Sharing::every_shard, &sender).value();
    socket->send(deserted, "is anybody there?");
    engine.start();
    auto returned = sender.returned.get_future();
    ASSERT_EQ(returned.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(returned.get(), std::pair(deserted, std::string{"is anybody there?"}));
    engine.stop();
  }
}
