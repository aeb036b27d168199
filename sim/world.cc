#include "sim/world.h"

#include <algorithm>

#include "base/require.h"
#include "sim/sockets.h"

namespace sim {

SimShard::SimShard(World& world, Host& host, std::uint16_t id, std::uint64_t seed)
    : world_{world}, host_{host}, id_{id}, random_{seed}, timers_{world.now()} {}

base::Time SimShard::now() const { return world_.now(); }

std::chrono::microseconds SimShard::wall_clock() const {
  return world_.wall_clock_at_start + (world_.now().time_since_epoch() - std::chrono::hours{1});
}

std::uint16_t SimShard::count() const { return host_.count(); }

base::Result<std::unique_ptr<io::UdpSocket>, io::Reason> SimShard::open_udp(const base::Address& local,
                                                                            io::Sharing sharing,
                                                                            io::UdpReceiver* receiver) {
  base::Address bound = local;
  if (!bound.ip.is_any() && !host_.owns(bound.ip)) return base::Unexpected<io::Reason>{io::Reason::no_such_address};
  if (bound.port == 0) bound.port = world_.free_port(host_);
  const auto [first, last] = world_.udp_.equal_range({&host_, bound});
  const bool same_shard = std::any_of(first, last, [&](const auto& entry) { return entry.second->shard() == id_; });
  if (first != last && (sharing == io::Sharing::exclusive || same_shard))
    return base::Unexpected<io::Reason>{io::Reason::in_use};
  return std::make_unique<SimUdp>(world_, host_, id_, bound, receiver);
}

base::Result<std::unique_ptr<io::Listener>, io::Reason> SimShard::open_listener(const base::Address& local,
                                                                                io::Acceptor& acceptor, bool secure) {
  base::Address bound = local;
  if (!bound.ip.is_any() && !host_.owns(bound.ip)) return base::Unexpected<io::Reason>{io::Reason::no_such_address};
  if (bound.port == 0) bound.port = world_.free_port(host_);
  return std::make_unique<SimListener>(world_, host_, bound, acceptor, secure);
}

base::Result<std::unique_ptr<io::Listener>, io::Reason> SimShard::listen(const base::Address& local,
                                                                         io::Acceptor& acceptor) {
  return open_listener(local, acceptor, false);
}

base::Result<std::unique_ptr<io::Listener>, io::Reason> SimShard::listen_tls(const base::Address& local,
                                                                             io::Acceptor& acceptor,
                                                                             std::shared_ptr<io::Credentials>) {
  return open_listener(local, acceptor, true);
}

base::Result<std::unique_ptr<io::Listener>, io::Reason> SimShard::listen_local(const std::string&, io::Acceptor&) {
  return base::Unexpected<io::Reason>{io::Reason::no_such_address};
}

std::unique_ptr<io::Stream> SimShard::connect(const base::Address& remote, io::StreamHandler* handler) {
  auto stream = std::make_unique<SimStream>(world_, host_, base::Address{host_.ip(), world_.free_port(host_)}, remote,
                                            handler);
  stream->connect();
  return stream;
}

std::unique_ptr<io::Stream> SimShard::connect_tls(const base::Address& remote, io::StreamHandler* handler,
                                                  std::shared_ptr<io::Credentials>, const std::string&) {
  return connect(remote, handler);
}

void SimShard::post(std::uint16_t to, base::Function<void()> work) {
  host_.shard(to).posted_.push_back(std::move(work));
}

bool SimShard::offload(base::Function<void()> work, base::Function<void()> done) {
  work();
  post(id_, std::move(done));
  return true;
}

void SimShard::ask(base::dns::Question question, base::Function<void(const base::dns::Answer&)> done) {
  world_.names.asked.push_back(question);
  const bool dead = world_.names.dead;
  const auto at = world_.now() + (dead ? world_.names.patience : world_.names.delay);
  world_.schedule(at, [this, dead, question = std::move(question), done = std::move(done)]() mutable {
    done(dead ? base::dns::Answer{} : world_.names.answer(question));
  });
}

Host::Host(World& world, std::string name, std::vector<base::Ip> ips, std::uint16_t shards, std::uint64_t seed)
    : name_{std::move(name)}, ips_{std::move(ips)} {
  for (std::uint16_t id = 0; id < shards; ++id)
    shards_.push_back(std::make_unique<SimShard>(world, *this, id, seed + id));
}

bool Host::owns(const base::Ip& ip) const { return std::ranges::find(ips_, ip) != ips_.end() || ip.is_loopback(); }

World::World(std::uint64_t seed) : seed_{seed}, random_{seed} {}

World::~World() {
  // What still waits may own sockets of this world.
  while (!events_.empty()) events_.pop();
  for (auto& host : hosts_)
    for (auto& shard : host->shards_) shard->posted_.clear();
}

Host& World::add_host(std::string name, std::vector<base::Ip> ips, std::uint16_t shards) {
  hosts_.push_back(std::make_unique<Host>(*this, std::move(name), std::move(ips), shards, random_.u64()));
  return *hosts_.back();
}

void World::partition(const Host& a, const Host& b) { partitions_.insert(std::minmax(&a, &b)); }
void World::heal() { partitions_.clear(); }

bool World::parted(const Host& a, const Host& b) const { return partitions_.contains(std::minmax(&a, &b)); }

base::Duration World::delay_between(const Host& a, const Host& b) {
  if (&a == &b) return base::Duration{0};
  const auto spread = static_cast<std::uint64_t>((weather.delay_max - weather.delay_min).count());
  auto delay = weather.delay_min + base::Duration{static_cast<std::int64_t>(random_.below(spread + 1))};
  if (random_.chance(weather.reorder))
    delay += base::Duration{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(weather.reorder_delay.count())))};
  return delay;
}

