// rtp/receiver.cc - RFC 3550 appendix A.1, A.3 and A.8.
#include "rtp/receiver.h"

#include <algorithm>

#include "rtp/packet.h"

namespace rtp {

namespace {
constexpr std::uint32_t sequence_mod = 1U << 16;
}

Receiver::Verdict Receiver::start(std::uint32_t ssrc, std::uint16_t sequence, Verdict verdict) {
  total_.expected += expected_here();
  total_.packets += received_;
  ssrc_ = ssrc;
  base_sequence_ = sequence;
  max_sequence_ = sequence;
  cycles_ = 0;
  received_ = 0;
  expected_prior_ = 0;
  received_prior_ = 0;
  next_after_jump_.reset();
  candidate_ssrc_.reset();
  transit_.reset();
  jitter_16_ = 0;
  if (verdict != Verdict::restarted) last_sr_ = 0;
  ++total_.sources;
  return verdict;
}

Receiver::Verdict Receiver::on_packet(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp,
                                      std::size_t payload_bytes, base::Time now) {
  auto verdict = Verdict::accepted;
  if (!ssrc_) {
    verdict = start(ssrc, sequence, Verdict::first);
  } else if (ssrc != *ssrc_) {
    verdict = on_other_source(ssrc, sequence);
  } else {
    candidate_ssrc_.reset();
    verdict = on_sequence(sequence);
  }
  if (verdict == Verdict::probation || verdict == Verdict::jump) {
    ++total_.refused;
    return verdict;
  }
  ++received_;
  total_.octets += payload_bytes;
  total_.last_packet = now;
  if (verdict == Verdict::late) ++total_.late;
  if (verdict == Verdict::duplicate) ++total_.duplicate;
  if (verdict != Verdict::late && verdict != Verdict::duplicate) measure_jitter(timestamp, now);
  return verdict;
}

Receiver::Verdict Receiver::on_other_source(std::uint32_t ssrc, std::uint16_t sequence) {
  if (candidate_ssrc_ != ssrc || candidate_next_ != sequence) {
    candidate_ssrc_ = ssrc;
    candidate_left_ = min_sequential;
  }
  candidate_next_ = static_cast<std::uint16_t>(sequence + 1);
  return --candidate_left_ > 0 ? Verdict::probation : start(ssrc, sequence, Verdict::new_source);
}

Receiver::Verdict Receiver::on_sequence(std::uint16_t sequence) {
  const auto ahead = static_cast<std::uint16_t>(sequence - max_sequence_);
  if (ahead == 0) return Verdict::duplicate;
  if (ahead < max_dropout) {
    if (sequence < max_sequence_) cycles_ += sequence_mod;
    max_sequence_ = sequence;
    next_after_jump_.reset();
    return Verdict::accepted;
  }
  if (ahead <= sequence_mod - max_misorder) {
    // A large jump: believed when two in a row say so (the other side restarted without telling us).
    if (next_after_jump_ == sequence) return start(*ssrc_, sequence, Verdict::restarted);
    next_after_jump_ = static_cast<std::uint16_t>(sequence + 1);
    return Verdict::jump;
  }
  return Verdict::late;
}

void Receiver::measure_jitter(std::uint32_t timestamp, base::Time now) {
  const auto micros = now.time_since_epoch().count();
  const auto seconds = micros / 1'000'000;
  const auto arrival = seconds * clock_hz_ + (micros % 1'000'000) * clock_hz_ / 1'000'000;
  const auto transit = arrival - timestamp;
  if (transit_) {
    // Timestamps wrap: only the low 32 bits of the difference mean something.
    const auto difference = static_cast<std::int32_t>(static_cast<std::uint64_t>(transit - *transit_));
    const auto d = static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(difference)));
    jitter_16_ += d - ((jitter_16_ + 8) >> 4);
    total_.max_jitter = std::max(total_.max_jitter, static_cast<std::uint32_t>(jitter_16_ >> 4));
  }
  transit_ = transit;
}

void Receiver::set_clock(std::uint32_t clock_hz) {
  if (clock_hz == clock_hz_) return;
  clock_hz_ = clock_hz;
  transit_.reset();
  jitter_16_ = 0;
}

void Receiver::on_sender_report(std::uint64_t ntp, base::Time now) {
  last_sr_ = static_cast<std::uint32_t>(ntp >> 16);
  last_sr_at_ = now;
}

std::uint64_t Receiver::expected_here() const {
  return ssrc_ ? std::uint64_t{cycles_} + max_sequence_ - base_sequence_ + 1 : 0;
}

std::optional<ReportBlock> Receiver::take_report(base::Time now) {
  if (!ssrc_) return std::nullopt;
  const auto expected = expected_here();
  const auto lost = static_cast<std::int64_t>(expected) - static_cast<std::int64_t>(received_);
  const auto expected_interval = static_cast<std::int64_t>(expected - expected_prior_);
  const auto lost_interval = expected_interval - static_cast<std::int64_t>(received_ - received_prior_);
  expected_prior_ = expected;
  received_prior_ = received_;

  ReportBlock block;
  block.ssrc = *ssrc_;
  if (expected_interval > 0 && lost_interval > 0)
    block.fraction_lost = static_cast<std::uint8_t>(std::min<std::int64_t>((lost_interval << 8) / expected_interval, 255));
  block.cumulative_lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(lost, -0x800000, 0x7fffff));
  block.highest_sequence = cycles_ + max_sequence_;
  block.jitter = static_cast<std::uint32_t>(jitter_16_ >> 4);
  if (last_sr_ != 0) {
    block.last_sr = last_sr_;
    const auto delay = std::chrono::duration_cast<std::chrono::duration<std::int64_t, std::ratio<1, 65'536>>>(now - last_sr_at_);
    block.delay_since_last_sr = static_cast<std::uint32_t>(std::clamp<std::int64_t>(delay.count(), 0, 0xffffffff));
  }
  return block;
}

Receiver::Stats Receiver::stats() const {
  auto stats = total_;
  stats.expected += expected_here();
  stats.packets += received_;
  stats.lost = static_cast<std::int64_t>(stats.expected) - static_cast<std::int64_t>(stats.packets);
  stats.jitter = static_cast<std::uint32_t>(jitter_16_ >> 4);
  return stats;
}

base::Duration Receiver::jitter() const {
  return base::Duration{static_cast<std::int64_t>(jitter_16_ >> 4) * 1'000'000 / clock_hz_};
}

}  // namespace rtp
