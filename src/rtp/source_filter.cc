// rtp/source_filter.cc - when a source is believed and when it may change.
#include "rtp/source_filter.h"

#include "rtp/packet.h"

namespace rtp {

void SourceFilter::expect(std::optional<base::Address> remote) {
  if (remote == expected_) return;  // A session refresh must not open the window again.
  expected_ = remote;
  if (source_) before_ = source_;
  source_.reset();
  window_end_.reset();
}

SourceFilter::Verdict SourceFilter::latch(const base::Address& source, std::uint32_t ssrc, std::uint16_t sequence,
                                          base::Time now) {
  const auto before = remote();
  source_ = source;
  ssrc_ = ssrc;
  sequence_ = sequence;
  last_ = now;
  if (before == source) return Verdict::accept;
  ++changes_;
  return Verdict::latched;
}

SourceFilter::Verdict SourceFilter::on_packet(const base::Address& source, std::uint32_t ssrc, std::uint16_t sequence,
                                              base::Time now) {
  if (!source_) {
    if (config_.auto_adjust || source == expected_) {
      if (!window_end_) window_end_ = now + learning_window;
      return latch(source, ssrc, sequence, now);
    }
    ++ignored_;
    return Verdict::ignore;
  }
  if (source == *source_) {
    ssrc_ = ssrc;
    sequence_ = sequence;
    last_ = now;
    return Verdict::accept;
  }
  // While learning, the address that signalling named beats whoever was faster, and anybody beats a straggler
  // from before the last description.
  const bool straggler = config_.auto_adjust && source_ == before_ && source_ != expected_;
  const bool corrected = now <= *window_end_ && (source == expected_ || straggler);
  const auto gap = sequence_distance(sequence, sequence_);
  const bool moved = config_.auto_adjust && config_.relatch && ssrc == ssrc_ && gap > 0 &&
                     gap <= static_cast<std::int32_t>(relatch_max_gap) && now - last_ >= relatch_silence;
  if (corrected || moved) return latch(source, ssrc, sequence, now);
  ++ignored_;
  return Verdict::ignore;
}

bool SourceFilter::accepts_rtcp(const base::Address& source) const {
  const auto believed = remote();
  return !believed ? config_.auto_adjust : source.ip == believed->ip;
}

}  // namespace rtp
