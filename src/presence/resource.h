// presence/resource.h - what is known of one resource (a user, a line, a list's member), as a value.
//
// The owner of a resource makes a new one when something changes that somebody watches; it never changes afterwards and is
// shared by all who are told of it, on whatever shard.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "location/binding.h"
#include "presence/pidf.h"

namespace presence {

/// What event packages show of a resource.
enum class Aspect : std::uint8_t { contacts, publications, dialogs, messages, watchers };

class Aspects {
 public:
  constexpr Aspects() = default;
  constexpr Aspects(std::initializer_list<Aspect> all) {
    for (const auto aspect : all) bits_ |= bit(aspect);
  }
  constexpr bool has(Aspect aspect) const { return (bits_ & bit(aspect)) != 0; }
  constexpr void add(Aspects others) { bits_ |= others.bits_; }
  /// Whether all of `others` are among these.
  constexpr bool hold(Aspects others) const { return (bits_ & others.bits_) == others.bits_; }

 private:
  static constexpr unsigned bit(Aspect aspect) { return 1U << static_cast<unsigned>(aspect); }
  unsigned bits_ = 0;
};

/// RFC 4235 section 3.7.1; terminated ones are not in a resource any more.
enum class DialogState : std::uint8_t { trying, early, confirmed };

/// One call of a resource, seen from its telephone: RFC 4235 section 4.1.
struct Dialog {
  struct Party {
    std::string display, uri;
    bool operator==(const Party&) const = default;
  };
  std::string id;  ///< Of the leg.
  std::string call_id, local_tag, remote_tag;  ///< Empty while not known; local is the telephone's.
  bool initiator = false;                      ///< It called; else it was called.
  DialogState state = DialogState::trying;
  Party local, remote;
  bool operator==(const Dialog&) const = default;
};

/// RFC 3842 section 5.2: messages of one kind.
struct MessageCounts {
  std::uint32_t fresh = 0, old = 0, urgent_fresh = 0, urgent_old = 0;
  bool operator==(const MessageCounts&) const = default;
};

/// Somebody who is subscribed to the presence of a resource: RFC 3858.
struct Watcher {
  std::uint64_t id = 0;
  std::string uri;
  base::Time since{};
  bool operator==(const Watcher&) const = default;
};

struct Resource {
  std::vector<location::Binding> contacts;
  std::vector<Pidf> publications;  ///< oldest first
  std::vector<Dialog> dialogs;     ///< oldest first
  MessageCounts messages;
  std::vector<Watcher> watchers;
};

}  // namespace presence
