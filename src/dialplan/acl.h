// dialplan/acl.h - network lists: "10.0.0.0/8" and the lists of acl.conf.
//
// Who is let in by an address is who the list says: a node of a domain stands for its users' `cidr`, and an address found
// by one belongs to that user (FreeSWITCH's token).
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
    std::string user = {};  ///< "user@domain" whose cidr it is; empty: nobody's.
  };
  explicit Acl(bool allows_by_default = false) : default_{allows_by_default} {}
  void add(const Network& network, bool allow, std::string user = {}) { rules_.push_back({network, allow, std::move(user)}); }
  /// The longest prefix decides, the last one of equals. Null: no rule does, but the default.
  const Rule* rule_of(const base::Ip& address) const;
  bool allows(const base::Ip& address) const;

 private:
  std::vector<Rule> rules_;
  bool default_;
};

class Acls {
 public:
  /// What let an address in: the list, and the user whose address it is.
  struct Admission {
    std::string list, user;
  };

  /// acl.conf and the lists that always exist: rfc1918.auto, nat.auto, wan.auto, localnet.auto, loopback.auto,
  /// any_v4.auto, any_v6.auto, and domains (the cidr of every user), unless acl.conf has one of that name. The global
  /// variable local_networks has the networks of this machine: localnet.auto holds them, nat.auto does not.
  static Acls read(const Document& document, const Directory& directory, Findings& findings);
  const Acl* find(std::string_view name) const;
  std::vector<std::string_view> names() const;
  /// `lists`: names or networks, with commas; the first that allows the address. An unknown name allows nobody.
  std::optional<Admission> admit(const base::Ip& address, std::string_view lists) const;
  bool allows(std::string_view ip, std::string_view lists) const;

 private:
  std::unordered_map<std::string, Acl, base::TextHash, std::equal_to<>> lists_;
};

/// Whether `ip` is in one of the networks of a comma list.
bool in_network(std::string_view ip, std::string_view networks);

}  // namespace dialplan
