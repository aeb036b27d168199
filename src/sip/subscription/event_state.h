// sip/subscription/event_state.h - what was published for one resource and event package: RFC 3903 section 6.
//
// The compositor's side of PUBLISH as a machine: entity tags are made, matched and let expire; what the bodies mean is
// nobody's business here. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace sip {

struct PublicationLimits {
  std::chrono::seconds expires_default{3600}, expires_min{60}, expires_max{86'400};
};

class EventState {
 public:
  /// Publications of one resource; a further one is refused with 503.
  static constexpr std::size_t entries_max = 32;

  struct Publish {
    std::optional<std::string> if_match;                ///< SIP-If-Match
    std::optional<std::chrono::seconds> expires;
    std::string content_type, body;
  };
  struct Answer {
    int status;                      ///< 200, 400, 412, 423 (`expires` is Min-Expires), 503.
    std::string etag = {};           ///< SIP-ETag of a 200.
    std::chrono::seconds expires{};  ///< Of a 200; 0: removed.
    bool changed = false;            ///< Whoever watches has to be told.
  };
  struct Entry {
    std::string etag, content_type, body;
    base::Time expires;
  };

  explicit EventState(const PublicationLimits& limits = {}) : limits_{limits} {}

  /// `fresh_etag`: unique, unpredictable; every 200 gives a new one.
  Answer on_publish(Publish request, std::string fresh_etag, base::Time now);
  /// True: something has expired.
  bool on_time(base::Time now);
  base::Time deadline() const;
  /// Oldest first.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  PublicationLimits limits_;
  std::vector<Entry> entries_;
};

}  // namespace sip
