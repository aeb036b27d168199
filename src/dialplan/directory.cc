// dialplan/directory.cc - reading the directory section and finding users.
#include "dialplan/directory.h"

#include "dialplan/acl.h"
#include "dialplan/document.h"

namespace dialplan {

namespace {

/// Adds `<params>`/`<variables>` of an element over what is inherited.
void inherit(const Element& element, call::Variables& params, call::Variables& variables) {
  for (const auto& list : element.children("params"))
    for (const auto& param : list.children("param"))
      params.set(param.attribute("name"), param.attribute("value"));
  for (const auto& list : element.children("variables"))
    for (const auto& variable : list.children("variable"))
      variables.set(variable.attribute("name"), variable.attribute("value"));
}

struct Inherited {
  call::Variables params, variables;
};

class DomainReader {
 public:
  DomainReader(Domain& domain, Findings& findings) : domain_{domain}, findings_{findings} {}

  void read(const Element& element) {
    inherit(element, domain_.params, domain_.variables);
    const Inherited own{domain_.params, domain_.variables};
    // In the order of the file: the first definition of a user counts.
    for (const auto& child : element.children()) {
      if (child.name() == "user") add(child, own, {});
      if (child.name() == "users") users(child, own, {});
      if (child.name() != "groups") continue;
      for (const auto& group : child.children("group")) {
        Inherited inner = own;
        inherit(group, inner.params, inner.variables);
        users(group, inner, group.attribute("name"));
      }
    }
    join_groups();
  }

 private:
  void users(const Element& parent, const Inherited& inherited, std::string_view group) {
    for (const auto& user : parent.children("user")) add(user, inherited, group);
    for (const auto& list : parent.children("users"))
      for (const auto& user : list.children("user")) add(user, inherited, group);
  }

  void add(const Element& element, const Inherited& inherited, std::string_view group) {
    const auto id = element.attribute("id");
    if (id.empty())
      return findings_.push_back({Severity::warning, element.place(), "a user without id is left out"});
    if (!group.empty()) members_.push_back({std::string{group}, std::string{id}, element.place()});
    if (element.attribute("type") == "pointer") return;
    auto& slot = domain_.users[std::string{id}];
    if (slot)
      return findings_.push_back({Severity::warning, element.place(),
                                  "user '" + std::string{id} + "' is already at " + slot->place.text() +
                                      "; this one is never used"});
    slot = std::make_unique<User>();
    slot->id = std::string{id};
    slot->domain = domain_.name;
    slot->number_alias = std::string{element.attribute("number-alias")};
    slot->cidr = std::string{element.attribute("cidr")};
    slot->cacheable = std::string{element.attribute("cacheable")};
    slot->place = element.place();
    for (const auto name : element.attributes()) slot->attributes.set(name, element.attribute(name));
    slot->params = inherited.params;
    slot->variables = inherited.variables;
    inherit(element, slot->params, slot->variables);
    if (!slot->number_alias.empty()) domain_.aliases.emplace(slot->number_alias, slot.get());
    check(*slot, element);
  }

  void check(const User& user, const Element& element) {
    for (const auto item : base::split(user.cidr, ','))
      if (!user.cidr.empty() && !Network::parse(item))
        findings_.push_back({Severity::warning, element.place("cidr"),
                             "'" + std::string{item} + "' is not a network; nobody is let in by it"});
    if (user.password() == "1234")
      findings_.push_back({Severity::warning, element.place(),
                           "user '" + user.id + "' has the well-known default password 1234"});
  }

  void join_groups() {
    for (const auto& member : members_) {
      const auto found = domain_.users.find(member.user);
      if (found == domain_.users.end()) {
        findings_.push_back(
            {Severity::warning, member.place,
             "group '" + member.group + "' points to user '" + member.user + "', who does not exist"});
        continue;
      }
      auto* user = found->second.get();
      user->groups.push_back(member.group);
      auto group = std::find_if(domain_.groups.begin(), domain_.groups.end(),
                                [&](const Group& each) { return each.name == member.group; });
      if (group == domain_.groups.end()) group = domain_.groups.insert(group, Group{member.group, {}});
      group->users.push_back(user);
    }
  }

  struct Member {
    std::string group, user;
    Place place;
  };
  Domain& domain_;
  Findings& findings_;
  std::vector<Member> members_;
};

}  // namespace

Directory Directory::read(const Document& document, Findings& findings) {
  Directory directory;
  for (const auto& section : document.sections("directory")) {
    for (const auto& element : section.children("domain")) {
      const std::string name{element.attribute("name")};
      auto& slot = directory.domains_[name];
      if (slot) {
        findings.push_back(
            {Severity::warning, element.place(), "domain '" + name + "' appears twice; the first counts"});
        continue;
      }
      slot = std::make_unique<Domain>();
      slot->name = name;
      DomainReader{*slot, findings}.read(element);
      directory.size_ += slot->users.size();
      for (const auto& alias : element.child("aliases").children("alias"))
        directory.aliases_.emplace(std::string{alias.attribute("name")}, slot.get());
    }
  }
  return directory;
}

const Domain* Directory::domain(std::string_view name) const {
  if (const auto found = domains_.find(name); found != domains_.end()) return found->second.get();
  const auto alias = aliases_.find(name);
  return alias == aliases_.end() ? nullptr : alias->second;
}

const User* Directory::find(std::string_view id, std::string_view name) const {
  const auto* in = domain(name);
  if (in == nullptr) return nullptr;
  if (const auto found = in->users.find(id); found != in->users.end()) return found->second.get();
  const auto alias = in->aliases.find(id);
  return alias == in->aliases.end() ? nullptr : alias->second;
}

const User* Directory::find(std::string_view address) const {
  const auto at = address.find('@');
  return at == std::string_view::npos ? nullptr : find(address.substr(0, at), address.substr(at + 1));
}

const Group* Directory::group(std::string_view name, std::string_view domain_name) const {
  const auto* in = domain(domain_name);
  if (in == nullptr) return nullptr;
  for (const auto& each : in->groups)
    if (each.name == name) return &each;
  return nullptr;
}

bool Directory::in_group(const User& user, std::string_view name) const {
  return std::find(user.groups.begin(), user.groups.end(), name) != user.groups.end();
}

const User* Directory::by_address(std::string_view ip, std::string_view name) const {
  const auto* in = domain(name);
  if (in == nullptr) return nullptr;
  for (const auto& [id, user] : in->users)
    if (!user->cidr.empty() && in_network(ip, user->cidr)) return user.get();
  return nullptr;
}

std::vector<std::string_view> Directory::domains() const {
  std::vector<std::string_view> names;
  for (const auto& [name, domain] : domains_) names.emplace_back(name);
  return names;
}

std::string group_call(const Directory& directory, std::string_view group, std::string_view domain,
                       char order) {
  const auto* found = directory.group(group, domain);
  if (found == nullptr || found->users.empty()) return "error/NO_ROUTE_DESTINATION";
  const std::string_view separator = order == 'F' ? "|" : order == 'E' ? ":_:" : ",";
  std::string result;
  for (const auto* user : found->users) {
    if (!result.empty()) result += separator;
    const auto own = user->params.get("group-dial-string");
    const auto dial = own.empty() ? std::string{"user/"} + user->id + '@' + user->domain : std::string{own};
    // Parallel legs take their variables in [], alternatives and enterprise groups take them as they are.
    result += dial;
  }
  return result;
}

}  // namespace dialplan
