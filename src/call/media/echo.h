// call/media/echo.h - packets on their way back to who sent them, some time later. They are not decoded: what comes
// back is what was said, in any codec.
#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "rtp/packet.h"

namespace call {

class Echo {
 public:
  static constexpr base::Duration delay_max = std::chrono::seconds{30};
  static constexpr std::size_t packets_max = 4'096;  ///< Waiting; more are dropped.

  explicit Echo(base::Duration delay);

  base::Duration delay() const { return delay_; }
  void put(std::string_view datagram, base::Time now);
  /// Whatever is due at `now`, oldest first, valid until the next call.
  std::optional<std::string_view> take(base::Time now);
  base::Time deadline() const { return waiting_.empty() ? base::never : waiting_.front().due; }

 private:
  struct Waiting {
    base::Time due;
    std::string datagram;
  };
  base::Duration delay_;
  std::deque<Waiting> waiting_;
  std::string taken_;
};

}  // namespace call
