// call/media/stream.cc - packets of the audio stream: what comes in and where it goes.
#include <cstring>

#include "base/log.h"
#include "base/text.h"
#include "call/media/parts.h"

namespace call {

namespace {

bool same_format(const sdp::AgreedCodec& a, const sdp::AgreedCodec& b) {
  return base::same(a.encoding, b.encoding) && a.clock_rate == b.clock_rate && a.channels == b.channels;
}

bool means(const std::optional<sdp::AgreedCodec>& codec, std::uint8_t payload_type) {
  return codec && codec->receive_payload_type == payload_type;
}

}  // namespace

void Media::Parts::make_routes() {
  routes_.fill(no_route);
  transcodes_ = false;
  const auto* other = joined ? joined->audio_ : nullptr;
  if (!audio_ || !other) return;
  const auto route = [&](const sdp::AgreedCodec& ours, const sdp::AgreedCodec& theirs) {
    auto& at = routes_[ours.receive_payload_type & 0x7f];
    if (at == no_route && same_format(ours, theirs)) at = theirs.send_payload_type;
  };
  for (const auto& ours : audio_->codecs)
    for (const auto& theirs : other->codecs) route(ours, theirs);
  if (audio_->telephone_event && other->telephone_event) route(*audio_->telephone_event, *other->telephone_event);
  if (audio_->comfort_noise && other->comfort_noise) route(*audio_->comfort_noise, *other->comfort_noise);
}

void Media::Parts::on_rtp(const rtp::Packet& packet, std::string_view datagram) {
  if (!session_) return;  // Nobody knows yet what it means.
  const auto now = shard.now();
  const auto received = session_->on_packet(packet, now);
  drain_session();
  silent_since_ = now;
  if (std::exchange(unheard_reported_, false)) schedule();
  if (!received.playable() || !audio_) return;
  if (means(audio_->telephone_event, packet.payload_type)) {
    if (joined) relay(packet, datagram, *joined, routes_[packet.payload_type], true);
    if (playout_) hear(packet, false);
    return on_event(packet, received.verdict);
  }
  const auto route = routes_[packet.payload_type];
  if (means(audio_->comfort_noise, packet.payload_type)) {
    if (joined) relay(packet, datagram, *joined, route, false);
    if (playout_) hear(packet, false);
    return;
  }
  if (echo) {
    if (echo->delay() == base::Duration{0}) send_echo(datagram);
    else echo->put(datagram, now), schedule();
  } else if (joined) {
    const bool known = audio_->by_receive_payload_type(packet.payload_type) != nullptr;
    transcodes_ = known && route == no_route && joined->encoder_ != nullptr;
    if (!transcodes_) relay(packet, datagram, *joined, route, false);
  }
  if (has_to_listen()) hear(packet, true);
}

bool Media::Parts::takes_from_other_leg() const {
  return may_send() && session_ && !source && !tones && !sending_event_ && !echo;
}

std::uint32_t Media::Parts::packet_units() const {
  return static_cast<std::uint32_t>(audio_->ptime.count()) * audio_->codecs.front().clock_rate / 1'000;
}

void Media::Parts::relay(const rtp::Packet& packet, std::string_view datagram, Parts& to, std::uint8_t payload_type,
                         bool is_event) {
  if (payload_type == no_route || !to.takes_from_other_leg()) return;
  to.send_renumbered(packet, datagram, payload_type, is_event ? 0 : to.packet_units());
}

/// A packet of another stream as part of ours, its payload untouched.
void Media::Parts::send_renumbered(const rtp::Packet& packet, std::string_view datagram, std::uint8_t payload_type,
                                   std::uint32_t units) {
  auto& sender = session_->sender();
  const auto numbers = sender.relay(packet, units, shard.now());
  if (!numbers) return;
  talker_ = Talker::nobody;
  std::array<std::uint8_t, rtp::max_packet_bytes> room;
  std::memcpy(room.data(), datagram.data(), datagram.size());
  const std::span copy{room.data(), datagram.size()};
  rtp::set_payload_type(copy, payload_type);
  rtp::set_marker(copy, numbers->marker);
  rtp::set_sequence(copy, numbers->sequence);
  rtp::set_timestamp(copy, numbers->timestamp);
  rtp::set_ssrc(copy, sender.ssrc());
  send_packet(copy);
}

void Media::Parts::send_packet(std::span<const std::uint8_t> packet) { transport->send_rtp(base::text_of(packet)); }

void Media::Parts::start_echo(base::Duration delay) {
  echo = std::make_unique<Echo>(delay);
  if (session_) session_->sender().cut();
}

void Media::Parts::send_echo(std::string_view datagram) {
  if (!may_send() || source || tones || sending_event_) return;
  const auto packet = rtp::Packet::parse(base::bytes_of(datagram));
  const auto* codec = packet ? audio_->by_receive_payload_type(packet->payload_type) : nullptr;
  if (!codec) return;
  send_renumbered(*packet, datagram, codec->send_payload_type, packet_units());
}

void Media::Parts::on_event(const rtp::Packet& packet, rtp::Receiver::Verdict verdict) {
  const auto now = shard.now();
  if (!events_in_) events_in_ = std::make_unique<rtp::EventReceiver>(audio_->telephone_event->clock_rate);
  using Verdict = rtp::Receiver::Verdict;
  if (verdict == Verdict::new_source || verdict == Verdict::restarted) events_in_->on_new_source(now);
  events_in_->on_packet(packet.timestamp, packet.payload, now);
  report_digits();
  schedule();
}

void Media::Parts::report_digits() {
  while (events_in_) {
    const auto digit = events_in_->poll();
    if (!digit) return;
    if (!digit->started) report_digit(digit->digit, digit->duration);
  }
}

void Media::Parts::report_digit(char digit, base::Duration duration) {
  ++digits_in_;
  // A peer without events would never hear of it.
  const bool relayed = joined && joined->audio_ && joined->audio_->telephone_event;
  if (joined && !relayed && joined->audio_ && audio_->telephone_event) joined->send_digits({&digit, 1}, duration);
  user_.on_digit(digit, std::chrono::duration_cast<std::chrono::milliseconds>(duration));
}

void Media::Parts::on_rtcp(std::string_view datagram) {
  if (!session_) return;
  if (const auto read = session_->on_rtcp(base::bytes_of(datagram), shard.now()); !read) return;
  drain_session();
}

void Media::Parts::drain_session() {
  while (auto out = session_->poll())
    if (const auto* report = std::get_if<rtp::Session::SendRtcp>(&*out))
      if (transport) transport->send_rtcp(base::text_of(report->datagram));
}

}  // namespace call
