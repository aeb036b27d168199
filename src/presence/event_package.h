// presence/event_package.h - something that can be subscribed to: RFC 6665 section 5. One file each.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/function.h"

namespace presence {

class EventPackage {
 public:
  virtual ~EventPackage() = default;
  /// As in Event.
  virtual std::string_view name() const = 0;
  /// Of its documents.
  virtual std::string_view content_type() const = 0;
  /// The present state of an address of record, whole. `version` counts the documents of one subscription from 0. `done` is
  /// called on this shard, later; whoever asks must still be there then.
  virtual void describe(const std::string& aor, std::uint32_t version, base::Function<void(std::string)> done) = 0;
  /// From now on, or no more, changes of that address of record are told to Subscriptions::on_change() of this shard.
  virtual void watch(const std::string& aor, bool wanted) = 0;
};

}  // namespace presence
