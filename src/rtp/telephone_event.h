// rtp/telephone_event.h - DTMF digits as RTP events (RFC 4733), both ways.
//
// Durations and timestamps are in units of the event's clock rate. Pure.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"

namespace rtp {

/// Four bytes: event, end bit, volume in -dBm0, duration.
struct TelephoneEvent {
  std::uint8_t event = 0;
  bool end = false;
  std::uint8_t volume = 10;
  std::uint16_t duration = 0;

  /// Empty when shorter than four bytes. A longer payload may hold further events; only the first counts.
  static std::optional<TelephoneEvent> parse(base::Bytes payload);
  std::array<std::uint8_t, 4> bytes() const;
  bool operator==(const TelephoneEvent&) const = default;
};

/// "0123456789*#ABCD", and 'F' for a hook flash (event 16); '\0' for anything else.
char digit_of(std::uint8_t event);
std::optional<std::uint8_t> event_of(char digit);

/// Sends digits one after the other. Each owns its timestamp; updates every packet, the end three times.
class EventSender {
 public:
  static constexpr int end_repeats = 3;
  static constexpr std::size_t max_queue = 128;
  static constexpr base::Duration default_duration = std::chrono::milliseconds{100};
  static constexpr base::Duration min_duration = std::chrono::milliseconds{50};
  static constexpr base::Duration max_duration = std::chrono::seconds{8};  ///< 16 bits at 8 kHz.
  static constexpr base::Duration default_gap = std::chrono::milliseconds{60};

  /// `step` is the packet interval.
  explicit EventSender(std::uint32_t clock_hz = 8'000, base::Duration step = std::chrono::milliseconds{20},
                       base::Duration gap = default_gap);

  /// False when the digit is unknown or the queue is full. 'w' and 'W' are pauses of 0.5 and 1 second.
  bool queue(char digit, base::Duration duration = default_duration);

  /// What to send in this packet slot instead of audio; `timestamp` is the media time of the slot.
  struct Send {
    TelephoneEvent event;
    std::uint32_t timestamp;  ///< Of the event's start.
    bool marker;
  };
  /// Call once a step. Empty: send audio (also between two digits).
  std::optional<Send> next(std::uint32_t timestamp);
  /// Digits or pauses are outstanding.
  bool busy() const { return state_ != State::idle || !queue_.empty(); }
  std::size_t queued() const { return queue_.size(); }
  void clear();

 private:
  enum class State : std::uint8_t { idle, sending, ending, gap };
  struct Entry { char digit; base::Duration duration; };
  std::uint32_t units(base::Duration duration) const;
  bool begin(std::uint32_t timestamp);

  std::uint32_t clock_hz_;
  base::Duration step_;
  base::Duration gap_;
  std::deque<Entry> queue_;
  State state_ = State::idle;
  std::uint8_t event_ = 0;
  std::uint32_t start_ = 0;
  std::uint32_t total_ = 0;
  std::uint32_t sent_ = 0;
  int repeats_ = 0;
  std::uint32_t gap_left_ = 0;
};

/// Turns event packets into digits, each exactly once however many of its packets are lost or repeated.
class EventReceiver {
 public:
  /// Silence after which a digit without an end packet counts as ended.
  static constexpr base::Duration lost_end_timeout = std::chrono::milliseconds{120};

  struct Digit {
    char digit;
    base::Duration duration;
    bool started;  ///< True: the key went down (duration so far); false: it is complete.
  };

  explicit EventReceiver(std::uint32_t clock_hz = 8'000) : clock_hz_{clock_hz} {}

  void on_packet(std::uint32_t timestamp, base::Bytes payload, base::Time now);
  void on_time(base::Time now);
  /// Started and complete digits in order. A digit is reported with started = true exactly once, then with
  /// started = false exactly once.
  std::optional<Digit> poll();
  base::Time deadline() const { return deadline_; }
  /// The stream changed its source: what is down ends, and old timestamps mean nothing any more.
  void on_new_source(base::Time now);

 private:
  /// A timestamp at or shortly before the last finished digit's belongs to a digit already reported.
  static constexpr base::Duration memory = std::chrono::seconds{5};
  bool is_old(std::uint32_t timestamp, base::Time now) const;
  bool continues(std::uint32_t timestamp, const TelephoneEvent& event) const;
  void finish(base::Time now);
  base::Duration duration(std::uint32_t units) const;

  std::uint32_t clock_hz_;
  std::deque<Digit> out_;
  std::optional<std::uint32_t> current_;  // timestamp of the digit that is down
  std::optional<std::uint32_t> last_;     // timestamp of the digit that was finished last
  base::Time finished_at_{};
  std::uint8_t event_ = 0;
  std::uint32_t units_ = 0;               // duration so far, segments included
  std::uint32_t segment_base_ = 0;
  base::Time deadline_ = base::never;
};

}  // namespace rtp
