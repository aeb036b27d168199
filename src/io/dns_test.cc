// io/dns_test.cc - the real name service against a server of this file on loopback, and against nobody.
#include "io/dns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "io/shard.h"

using namespace std::chrono_literals;
using base::dns::Answer;
using base::dns::Question;
using base::dns::Type;

namespace {

/// Answers every question about addresses with 192.0.2.1, and all others that there is none.
struct Server : io::UdpReceiver {
  io::UdpSocket* socket = nullptr;
  std::atomic<int> asked = 0;
  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& datagram : batch) {
      ++asked;
      std::string reply{datagram.bytes};
      const auto end = reply.find('\0', 12) + 5;
      const bool address = reply[end - 3] == 1;
      reply.resize(end);
      reply[2] = static_cast<char>(0x81);
      reply[3] = static_cast<char>(0x80);
      reply[7] = address ? 1 : 0;
      reply[9] = reply[11] = 0;
      if (address) reply += std::string("\xc0\x0c\0\1\0\1\0\0\0\x2a\0\4\xc0\0\2\1", 16);
      socket->send(datagram.from, reply);
    }
  }
};

struct Asking {
  io::Engine engine{{.shards = 1, .offload_threads = 1, .seed = {}}};
  Server server;
  std::unique_ptr<io::UdpSocket> socket;

  Asking() {
    socket = engine.shard(0).open_udp({base::Ip::v4(127, 0, 0, 1), 0}, io::Sharing::exclusive, &server).value();
    server.socket = socket.get();
    engine.shard(0).set_name_servers(socket->local().text());
    engine.start();
  }
  ~Asking() { engine.stop(); }  // before the socket goes: it belongs to the shard
  Answer ask(Question question) {
    std::promise<Answer> came;
    engine.on_every_shard([&](io::KernelShard& shard) {
      shard.ask(question, [&](const Answer& answer) { came.set_value(answer); });
    });
    auto future = came.get_future();
    EXPECT_EQ(future.wait_for(20s), std::future_status::ready);
    return future.get();
  }
};

}  // namespace

TEST(Dns, AsksTheServerAndReadsTheTtl) {
  Asking a;
  const auto answer = a.ask({Type::a, "e.test"});
  EXPECT_EQ(answer.status, Answer::Status::found);
  ASSERT_EQ(answer.addresses.size(), 1U);
  EXPECT_EQ(answer.addresses[0].text(), "192.0.2.1");
  EXPECT_EQ(answer.ttl, 42s);
  EXPECT_EQ(a.ask({Type::srv, "_sip._udp.e.test"}).status, Answer::Status::none);
  EXPECT_EQ(a.server.asked, 2);
}

TEST(Dns, LocalhostIsInTheHostsFile) {
  Asking a;
  const auto answer = a.ask({Type::a, "localhost"});
  ASSERT_FALSE(answer.addresses.empty());
  EXPECT_TRUE(answer.addresses[0].is_loopback());
  EXPECT_EQ(a.server.asked, 0);
}

TEST(Dns, NonsenseIsNoName) {
  Asking a;
  EXPECT_EQ(a.ask({Type::a, std::string(300, 'x') + ".test"}).status, Answer::Status::none);
  EXPECT_EQ(a.ask({Type::a, "a..b"}).status, Answer::Status::none);
}

TEST(Dns, AServerThatIsSilentIsGivenUp) {
  Asking a;
  a.engine.on_every_shard([&](io::KernelShard&) { a.socket->set_receiver(nullptr); });
  EXPECT_EQ(a.ask({Type::a, "e.test"}).status, Answer::Status::failed);
}

TEST(Dns, GoingAwayWithQuestionsOpenIsQuiet) {
  Asking a;
  a.engine.on_every_shard([&](io::KernelShard& shard) {
    a.socket->set_receiver(nullptr);
    for (int i = 0; i < 10; ++i) shard.ask({Type::a, "e.test"}, [](const Answer&) { FAIL(); });
  });
  a.engine.stop();
}

TEST(Dns, AListOfServersIsChecked) {
  EXPECT_TRUE(io::Dns::is_server_list(""));
  EXPECT_TRUE(io::Dns::is_server_list("192.0.2.53, [2001:db8::53]:5353,127.0.0.1:54"));
  EXPECT_FALSE(io::Dns::is_server_list("ns.test"));
}
