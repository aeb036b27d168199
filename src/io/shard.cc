#include "io/shard.h"

#include <ctime>
#include <latch>

#include "base/require.h"
#include "io/dns.h"
#include "io/tcp.h"

namespace io {

namespace {

base::Time kernel_now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return base::Time{std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_nsec / 1000}};
}

/// A loop that nothing wakes still looks round this often.
constexpr base::Duration idle_wait = std::chrono::milliseconds{500};

/// What posted work posts itself is run in the same turn; whoever goes on for ever lets the sockets in between.
constexpr int rounds_per_turn = 16;

constexpr int udp_buffer_bytes = 4 << 20;

base::Random::Seed seed_of_shard(base::Random::Seed seed, std::uint16_t id) {
  seed[7] ^= 0x9e3779b9U * (id + 1U);
  return seed;
}

}  // namespace

KernelShard::KernelShard(Engine& engine, std::uint16_t id, const base::Random::Seed& seed)
    : engine_{engine}, id_{id}, now_{kernel_now()}, random_{seed_of_shard(seed, id)},
      timers_{now_, TimerWheel::Precision::grouping} {}

KernelShard::~KernelShard() = default;

std::chrono::microseconds KernelShard::wall_clock() const {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_nsec / 1000};
}

std::uint16_t KernelShard::count() const { return engine_.count(); }

base::Result<std::unique_ptr<UdpSocket>, Reason> KernelShard::open_udp(const base::Address& local, Sharing sharing,
                                                                       UdpReceiver* receiver) {
  if (sharing == Sharing::every_shard && id_ == 0) {
    // A shared port would silently be shared with another program of the same user too: ask for it alone first.
    const auto probe = bound_socket(SOCK_DGRAM, local, Sharing::exclusive);
    if (!probe) return base::Unexpected<Reason>{probe.error()};
  }
  auto file = bound_socket(SOCK_DGRAM, local, sharing);
  if (!file) return base::Unexpected<Reason>{file.error()};
  if (sharing == Sharing::every_shard) {
    setsockopt(file->get(), SOL_SOCKET, SO_RCVBUF, &udp_buffer_bytes, sizeof udp_buffer_bytes);
    setsockopt(file->get(), SOL_SOCKET, SO_SNDBUF, &udp_buffer_bytes, sizeof udp_buffer_bytes);
  }
  auto socket = std::make_unique<KernelUdp>(reactor_, udp_batch_, std::move(*file), sharing, receiver);
  return std::make_unique<KernelUdpHandle>(reactor_, std::move(socket));
}

base::Result<std::unique_ptr<Listener>, Reason> KernelShard::listen(const base::Address& local, Acceptor& acceptor) {
  return open_listener(local, acceptor, nullptr);
}

base::Result<std::unique_ptr<Listener>, Reason> KernelShard::listen_tls(const base::Address& local, Acceptor& acceptor,
                                                                        std::shared_ptr<Credentials> credentials) {
  base::require(credentials != nullptr, "a TLS port without credentials");
  return open_listener(local, acceptor, std::move(credentials));
}

base::Result<std::unique_ptr<Listener>, Reason> KernelShard::open_listener(const base::Address& local, Acceptor& acceptor,
                                                                           std::shared_ptr<Credentials> credentials) {
  if (id_ == 0) {
    const auto probe = bound_socket(SOCK_STREAM, local, Sharing::exclusive);
    if (!probe) return base::Unexpected<Reason>{probe.error()};
  }
  auto file = bound_socket(SOCK_STREAM, local, Sharing::every_shard);
  if (!file) return base::Unexpected<Reason>{file.error()};
  if (::listen(file->get(), SOMAXCONN) != 0) return base::Unexpected<Reason>{reason_of(errno)};
  auto listener = std::make_unique<KernelListener>(reactor_, std::move(*file), acceptor, std::move(credentials));
  return std::make_unique<KernelListenerHandle>(reactor_, std::move(listener));
}

base::Result<std::unique_ptr<Listener>, Reason> KernelShard::listen_local(const std::string& path, Acceptor& acceptor) {
  auto file = local_socket(path);
  if (!file) return base::Unexpected<Reason>{file.error()};
  auto listener = std::make_unique<KernelListener>(reactor_, std::move(*file), acceptor);
  return std::make_unique<KernelListenerHandle>(reactor_, std::move(listener));
}

std::unique_ptr<Stream> KernelShard::connect(const base::Address& remote, StreamHandler* handler) {
  return std::make_unique<KernelStreamHandle>(reactor_, std::make_unique<KernelStream>(reactor_, remote, handler));
}

