#include "sim/sockets.h"

namespace sim {

SimUdp::SimUdp(World& world, Host& host, std::uint16_t shard, base::Address local, io::UdpReceiver* receiver)
    : world_{world}, host_{host}, shard_{shard}, local_{local}, receiver_{receiver} {
  world_.udp_.insert({{&host_, local_}, this});
}

SimUdp::~SimUdp() {
  const auto [first, last] = world_.udp_.equal_range({&host_, local_});
  for (auto it = first; it != last; ++it) {
    if (it->second != this) continue;
    world_.udp_.erase(it);
    return;
  }
}

void SimUdp::send(const base::Address& to, std::string_view bytes) {
  base::Address from = local_;
  if (from.ip.is_any()) from.ip = to.ip.is_loopback() ? to.ip : host_.ip();
  world_.send_datagram(host_, from, to, bytes);
}

SimListener::SimListener(World& world, Host& host, base::Address local, io::Acceptor& acceptor, bool secure)
    : world_{world}, host_{host}, local_{local}, acceptor_{acceptor}, secure_{secure} {
  world_.listeners_.insert({{&host_, local_}, this});
}

SimListener::~SimListener() {
  const auto [first, last] = world_.listeners_.equal_range({&host_, local_});
  for (auto it = first; it != last; ++it) {
    if (it->second != this) continue;
    world_.listeners_.erase(it);
    return;
  }
}

SimStream::SimStream(World& world, Host& host, base::Address local, base::Address remote, io::StreamHandler* handler)
    : world_{world}, host_{host}, local_{local}, remote_{remote}, handler_{handler}, id_{++world.streams_made_} {
  world_.streams_.insert({id_, this});
}

SimStream::~SimStream() {
  if (peer_ != 0 && !dead_) carry({}, true, world_.now());
  world_.streams_.erase(id_);
}

void SimStream::connect() {
  Host* target = world_.host_of(remote_.ip, host_);
  const bool reachable = target && !world_.parted(host_, *target);
  const base::Time at = world_.now() + (reachable ? world_.delay_between(host_, *target) : give_up_after);
  world_.schedule(at, [this_world = &world_, id = id_, target, reachable] {
    const auto self = this_world->streams_.find(id);
    if (self == this_world->streams_.end()) return;
    SimStream& stream = *self->second;
    if (!reachable) return stream.close(io::Reason::timed_out);
    SimListener* listener = this_world->listener_at(*target, stream.remote_);
    if (!listener) return stream.close(io::Reason::refused);
    auto accepted = std::make_unique<SimStream>(*this_world, *target, stream.remote_, stream.local_, nullptr);
    accepted->join(stream);
    stream.join(*accepted);
    const auto accepted_id = accepted->id();
    const bool secure = listener->secure_;
    listener->acceptor_.on_accepted(std::move(accepted));
    const auto kept = this_world->streams_.find(accepted_id);
    if (secure && kept != this_world->streams_.end() && kept->second->handler_) kept->second->handler_->on_connected();
    if (stream.handler_) stream.handler_->on_connected();
    const auto still = this_world->streams_.find(id);
    if (still != this_world->streams_.end() && !stream.before_connected_.empty())
      stream.transmit(std::exchange(stream.before_connected_, {}));
  });
}

void SimStream::join(SimStream& peer) {
  peer_ = peer.id_;
  peer_host_ = &peer.host_;
}

void SimStream::send(std::string_view bytes) {
  if (dead_ || bytes.empty()) return;
  if (peer_ == 0) {
    before_connected_ += bytes;
    return;
  }
  transmit(std::string{bytes});
}

void SimStream::transmit(std::string bytes) {
  if (world_.tap_) world_.tap_({world_.now(), local_, remote_, true, false, bytes});
  // TCP keeps no message borders: cut at random, so that every run tries others.
  while (!bytes.empty()) {
    const std::size_t piece = 1 + world_.random_.below(bytes.size());
    carry(bytes.substr(0, piece), false, world_.now());
    bytes.erase(0, piece);
  }
}

void SimStream::carry(std::string bytes, bool closing, base::Time since) {
  last_arrival_ = std::max(last_arrival_, world_.now() + world_.delay_between(host_, *peer_host_));
  world_.schedule(last_arrival_, [world = &world_, from = &host_, to = peer_host_, peer = peer_, id = id_,
                                  text = std::move(bytes), closing, since]() mutable {
    if (!world->parted(*from, *to)) return arrive(*world, peer, text, closing);
    // Lost on the way: TCP would send it again and again, then give up.
    if (world->now() - since > give_up_after) {
      if (const auto self = world->streams_.find(id); self != world->streams_.end())
        self->second->close(io::Reason::timed_out);
      return;
    }
    world->schedule(world->now() + std::chrono::seconds{1}, [world, peer, text = std::move(text), closing] {
      arrive(*world, peer, text, closing);
    });
  });
}

void SimStream::arrive(World& world, std::uint64_t at, const std::string& bytes, bool closing) {
  const auto found = world.streams_.find(at);
  if (found == world.streams_.end() || found->second->dead_) return;
  if (closing) return found->second->close(io::Reason::closed);
  if (found->second->handler_) found->second->handler_->on_bytes(bytes);
}

void SimStream::close(io::Reason reason) {
  dead_ = true;
  peer_ = 0;
  if (auto* told = std::exchange(handler_, nullptr)) told->on_closed(reason);
}

}  // namespace sim
