// dialplan/acl.h - network lists: "10.0.0.0/8" and the lists of acl.conf.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/text.h"
#include "dialplan/place.h"

namespace dialplan {

class Directory;
class Document;

struct Network {
  base::Ip ip;
  unsigned bits = 32;
  /// "192.0.2.0/24", "192.0.2.1", "10.0.0.1/255.0.0.0", "2001:db8::/32".
  static std::optional<Network> parse(std::string_view text);
  bool holds(const base::Ip& address) const;
};

class Acl {
 public:
  struct Rule {
    Network network;
    bool allow = true;
  };
  explicit Acl(bool allows_by_default = false) : default_{allows_by_default} {}
  void add(const Network& network, bool allow) { rules_.push_back({network, allow}); }
  /// The longest prefix decides, the last one of equals.
  bool allows(const base::Ip& address) const;

 private:
  std::vector<Rule> rules_;
  bool default_;
};

class Acls {
 public:
  /// acl.conf and the lists that always exist: rfc1918.auto, nat.auto, localnet.auto, loopback.auto, any,
  /// none.
  static Acls read(const Document& document, const Directory& directory, Findings& findings);
  const Acl* find(std::string_view name) const;
  /// `list` is a name or networks; an unknown name allows nobody.
  bool allows(std::string_view ip, std::string_view list) const;

 private:
  std::unordered_map<std::string, Acl, base::TextHash, std::equal_to<>> lists_;
};

/// Whether `ip` is in one of the networks of a comma list.
bool in_network(std::string_view ip, std::string_view networks);

}  // namespace dialplan
