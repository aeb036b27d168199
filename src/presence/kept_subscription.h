// presence/kept_subscription.h - what it takes to go on with a subscription after a restart, as a value and as a row.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sip/dialog/dialog.h"

namespace presence {

struct KeptSubscription {
  std::string event, aor, watcher;
  std::vector<std::string> members;
  std::string profile, transport, received;  ///< the way to the watcher
  bool beyond_proxies = false;
  base::Duration gap{};
  /// Its CSeq is above all that were used and all that may be until the row is written again.
  sip::Dialog::Kept dialog;

  /// Of its row.
  static std::string key(const sip::DialogId& id) { return id.call_id + '\n' + id.local_tag; }
  std::string pack() const;
  /// Nullopt: not one of these.
  static std::optional<KeptSubscription> unpack(std::string_view row);
  bool operator==(const KeptSubscription&) const = default;
};

}  // namespace presence
