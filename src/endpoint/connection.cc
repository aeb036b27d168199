#include "endpoint/connection.h"

namespace endpoint {

Connection::Connection(io::Shard& shard, Owner& owner, Facts facts, std::unique_ptr<Wire> wire)
    : shard_{shard}, owner_{owner}, facts_{std::move(facts)}, wire_{std::move(wire)},
      stalled_{[this] { give_up("it took too long"); }} {}

void Connection::begin(std::unique_ptr<io::Stream> stream) {
  stream_ = std::move(stream);
  stream_->set_handler(this);
  const bool handshake = is_secure(facts_.transport) || !wire_->is_idle();
  const auto patience = !facts_.accepted ? connect_time_max : handshake ? handshake_time_max : frame_time_max;
  stalled_.start(shard_.timers(), shard_.now() + patience);
}

void Connection::send(std::string_view message) {
  const auto bytes = wire_->wrap(message);
  if (!bytes.empty()) stream_->send(bytes);
}

void Connection::on_connected() {
  // What is to be said first by a connection of ours: the upgrade to WebSocket.
  while (auto output = wire_->poll())
    if (!take(*output)) return;
  const auto patience = wire_->is_idle() ? frame_time_max : handshake_time_max;
  if (facts_.accepted) return stalled_.start(shard_.timers(), shard_.now() + patience);
  if (wire_->is_idle()) stalled_.stop();
}

void Connection::on_bytes(std::string_view bytes) {
  wire_->on_bytes(bytes);
  while (auto output = wire_->poll())
    if (!take(*output)) return;
  if (wire_->is_idle()) return stalled_.stop();
  // Who sends one message after the other without a pause is not slow.
  if (std::exchange(took_a_message_, false) || !stalled_.running())
    stalled_.start(shard_.timers(), shard_.now() + frame_time_max);
}

bool Connection::take(Wire::Output& output) {
  if (auto* arrived = std::get_if<Wire::Arrived>(&output)) {
    took_a_message_ = true;
    if (auto message = sip::Message::parse(std::move(arrived->bytes))) owner_.on_frame(*this, std::move(*message));
  } else if (const auto* reply = std::get_if<Wire::Reply>(&output)) {
    stream_->send(reply->bytes);
  } else {
    const auto& over = std::get<Wire::Over>(output);
    if (!over.last_words.empty()) stream_->send(over.last_words);
    give_up(over.why);
  }
  return !gone_;
}

void Connection::on_closed(io::Reason reason) {
  if (std::exchange(gone_, true)) return;
  owner_.on_gone(*this, io::sentence(reason));
}

void Connection::give_up(std::string_view why) {
  if (std::exchange(gone_, true)) return;
  owner_.on_gone(*this, why);
}

}  // namespace endpoint
