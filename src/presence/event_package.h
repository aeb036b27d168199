// presence/event_package.h - something that can be subscribed to (RFC 6665 section 5): a function from what is known of a
// resource to a document.
//
//   const EventPackage reg{{"reg", "application/reginfo+xml", {Aspect::contacts}, Audience::owner, differ, describe}};
//
// One at namespace scope registers itself; the list is intrusive and needs no start-up order. One file each.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "presence/resource.h"

namespace presence {

/// Who may watch.
enum class Audience : std::uint8_t {
  owner,  ///< The user alone.
  users,  ///< Every user of its domain; and what is watched need not be a user: a line is any name of the domain.
};

/// One document for one watcher.
struct Telling {
  std::string_view aor;              ///< user@domain
  const Resource& now;
  const Resource* before = nullptr;  ///< What the watcher knows; null: it is told everything.
  std::uint32_t version = 0;         ///< Counts the documents of one subscription from 0.
  base::Time at{};
};

/// sip:user@domain, the user escaped.
std::string uri_of(std::string_view aor);

class EventPackage {
 public:
  struct Spec {
    std::string_view name;          ///< As in Event.
    std::string_view content_type;
    Aspects aspects;                ///< What the document is made of.
    Audience audience = Audience::owner;
    /// Whether the change is worth a NOTIFY.
    bool (*differ)(const Resource& before, const Resource& now) = nullptr;
    std::string (*describe)(const Telling& telling) = nullptr;
  };

  explicit EventPackage(const Spec& spec) : spec_{spec}, next_{first_} { first_ = this; }
  EventPackage(const EventPackage&) = delete;
  EventPackage& operator=(const EventPackage&) = delete;

  const Spec& spec() const { return spec_; }
  static const EventPackage* find(std::string_view name);
  /// Sorted.
  static std::vector<std::string_view> names();

 private:
  Spec spec_;
  const EventPackage* next_;
  static inline constinit const EventPackage* first_ = nullptr;
};

}  // namespace presence
