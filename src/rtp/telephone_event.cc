// rtp/telephone_event.cc - RFC 4733 section 2.5: what is sent when, and what a receiver makes of it.
#include "rtp/telephone_event.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "rtp/packet.h"

namespace rtp {

namespace {
constexpr std::string_view digits = "0123456789*#ABCD";
constexpr std::uint8_t event_flash = 16;
constexpr std::uint32_t longest_segment = 0xffff;
}  // namespace

std::optional<TelephoneEvent> TelephoneEvent::parse(base::Bytes payload) {
  base::ByteReader in{payload};
  TelephoneEvent event;
  event.event = in.take<std::uint8_t>();
  const auto flags = in.take<std::uint8_t>();
  event.end = (flags & 0x80) != 0;
  event.volume = flags & 0x3f;
  event.duration = in.take<std::uint16_t>();
  return in.ok() ? std::optional{event} : std::nullopt;
}

std::array<std::uint8_t, 4> TelephoneEvent::bytes() const {
  return {event, static_cast<std::uint8_t>((end ? 0x80 : 0) | (volume & 0x3f)), static_cast<std::uint8_t>(duration >> 8),
          static_cast<std::uint8_t>(duration)};
}

char digit_of(std::uint8_t event) {
  if (event == event_flash) return 'F';
  return event < digits.size() ? digits[event] : '\0';
}

std::optional<std::uint8_t> event_of(char digit) {
  if (base::lower(digit) == 'f') return event_flash;
  if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
  const auto at = digits.find(digit);
  return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<std::uint8_t>(at)};
}

EventSender::EventSender(std::uint32_t clock_hz, base::Duration step, base::Duration gap)
    : clock_hz_{clock_hz}, step_{step}, gap_{gap} {}

bool EventSender::queue(char digit, base::Duration duration) {
  if (queue_.size() == max_queue) return false;
  if (digit == 'w' || digit == 'W') {
    queue_.push_back({'w', digit == 'w' ? std::chrono::milliseconds{500} : std::chrono::milliseconds{1'000}});
    return true;
  }
  if (!event_of(digit)) return false;
  queue_.push_back({digit, std::clamp(duration, min_duration, max_duration)});
  return true;
}

void EventSender::clear() {
  queue_.clear();
  // A digit that is down still gets its end packets.
  if (state_ == State::sending) total_ = std::min(total_, sent_ + units(step_));
}

std::uint32_t EventSender::units(base::Duration duration) const {
  return static_cast<std::uint32_t>(duration.count() * clock_hz_ / 1'000'000);
}

/// Takes the next entry of the queue; false when there is none or it is a pause.
bool EventSender::begin(std::uint32_t timestamp) {
  if (queue_.empty()) return false;
  const auto entry = queue_.front();
  queue_.pop_front();
  if (entry.digit == 'w') {
    state_ = State::gap;
    gap_left_ = units(entry.duration);
    return false;
  }
  state_ = State::sending;
  event_ = *event_of(entry.digit);
  start_ = timestamp;
  total_ = units(entry.duration);
  sent_ = 0;
  return true;
}

std::optional<EventSender::Send> EventSender::next(std::uint32_t timestamp) {
  const auto step = units(step_);
  if (state_ == State::gap) {
    gap_left_ -= std::min(gap_left_, step);
    if (gap_left_ == 0) state_ = State::idle;
    return std::nullopt;
  }
  bool marker = false;
  if (state_ == State::idle) {
    if (!begin(timestamp)) return std::nullopt;
    marker = true;
  }
  if (state_ == State::sending) {
    sent_ += step;
    if (sent_ > longest_segment) {  // Section 2.5.1.3: a long event goes on in a new segment.
      const Send last{{event_, false, 10, static_cast<std::uint16_t>(longest_segment)}, start_, false};
      start_ += longest_segment;
      sent_ -= longest_segment;
      total_ -= std::min(total_, longest_segment);
      return last;
    }
    if (sent_ < total_) return Send{{event_, false, 10, static_cast<std::uint16_t>(sent_)}, start_, marker};
    state_ = State::ending;
    repeats_ = end_repeats;
  }
  const Send end{{event_, true, 10, static_cast<std::uint16_t>(sent_)}, start_, marker};
  if (--repeats_ == 0) {
    // The repeats took (end_repeats - 1) steps of the gap.
    const auto gap = units(gap_);
    const auto used = step * (end_repeats - 1);
    gap_left_ = gap > used ? gap - used : 0;
    state_ = gap_left_ > 0 ? State::gap : State::idle;
  }
  return end;
}

base::Duration EventReceiver::duration(std::uint32_t units) const {
  return base::Duration{static_cast<std::int64_t>(units) * 1'000'000 / clock_hz_};
}

bool EventReceiver::is_old(std::uint32_t timestamp, base::Time now) const {
  if (current_ && timestamp_distance(timestamp, *current_) < 0 &&
      duration(static_cast<std::uint32_t>(-std::int64_t{timestamp_distance(timestamp, *current_)})) < memory)
    return true;
  if (!last_ || now - finished_at_ > memory) return false;
  const auto behind = -std::int64_t{timestamp_distance(timestamp, *last_)};
  return behind >= 0 && duration(static_cast<std::uint32_t>(behind)) < memory;
}

bool EventReceiver::continues(std::uint32_t timestamp, const TelephoneEvent& event) const {
  return current_ && event.event == event_ && timestamp - *current_ == longest_segment;
}

void EventReceiver::on_packet(std::uint32_t timestamp, base::Bytes payload, base::Time now) {
  const auto event = TelephoneEvent::parse(payload);
  if (!event || digit_of(event->event) == '\0') return;
  if (continues(timestamp, *event)) {
    segment_base_ += longest_segment;
    current_ = timestamp;
  }
  if (current_ != timestamp) {
    if (is_old(timestamp, now)) return;
    if (current_) finish(now);  // All its end packets were lost.
    current_ = timestamp;
    event_ = event->event;
    segment_base_ = 0;
    units_ = event->duration;
    out_.push_back({digit_of(event_), duration(units_), true});
  }
  units_ = std::max(units_, segment_base_ + event->duration);
  deadline_ = now + lost_end_timeout;
  if (event->end) finish(now);
}

void EventReceiver::finish(base::Time now) {
  out_.push_back({digit_of(event_), duration(units_), false});
  last_ = current_;
  finished_at_ = now;
  current_.reset();
  deadline_ = base::never;
}

void EventReceiver::on_time(base::Time now) {
  if (current_ && now >= deadline_) finish(now);
}

void EventReceiver::on_new_source(base::Time now) {
  if (current_) finish(now);
  last_.reset();
}

std::optional<EventReceiver::Digit> EventReceiver::poll() {
  if (out_.empty()) return std::nullopt;
  const auto digit = out_.front();
  out_.pop_front();
  return digit;
}

}  // namespace rtp
