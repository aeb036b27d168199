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
  while (auto output = framer_.poll()) {
    if (auto* complete = std::get_if<sip::StreamFramer::Complete>(&*output)) {
      if (auto message = sip::Message::parse(std::move(complete->bytes))) owner_.on_frame(*this, std::move(*message));
    } else if (auto* broken = std::get_if<sip::StreamFramer::Broken>(&*output)) {
      refuse(broken->head);
      return give_up();
    } else if (std::holds_alternative<sip::StreamFramer::Ping>(*output)) {
      stream_->send("\r\n");  // RFC 5626 section 4.4.1
    }
    if (gone_) return;
  }
  if (framer_.is_idle()) return stalled_.stop();
  if (!stalled_.running()) stalled_.start(shard_.timers(), shard_.now() + frame_time_max);
}

// The stream has no boundaries any more (RFC 3261 section 18.3): say so where that is possible, and close.
void Connection::refuse(std::string head) {
  const auto request = sip::Message::parse(std::move(head));
  if (!request || !request->is_request() || request->method() == sip::Method::ack) return;
  stream_->send(sip::Message::response(*request, 400, "Bad Content-Length").text());
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
