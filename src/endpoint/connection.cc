#include "endpoint/connection.h"

namespace endpoint {

Connection::Connection(io::Shard& shard, Owner& owner, PointId point, ConnectionId id,
                       std::unique_ptr<io::Stream> stream)
    : shard_{shard}, owner_{owner}, point_{point}, id_{id}, stalled_{[this] { give_up(); }}, stream_{std::move(stream)} {
  stream_->set_handler(this);
}

Connection::Connection(io::Shard& shard, Owner& owner, PointId point, ConnectionId id, const base::Address& remote)
    : shard_{shard}, owner_{owner}, point_{point}, id_{id}, stalled_{[this] { give_up(); }},
      stream_{shard.connect(remote, this)} {
  stalled_.start(shard_.timers(), shard_.now() + connect_time_max);
}

void Connection::on_connected() { stalled_.stop(); }

void Connection::on_bytes(std::string_view bytes) {
  framer_.on_bytes(bytes);
  while (auto item = framer_.poll()) {
    if (gone_) return;
    if (item->ping) {
      stream_->send("\r\n");  // RFC 5626 section 4.4.1
    } else if (item->message) {
      owner_.on_frame(*this, std::move(*item->message));
    }
  }
  if (framer_.broken()) return give_up();
  if (!framer_.in_message()) return stalled_.stop();
  if (!stalled_.running()) stalled_.start(shard_.timers(), shard_.now() + frame_time_max);
}

void Connection::on_closed(io::Reason) {
  gone_ = true;
  owner_.on_gone(*this);
}

void Connection::give_up() {
  if (std::exchange(gone_, true)) return;
  owner_.on_gone(*this);
}

}  // namespace endpoint
