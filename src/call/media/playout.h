// call/media/playout.h - incoming packets as a steady flow of mono frames: jitter buffer, decoder, concealment.
//
// Exists only while something needs to hear. Frames last as long as the peer's packets do: that is learnt from what
// comes. Cost: about 20 KiB for the buffer.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "audio/concealer.h"
#include "codec/codec.h"
#include "rtp/jitter_buffer.h"

namespace call {

class Playout {
 public:
  static constexpr base::Duration frame_min = std::chrono::milliseconds{5};
  static constexpr base::Duration frame_max = std::chrono::milliseconds{120};
  static constexpr std::uint16_t packets_max = 32;  ///< Waiting at once.

  Playout(const codec::Info& codec, base::Duration frame);

  const codec::Info& codec() const { return codec_; }
  std::uint32_t rate_hz() const { return codec_.sample_rate; }
  base::Duration frame() const { return frame_; }

  void put(const rtp::Packet& packet, base::Time now);
  /// A number of the stream that was no audio.
  void pass_over(std::uint16_t sequence) { buffer_->pass_over(sequence); }
  /// What is heard in the frame that begins now; silence when nothing came. Valid until the next call.
  std::span<const std::int16_t> take(base::Time now);
  std::uint64_t concealed() const { return concealed_before_ + buffer_->stats().concealed; }

 private:
  void begin(base::Duration frame);
  void decode(base::Bytes payload);

  const codec::Info& codec_;
  std::unique_ptr<codec::Codec> decoder_;
  audio::Concealer concealer_;
  base::Duration frame_{};
  base::Duration seen_{};  // of the last packet, when it was not frame_
  std::optional<rtp::JitterBuffer> buffer_;
  std::vector<std::int16_t> samples_;
  std::uint64_t concealed_before_ = 0;
};

}  // namespace call