std::unique_ptr<Stream> KernelShard::connect_tls(const base::Address& remote, StreamHandler* handler,
                                                 std::shared_ptr<Credentials> credentials, const std::string& domain) {
  base::require(credentials != nullptr, "a TLS connection without credentials");
  return std::make_unique<KernelStreamHandle>(
      reactor_, std::make_unique<KernelStream>(reactor_, remote, handler, Security{std::move(credentials), domain}));
}

void KernelShard::post(std::uint16_t to, base::Function<void()> work) {
  base::require(to < outgoing_.size(), "post to a shard that is not there");
  outgoing_[to].push_back(std::move(work));
}

bool KernelShard::offload(base::Function<void()> work, base::Function<void()> done) {
  return engine_.offload_.put([this, work = std::move(work), done = std::move(done)]() mutable {
    work();
    Mailbox::Batch batch;
    batch.push_back(std::move(done));
    accept_batch(std::move(batch));
  });
}

void KernelShard::ask(base::dns::Question question, base::Function<void(const base::dns::Answer&)> done) {
  if (!dns_) dns_ = std::make_unique<Dns>(*this, reactor_, name_servers_);
  dns_->ask(std::move(question), std::move(done));
}

bool KernelShard::set_name_servers(const std::string& list) {
  if (list == name_servers_) return true;
  if (!Dns::is_server_list(list)) return false;
  name_servers_ = list;
  dns_.reset();
  return true;
}

void KernelShard::accept_batch(Mailbox::Batch batch) {
  // Waking costs a system call: only a shard that sleeps needs it. The owner sets asleep_ before it looks into
  // the mailbox a last time; both sides are sequentially consistent, so one of the two sees the other.
  mailbox_.put(std::move(batch));
  if (asleep_.load()) reactor_.wake();
}

void KernelShard::hand_over() {
  for (std::size_t to = 0; to < outgoing_.size(); ++to) {
    if (outgoing_[to].empty() || to == id_) continue;
    engine_.shards_[to]->accept_batch(std::exchange(outgoing_[to], {}));
  }
}

void KernelShard::turn(base::Duration wait_max) {
  asleep_.store(true);
  const bool work_came = mailbox_.run_all() != 0;
  const base::Duration until_timer = timers_.next() == base::never ? wait_max : timers_.next() - now_;
  const bool busy = work_came || !outgoing_[id_].empty();
  const auto asked = kernel_now();
  reactor_.wait(busy ? base::Duration{0} : std::clamp(until_timer, base::Duration{0}, wait_max));
  asleep_.store(false, std::memory_order_relaxed);
  now_ = kernel_now();  // Whatever came is handled at the time it came, not at that of the turn before.
  reactor_.begin(asked, now_);
  reactor_.dispatch();
  timers_.advance(now_);
  mailbox_.run_all();
  run_own();
  hand_over();
  reactor_.flush_all();
  if (outgoing_[id_].empty()) reactor_.rest(now_);
}

void KernelShard::run_own() {
  Mailbox::Batch batch;
  for (int round = 0; round < rounds_per_turn && !outgoing_[id_].empty(); ++round) {
    batch.clear();
    batch.swap(outgoing_[id_]);
    for (auto& work : batch) work();
  }
}

void KernelShard::run() {
  while (!engine_.stopping_.load(std::memory_order_relaxed)) turn(idle_wait);
}

Engine::Engine(const Options& options) : offload_{options.offload_threads} {
  base::require(options.shards > 0, "an engine without shards");
  for (std::uint16_t id = 0; id < options.shards; ++id)
    shards_.push_back(std::make_unique<KernelShard>(*this, id, options.seed));
  for (auto& shard : shards_) shard->outgoing_.resize(shards_.size());
}

Engine::~Engine() { stop(); }

void Engine::start() {
  for (auto& shard : shards_) threads_.emplace_back([&shard = *shard] { shard.run(); });
}

void Engine::on_every_shard(const std::function<void(KernelShard&)>& work) {
  std::latch all_done{static_cast<std::ptrdiff_t>(shards_.size())};
  for (auto& shard : shards_) {
    Mailbox::Batch batch;
    batch.emplace_back([&work, &all_done, &shard = *shard] {
      work(shard);
      all_done.count_down();
    });
    shard->accept_batch(std::move(batch));
  }
  all_done.wait();
}

void Engine::stop() {
  if (!threads_.empty()) {
    stopping_.store(true);
    for (auto& shard : shards_) shard->reactor_.wake();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  offload_.finish();
}

}  // namespace io
