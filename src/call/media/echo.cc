#include "call/media/echo.h"

#include <algorithm>

namespace call {

Echo::Echo(base::Duration delay) : delay_{std::clamp(delay, base::Duration{0}, delay_max)} {}

void Echo::put(std::string_view datagram, base::Time now) {
  if (waiting_.size() < packets_max) waiting_.push_back({now + delay_, std::string{datagram}});
}

std::optional<std::string_view> Echo::take(base::Time now) {
  if (waiting_.empty() || waiting_.front().due > now) return std::nullopt;
  taken_ = std::move(waiting_.front().datagram);
  waiting_.pop_front();
  return taken_;
}

}  // namespace call
