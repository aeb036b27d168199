// rtp/jitter_buffer.cc - when a packet is played: base time of its timestamp, plus the delay that lets nearly all
// packets arrive in time.
//
// The delay grows at once when a packet comes later than it allows (the frames concealed meanwhile are the growth),
// and shrinks at the start of a talk spurt, or by one frame a second when two windows did not need it.
#include "rtp/jitter_buffer.h"

#include <algorithm>
#include <bit>

namespace rtp {

base::Result<JitterBuffer, JitterBuffer::ConfigError> JitterBuffer::create(const Config& config) {
  if (!std::has_single_bit(config.capacity) || config.capacity > max_capacity)
    return base::Unexpected<ConfigError>{ConfigError::capacity_not_a_power_of_two};
  if (config.delay_min > config.delay_max || config.delay_min < base::Duration::zero())
    return base::Unexpected<ConfigError>{ConfigError::delays_out_of_order};
  if (config.frame <= base::Duration::zero() || config.clock_hz == 0) return base::Unexpected<ConfigError>{ConfigError::no_frame};
  return JitterBuffer{config};
}

JitterBuffer::JitterBuffer(const Config& config)
    : config_{config}, slots_(config.capacity), bytes_(std::size_t{config.capacity} * config.payload_max),
      delay_{config.delay_min} {}

base::Duration JitterBuffer::media(std::int64_t units) const {
  return base::Duration{units * 1'000'000 / static_cast<std::int64_t>(config_.clock_hz)};
}

base::Duration JitterBuffer::variation(const Packet& packet, base::Time arrived) const {
  return arrived - base_time_ - media(timestamp_distance(packet.timestamp, base_timestamp_));
}

base::Duration JitterBuffer::wanted_delay() const {
  return std::clamp(std::max(window_max_, last_max_), config_.delay_min, config_.delay_max);
}

bool JitterBuffer::holds(std::uint16_t sequence) {
  const auto& slot = slot_of(sequence);
  return slot.used && slot.packet.sequence == sequence;
}

void JitterBuffer::reset() {
  stats_.overflowed += stats_.held;
  stats_.held = 0;
  for (auto& slot : slots_) slot.used = false;
  started_ = false;
  silent_ = true;
  missing_ = 0;
}

void JitterBuffer::begin(const Packet& packet, base::Time arrived) {
  reset();
  started_ = true;
  fresh_ = true;
  ssrc_ = packet.ssrc;
  next_ = newest_ = packet.sequence;
  base_timestamp_ = packet.timestamp;
  base_time_ = arrived;
  delay_ = config_.delay_min;
  window_end_ = arrived + window;
  window_min_ = window_max_ = last_max_ = base::Duration::zero();
  last_shrink_ = arrived;
  late_in_a_row_ = 0;
}

void JitterBuffer::track(base::Duration v, const Packet& packet, base::Time arrived) {
  if (v < base::Duration::zero()) {
    // Faster than the fastest: it becomes the base; the others were that much slower, the play-out line stays.
    base_time_ += v;
    delay_ = std::min(delay_ - v, config_.delay_max);
    window_max_ -= v;
    last_max_ -= v;
    window_min_ = v = base::Duration::zero();
  }
  window_min_ = std::min(window_min_, v);
  window_max_ = std::max(window_max_, v);
  if (arrived < window_end_) return;
  // Clocks drift: the base follows the fastest packet of the window, and moves along so that timestamps may wrap.
  base_time_ += window_min_ + media(timestamp_distance(packet.timestamp, base_timestamp_));
  base_timestamp_ = packet.timestamp;
  delay_ = std::max(delay_ - window_min_, config_.delay_min);
  last_max_ = window_max_ - window_min_;
  window_min_ = base::Duration::max();
  window_max_ = base::Duration::zero();
  window_end_ = arrived + window;
}

/// A packet after its play-out time: makes the delay longer, or is too late. False: drop it.
bool JitterBuffer::admit_late(base::Duration v, const Packet& packet, base::Time arrived) {
  if (v <= config_.delay_max) {
    delay_ = v;
    return true;
  }
  if (++late_in_a_row_ < max_late_in_a_row) {
    ++stats_.late;
    return false;
  }
  begin(packet, arrived);
  return true;
}

void JitterBuffer::put(const Packet& packet, base::Time arrived) {
  ++stats_.received;
  if (packet.payload.size() > config_.payload_max) {
    ++stats_.overflowed;
    return;
  }
  if (!started_ || packet.ssrc != ssrc_) begin(packet, arrived);
  int ahead = sequence_distance(packet.sequence, next_);
  const auto v0 = variation(packet, arrived);
  if (ahead < -max_misorder || ahead > max_dropout || v0 > max_variation || v0 < -max_variation) {
    begin(packet, arrived);
    ahead = 0;
  }
  if (ahead < 0 && fresh_ && ahead > -static_cast<int>(config_.capacity) / 2 &&
      sequence_distance(newest_, packet.sequence) < config_.capacity) {
    next_ = packet.sequence;  // The first packets came out of order and none has been played.
    ahead = 0;
  }
  if (ahead < 0) {
    ++stats_.late;
    return;
  }
  if (holds(packet.sequence)) {
    ++stats_.duplicate;
    return;
  }
  const bool spurt = silent_ && stats_.held == 0;
  track(variation(packet, arrived), packet, arrived);
  const auto v = variation(packet, arrived);
  if (spurt) delay_ = std::max(wanted_delay(), config_.delay_min);
  if (v > delay_) {
    if (!admit_late(v, packet, arrived)) return;
  } else {
    late_in_a_row_ = 0;
  }
  if (sequence_distance(packet.sequence, next_) >= config_.capacity)
    move_next_to(static_cast<std::uint16_t>(packet.sequence - config_.capacity + 1), stats_.overflowed);
  store(packet);
}

void JitterBuffer::move_next_to(std::uint16_t sequence, std::uint64_t& given_up) {
  // Beyond one turn of the ring there is nothing left to clear.
  const auto steps = std::min<int>(sequence_distance(sequence, next_), config_.capacity);
  for (int i = 0; i < steps; ++i) {
    const auto at = static_cast<std::uint16_t>(next_ + i);
    if (!holds(at)) continue;
    auto& slot = slot_of(at);
    slot.used = false;
    if (slot.hole) continue;
    --stats_.held;
    ++given_up;
  }
  next_ = sequence;
}

void JitterBuffer::store(const Packet& packet) {
  auto& slot = slot_of(packet.sequence);
  const auto index = static_cast<std::size_t>(&slot - slots_.data());
  auto* const room = bytes_.data() + index * config_.payload_max;
  std::copy(packet.payload.begin(), packet.payload.end(), room);
  slot = {true, false, packet};
  slot.packet.payload = {room, packet.payload.size()};
  slot.packet.csrc = {};
  slot.packet.extension = {};
  slot.packet.has_extension = false;
  ++stats_.held;
  if (sequence_distance(packet.sequence, newest_) > 0) newest_ = packet.sequence;
}

void JitterBuffer::pass_over(std::uint16_t sequence) {
  if (!started_) return;
  const int ahead = sequence_distance(sequence, next_);
  if (ahead < 0 || ahead >= config_.capacity || holds(sequence)) return;
  auto& slot = slot_of(sequence);
  slot = {true, true, {}};
  slot.packet.sequence = sequence;
  if (sequence_distance(sequence, newest_) > 0) newest_ = sequence;
}

bool JitterBuffer::is_due(const Packet& packet, base::Time now) const {
  const auto at = base_time_ + media(timestamp_distance(packet.timestamp, base_timestamp_)) + delay_;
  // While talking half a frame early is right on time: the caller's ticks are not in phase with the sender's.
  return at <= now + (silent_ ? base::Duration::zero() : config_.frame / 2);
}

Packet JitterBuffer::play() {
  auto& slot = slot_of(next_);
  slot.used = false;
  --stats_.held;
  ++stats_.played;
  ++next_;
  fresh_ = false;
  silent_ = false;
  missing_ = 0;
  return slot.packet;
}

void JitterBuffer::shrink(base::Time now) {
  if (delay_ < wanted_delay() + config_.frame || now - last_shrink_ < shrink_interval) return;
  const auto after = static_cast<std::uint16_t>(next_ + 1);
  if (!holds(after) || slot_of(after).hole) return;
  move_next_to(after, stats_.skipped);
  delay_ -= config_.frame;
  last_shrink_ = now;
}

std::optional<Packet> JitterBuffer::underrun() {
  if (silent_ || ++missing_ > max_concealed) {
    silent_ = true;
  } else {
    ++stats_.concealed;
  }
  return std::nullopt;
}

std::optional<Packet> JitterBuffer::take(base::Time now) {
  if (!started_) return std::nullopt;
  bool after_hole = false;
  while (holds(next_) && slot_of(next_).hole) {
    slot_of(next_++).used = false;
    after_hole = true;
  }
  if (after_hole && stats_.held == 0) silent_ = true;  // The talker is pressing keys.
  if (stats_.held == 0) return underrun();

  auto first = next_;
  while (!holds(first) || slot_of(first).hole) ++first;
  if (is_due(slot_of(first).packet, now)) {
    std::uint64_t none = 0;
    move_next_to(first, none);  // What is missing before it is lost.
    shrink(now);
    return play();
  }
  // Its time has not come. Either the talker paused here, or a packet before it is missing.
  if (first == next_) {
    silent_ = true;
    return std::nullopt;
  }
  return underrun();
}

}  // namespace rtp
