// dialplan/directory.h - the users of every domain, from the directory section.
//
// Params and variables are inherited domain -> group -> user when the snapshot is built, so that a lookup is
// one probe of a hash table and copies nothing.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "call/variables.h"
#include "dialplan/context.h"
#include "dialplan/place.h"

namespace dialplan {

class Document;

struct User {
  std::string id, domain;
  std::string number_alias, cidr, cacheable;
  call::Variables attributes;  ///< all of the <user> element
  call::Variables params;      ///< domain, then group, then user
  call::Variables variables;
  std::vector<std::string> groups;
  Place place;

  std::string_view password() const { return params.get("password"); }
  /// MD5 of user:realm:password as configured; empty when only the password is known.
  std::string_view a1_hash() const { return params.get("a1-hash"); }
  /// Not expanded: `{presence_id=${dialed_user}@${dialed_domain}}${sofia_contact(...)}`.
  std::string_view dial_string() const { return params.get("dial-string"); }
};

struct Group {
  std::string name;
  std::vector<const User*> users;
};

struct Domain {
  std::string name;
  call::Variables params, variables;
  std::unordered_map<std::string, std::unique_ptr<User>, base::TextHash, std::equal_to<>> users;
  std::unordered_map<std::string, const User*, base::TextHash, std::equal_to<>> aliases;  ///< by number-alias
  std::vector<Group> groups;
};

class Directory {
 public:
  Directory() = default;
  /// Reads the sections named directory. What is wrong goes to `findings`; a user without id is left out.
  static Directory read(const Document& document, Findings& findings);

  /// By id or number-alias. Domains are compared without case, ids with it. A domain alias finds the domain
  /// it names.
  const User* find(std::string_view id, std::string_view domain) const;
  /// "user@domain"
  const User* find(std::string_view address) const;
  const Domain* domain(std::string_view name) const;
  const Group* group(std::string_view name, std::string_view domain) const;
  bool in_group(const User& user, std::string_view group) const;
  /// The user whose `cidr` holds the address (authentication by address); null when none does.
  const User* by_address(std::string_view ip, std::string_view domain) const;
  std::vector<std::string_view> domains() const;
  std::size_t size() const { return size_; }

 private:
  std::unordered_map<std::string, std::unique_ptr<Domain>, base::NoCaseHash, base::NoCaseEqual> domains_;
  std::unordered_map<std::string, const Domain*, base::NoCaseHash, base::NoCaseEqual> aliases_;
  std::size_t size_ = 0;
};

/// Dial string that calls a group: `+A` (parallel, default), `+F` (one after another), `+E` (enterprise).
std::string group_call(const Directory& directory, std::string_view group, std::string_view domain,
                       char order);

}  // namespace dialplan
