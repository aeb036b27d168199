// sim/world.h - a network in one thread: hosts, virtual time, links that lose, delay, repeat and reorder.
//
// Servers and phones take an io::Shard& and cannot tell this world from the real one. Everything that happens
// follows from one seed: a failing run prints it and replays exactly. Handlers run one at a time, in the order
// of virtual time; a jump over a quiet hour costs one comparison.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/port.h"
#include "sim/names.h"

namespace sim {

class World;
class Host;
class SimUdp;
class SimStream;
class SimListener;

/// How links behave between different hosts. Within a host packets take no time and are never lost.
struct Weather {
  double loss = 0;       ///< Probability that a datagram never arrives.
  double duplicate = 0;  ///< ... arrives twice.
  double reorder = 0;    ///< ... takes up to `reorder_delay` longer than its neighbours.
  base::Duration delay_min = std::chrono::milliseconds{1};
  base::Duration delay_max = std::chrono::milliseconds{1};
  base::Duration reorder_delay = std::chrono::milliseconds{40};
  bool icmp = false;  ///< A host says that nobody listens on a port; many firewalls do not.
};

/// What went over the wire, for flow tests and ladders.
struct Sent {
  base::Time at;
  base::Address from, to;
  bool stream;
  bool lost;
  std::string_view bytes;
};

class SimShard : public io::Shard {
 public:
  SimShard(World& world, Host& host, std::uint16_t id, std::uint64_t seed);

  base::Time now() const override;
  std::chrono::microseconds wall_clock() const override;
  base::Random& random() override { return random_; }
  io::TimerWheel& timers() override { return timers_; }
  base::Duration behind() const override { return behind_; }
  /// Time passes here between things, never in them: a test says how far behind a shard is.
  void set_behind(base::Duration behind) { behind_ = behind; }
  std::uint16_t id() const override { return id_; }
  std::uint16_t count() const override;
  base::Result<std::unique_ptr<io::UdpSocket>, io::Reason> open_udp(const base::Address& local, io::Sharing sharing,
                                                                    io::UdpReceiver* receiver) override;
  base::Result<std::unique_ptr<io::Listener>, io::Reason> listen(const base::Address& local,
                                                                 io::Acceptor& acceptor) override;
  /// TLS of this world is a plain stream: what it protects against does not exist here.
  base::Result<std::unique_ptr<io::Listener>, io::Reason> listen_tls(const base::Address& local, io::Acceptor& acceptor,
                                                                     std::shared_ptr<io::Credentials> credentials) override;
  /// There are no files in this world: no_such_address.
  base::Result<std::unique_ptr<io::Listener>, io::Reason> listen_local(const std::string& path,
                                                                       io::Acceptor& acceptor) override;
  std::unique_ptr<io::Stream> connect(const base::Address& remote, io::StreamHandler* handler) override;
  std::unique_ptr<io::Stream> connect_tls(const base::Address& remote, io::StreamHandler* handler,
                                          std::shared_ptr<io::Credentials> credentials, const std::string& domain) override;
  void post(std::uint16_t to, base::Function<void()> work) override;
  bool offload(base::Function<void()> work, base::Function<void()> done) override;
  void ask(base::dns::Question question, base::Function<void(const base::dns::Answer&)> done) override;

 private:
  friend class World;
  base::Result<std::unique_ptr<io::Listener>, io::Reason> open_listener(const base::Address& local, io::Acceptor& acceptor,
                                                                        bool secure);
  World& world_;
  Host& host_;
  const std::uint16_t id_;
  base::Random random_;
  io::TimerWheel timers_;
  std::deque<base::Function<void()>> posted_;
  base::Duration behind_{};
};

/// A machine with addresses and shards. Restarting its server means destroying and rebuilding what runs on it.
class Host {
 public:
  Host(World& world, std::string name, std::vector<base::Ip> ips, std::uint16_t shards, std::uint64_t seed);
  SimShard& shard(std::uint16_t id = 0) { return *shards_[id]; }
  std::uint16_t count() const { return static_cast<std::uint16_t>(shards_.size()); }
  const base::Ip& ip(std::size_t i = 0) const { return ips_[i]; }
  const std::string& name() const { return name_; }
  bool owns(const base::Ip& ip) const;

 private:
  friend class World;
  std::string name_;
  std::vector<base::Ip> ips_;
  std::vector<std::unique_ptr<SimShard>> shards_;
};

class World {
 public:
  explicit World(std::uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  Host& add_host(std::string name, std::vector<base::Ip> ips, std::uint16_t shards = 1);

  base::Time now() const { return now_; }
  base::Random& random() { return random_; }
  std::uint64_t seed() const { return seed_; }

  Weather weather;
  Names names;
  /// Nothing passes between the two, either way.
  void partition(const Host& a, const Host& b);
  void heal();

  /// Called for everything sent between hosts.
  void set_tap(std::function<void(const Sent&)> tap) { tap_ = std::move(tap); }

  void run_for(base::Duration duration);
  /// Runs until `done()` or the time is over; answers done().
  bool run_until(const std::function<bool()>& done, base::Duration limit);

  /// The wall clock at the beginning: 2026-11-23 09:00:00 UTC, a Monday.
  static constexpr std::chrono::seconds epoch{1'795'424'400};
  std::chrono::microseconds wall_clock_at_start{epoch};

 private:
  friend class SimShard;
  friend class SimUdp;
  friend class SimStream;
  friend class SimListener;
  struct Event {
    base::Time at;
    std::uint64_t number;
    std::shared_ptr<base::Function<void()>> run;
    bool operator>(const Event& other) const { return std::tie(at, number) > std::tie(other.at, other.number); }
  };

  void schedule(base::Time at, base::Function<void()> run);
  void send_datagram(Host& from_host, const base::Address& from, const base::Address& to, std::string_view bytes);
  void deliver_datagram(const base::Address& from, const base::Address& to, const std::string& bytes);
  void give_back(const base::Address& from, const base::Address& to, const std::string& bytes);
  Host* host_of(const base::Ip& ip, Host& asking);
  bool parted(const Host& a, const Host& b) const;
  base::Duration delay_between(const Host& a, const Host& b);
  SimListener* listener_at(Host& host, const base::Address& address);
  std::uint16_t free_port(Host& host);
  /// Runs everything due now; answers when the next thing is due.
  base::Time turn();

  std::uint64_t seed_;
  base::Random random_;
  base::Time now_ = base::Time{} + std::chrono::hours{1};
  std::uint64_t events_made_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::set<std::pair<const Host*, const Host*>> partitions_;
  std::multimap<std::pair<Host*, base::Address>, SimUdp*> udp_;
  std::multimap<std::pair<Host*, base::Address>, SimListener*> listeners_;
  std::unordered_map<std::uint64_t, SimStream*> streams_;
  std::uint64_t streams_made_ = 0;
  std::uint16_t next_port_ = 49'152;
  std::function<void(const Sent&)> tap_;
};

}  // namespace sim
