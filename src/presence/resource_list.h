// presence/resource_list.h - what a subscription to a list says: the states of several resources in one body. RFC 4662.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace presence {

/// Resources of one list; a longer one cannot be subscribed to (its first NOTIFY would be no message any more).
inline constexpr std::size_t list_members_max = 64;

struct ResourceList {
  struct Member {
    std::string aor, content_type, document;
  };

  std::string aor;  ///< of the list
  std::uint32_t version = 0;
  bool full = true;
  std::vector<Member> members;

  static std::string content_type(const std::string& boundary);
  std::string print(const std::string& boundary) const;
};

}  // namespace presence
