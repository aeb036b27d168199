// call/digits.h - the digits a party pressed and nobody has used yet.
#pragma once
#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "base/text.h"

namespace call {

constexpr bool is_dtmf(char c) { return base::is_digit(c) || c == '*' || c == '#' || (base::lower(c) >= 'a' && base::lower(c) <= 'd'); }

class Digits {
 public:
  struct Digit {
    char digit;
    std::chrono::milliseconds duration;
  };
  /// More are dropped: nobody types this many ahead.
  static constexpr std::size_t queued_max = 128;

  void put(char digit, std::chrono::milliseconds duration) {
    if (queue_.size() < queued_max) queue_.push_back({digit, duration});
  }
  std::optional<Digit> take() {
    if (queue_.empty()) return std::nullopt;
    const Digit first = queue_.front();
    queue_.pop_front();
    return first;
  }
  void flush() { queue_.clear(); }
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  std::string text() const {
    std::string all;
    for (const auto& digit : queue_) all += digit.digit;
    return all;
  }

 private:
  std::deque<Digit> queue_;
};

}  // namespace call