Host* World::host_of(const base::Ip& ip, Host& asking) {
  if (ip.is_loopback()) return &asking;
  for (auto& host : hosts_)
    if (host->owns(ip)) return host.get();
  return nullptr;
}

std::uint16_t World::free_port(Host&) {
  if (next_port_ == 65'535) next_port_ = 49'152;
  return next_port_++;
}

void World::schedule(base::Time at, base::Function<void()> run) {
  events_.push({at, events_made_++, std::make_shared<base::Function<void()>>(std::move(run))});
}

void World::send_datagram(Host& from_host, const base::Address& from, const base::Address& to,
                          std::string_view bytes) {
  Host* to_host = host_of(to.ip, from_host);
  const bool local = to_host == &from_host;
  const bool lost = !to_host || parted(from_host, *to_host) || (!local && random_.chance(weather.loss));
  if (tap_) tap_({now_, from, to, false, lost, bytes});
  if (lost) return;
  const int copies = !local && random_.chance(weather.duplicate) ? 2 : 1;
  for (int i = 0; i < copies; ++i)
    schedule(now_ + delay_between(from_host, *to_host),
             [this, from, to, text = std::string{bytes}] { deliver_datagram(from, to, text); });
}

void World::deliver_datagram(const base::Address& from, const base::Address& to, const std::string& bytes) {
  for (auto& host : hosts_) {
    if (!host->owns(to.ip)) continue;
    auto [first, last] = udp_.equal_range({host.get(), to});
    if (first == last) std::tie(first, last) = udp_.equal_range({host.get(), {base::Ip::any(to.ip.family), to.port}});
    if (first == last) {
      if (to.ip.is_loopback()) continue;
      if (weather.icmp) schedule(now_ + weather.delay_min, [this, from, to, bytes] { give_back(from, to, bytes); });
      return;
    }
    // The kernel spreads the senders of a shared port over its sockets: so do we.
    const auto sockets = static_cast<std::size_t>(std::distance(first, last));
    std::advance(first, static_cast<std::ptrdiff_t>(base::AddressHash{}(from) % sockets));
    SimUdp& socket = *first->second;
    const io::Datagram datagram{from, bytes};
    if (socket.receiver_) socket.receiver_->on_datagrams({&datagram, 1});
    return;
  }
}

void World::give_back(const base::Address& from, const base::Address& to, const std::string& bytes) {
  for (auto& host : hosts_) {
    if (!host->owns(from.ip)) continue;
    const auto [first, last] = udp_.equal_range({host.get(), from});
    if (first == last) return;
    // Any socket of a shared port may be told, and not more than a router quotes.
    constexpr std::size_t quoted = 548;
    if (auto* receiver = std::prev(last)->second->receiver_) receiver->on_returned({to, std::string_view{bytes}.substr(0, quoted)});
    return;
  }
}

SimListener* World::listener_at(Host& host, const base::Address& address) {
  auto [first, last] = listeners_.equal_range({&host, address});
  if (first == last)
    std::tie(first, last) = listeners_.equal_range({&host, {base::Ip::any(address.ip.family), address.port}});
  if (first == last) return nullptr;
  std::advance(first, static_cast<std::ptrdiff_t>(random_.below(static_cast<std::uint64_t>(std::distance(first, last)))));
  return first->second;
}

base::Time World::turn() {
  for (bool busy = true; busy;) {
    busy = false;
    while (!events_.empty() && events_.top().at <= now_) {
      const auto run = events_.top().run;
      events_.pop();
      (*run)();
      busy = true;
    }
    for (std::size_t h = 0; h < hosts_.size(); ++h)  // NOLINT(modernize-loop-convert): work may add hosts
      for (auto& shard : hosts_[h]->shards_) {
        if (shard->timers_.next() <= now_) shard->timers_.advance(now_);
        while (!shard->posted_.empty()) {
          auto work = std::move(shard->posted_.front());
          shard->posted_.pop_front();
          work();
          busy = true;
        }
      }
  }
  base::Time next = events_.empty() ? base::never : events_.top().at;
  for (auto& host : hosts_)
    for (auto& shard : host->shards_) next = std::min(next, std::max(shard->timers_.next(), now_ + io::TimerWheel::tick));
  return next;
}

void World::run_for(base::Duration duration) {
  run_until([] { return false; }, duration);
}

bool World::run_until(const std::function<bool()>& done, base::Duration limit) {
  const base::Time end = now_ + limit;
  for (;;) {
    const base::Time next = turn();
    if (done()) return true;
    if (next > end) {
      now_ = end;
      turn();
      return done();
    }
    now_ = next;
  }
}

}  // namespace sim
