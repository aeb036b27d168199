// io/shard.h - the real world behind io/port.h: a thread, an epoll loop and a timer wheel per shard.
#pragma once
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "io/mailbox.h"
#include "io/offload.h"
#include "io/port.h"
#include "io/reactor.h"
#include "io/udp.h"

namespace io {

class Dns;
class Engine;

class KernelShard : public Shard {
 public:
  KernelShard(Engine& engine, std::uint16_t id, const base::Random::Seed& seed);
  ~KernelShard() override;

  base::Time now() const override { return now_; }
  std::chrono::microseconds wall_clock() const override;
  base::Random& random() override { return random_; }
  TimerWheel& timers() override { return timers_; }
  base::Duration behind() const override { return reactor_.backlog().behind(); }
  std::uint16_t id() const override { return id_; }
  std::uint16_t count() const override;

  base::Result<std::unique_ptr<UdpSocket>, Reason> open_udp(const base::Address& local, Sharing sharing,
                                                            UdpReceiver* receiver) override;
  base::Result<std::unique_ptr<Listener>, Reason> listen(const base::Address& local, Acceptor& acceptor) override;
  base::Result<std::unique_ptr<Listener>, Reason> listen_tls(const base::Address& local, Acceptor& acceptor,
                                                             std::shared_ptr<Credentials> credentials) override;
  base::Result<std::unique_ptr<Listener>, Reason> listen_local(const std::string& path, Acceptor& acceptor) override;
  std::unique_ptr<Stream> connect(const base::Address& remote, StreamHandler* handler) override;
  std::unique_ptr<Stream> connect_tls(const base::Address& remote, StreamHandler* handler,
                                      std::shared_ptr<Credentials> credentials, const std::string& domain) override;
  void post(std::uint16_t to, base::Function<void()> work) override;
  bool offload(base::Function<void()> work, base::Function<void()> done) override;
  void ask(base::dns::Question question, base::Function<void(const base::dns::Answer&)> done) override;
  bool set_name_servers(const std::string& list) override;

 private:
  friend class Engine;
  base::Result<std::unique_ptr<Listener>, Reason> open_listener(const base::Address& local, Acceptor& acceptor,
                                                                std::shared_ptr<Credentials> credentials);
  void turn(base::Duration wait_max);
  void run();
  void run_own();
  void hand_over();
  void accept_batch(Mailbox::Batch batch);

  Engine& engine_;
  const std::uint16_t id_;
  base::Time now_;     // when the present turn began its work
  base::Random random_;
  TimerWheel timers_;
  Reactor reactor_;
  UdpBatch udp_batch_;
  std::unique_ptr<Dns> dns_;  // made when a name is asked for first
  std::string name_servers_;
  Mailbox mailbox_;
  std::vector<Mailbox::Batch> outgoing_;  // by shard; sent off at the end of the turn
  std::atomic<bool> asleep_{false};
};

/// All shards of the program.
class Engine {
 public:
  struct Options {
    std::uint16_t shards = 1;
    std::size_t offload_threads = 2;
    base::Random::Seed seed{};
  };

  explicit Engine(const Options& options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  std::uint16_t count() const { return static_cast<std::uint16_t>(shards_.size()); }
  KernelShard& shard(std::uint16_t id) { return *shards_[id]; }

  /// Starts a thread per shard. What was built on the shards before is theirs from now on.
  void start();
  /// Runs `work` on every shard and waits for all. Call from outside the shards, between start() and stop().
  void on_every_shard(const std::function<void(KernelShard&)>& work);
  /// Ends the loops after their present turn and joins the threads. Idempotent.
  void stop();

 private:
  friend class KernelShard;
  Offload offload_;
  std::vector<std::unique_ptr<KernelShard>> shards_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};
};

}  // namespace io
