// dialplan/acl.cc - networks and access lists.
#include "dialplan/acl.h"

#include <algorithm>

#include "dialplan/directory.h"
#include "dialplan/document.h"

namespace dialplan {

namespace {

unsigned width(const base::Ip& ip) {
  return ip.family == base::Family::ipv4 ? 32 : 128;
}

/// 255.255.0.0 as 16; empty when the ones are not all in front.
std::optional<unsigned> mask_bits(const base::Ip& mask) {
  unsigned bits = 0;
  const auto total = width(mask);
  const auto bit = [&](unsigned i) { return (mask.bytes[i / 8] >> (7 - i % 8) & 1) != 0; };
  while (bits < total && bit(bits)) ++bits;
  for (unsigned i = bits; i < total; ++i)
    if (bit(i)) return std::nullopt;
  return bits;
}

constexpr std::string_view private_networks = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,fe80::/10";

Acl list_of(std::string_view networks) {
  Acl acl{false};
  for (const auto item : base::split(networks, ','))
    if (const auto network = Network::parse(item)) acl.add(*network, true);
  return acl;
}

Acl without(std::string_view networks, Acl acl) {
  for (const auto item : base::split(networks, ','))
    if (const auto network = Network::parse(item)) acl.add(*network, false);
  return acl;
}

/// The networks of a domain's users, in the order of their names: of equal networks the same one counts every time.
void add_users(Acl& acl, const Domain& domain, bool allow) {
  const auto by_name = [](const User* a, const User* b) { return a->id < b->id; };
  std::vector<const User*> users;
  for (const auto& [id, user] : domain.users)
    if (!user->cidr.empty()) users.push_back(user.get());
  std::sort(users.begin(), users.end(), by_name);
  for (const auto* user : users)
    for (const auto item : base::split(user->cidr, ','))
      if (const auto network = Network::parse(item)) acl.add(*network, allow, user->id + '@' + user->domain);
}

/// Every user of every domain: vanilla FreeSWITCH has such a list in its acl.conf.
Acl list_of_domains(const Directory& directory) {
  auto names = directory.domains();
  std::sort(names.begin(), names.end());
  Acl acl{false};
  for (const auto name : names) add_users(acl, *directory.domain(name), true);
  return acl;
}

/// "allow" and "deny", and the words of truth, which FreeSWITCH takes too. Anything else denies.
bool allows_by(const Element& element, std::string_view attribute, Findings& findings) {
  const auto word = element.attribute(attribute);
  if (base::same(word, "allow") || base::is_true(word)) return true;
  if (!word.empty() && !base::same(word, "deny") && !base::same(word, "false") && !base::same(word, "no"))
    findings.push_back({Severity::warning, element.place(attribute),
                        "'" + std::string{word} + "' is neither allow nor deny; it denies"});
  return false;
}

void add_node(Acl& acl, const Element& node, const Directory& directory, Findings& findings) {
  const bool allow = allows_by(node, "type", findings);
  if (const auto domain = node.attribute("domain"); !domain.empty()) {
    if (const auto* found = directory.domain(domain)) return add_users(acl, *found, allow);
    return findings.push_back({Severity::warning, node.place("domain"),
                               "there is no domain '" + std::string{domain} + "'; the node is left out"});
  }
  auto text = std::string{node.attribute("cidr")};
  const std::string_view attribute = text.empty() && node.has("host") ? "host" : "cidr";
  if (attribute == "host") text = std::string{node.attribute("host")} + '/' + std::string{node.attribute("mask")};
  for (const auto item : base::split(text, ',')) {
    if (const auto network = Network::parse(item))
      acl.add(*network, allow);
    else
      findings.push_back({Severity::warning, node.place(attribute),
                          "'" + std::string{base::trim(item)} + "' is not a network; the node is left out"});
  }
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  text = base::trim(text);
  const auto slash = text.find('/');
  const auto ip = base::Ip::parse(text.substr(0, slash));
  if (!ip) return std::nullopt;
  Network network{*ip, width(*ip)};
  if (slash == std::string_view::npos) return network;
  const auto tail = text.substr(slash + 1);
  const auto bits = base::to_number<unsigned>(tail);
  if (bits && *bits <= width(*ip)) {
    network.bits = *bits;
    return network;
  }
  const auto mask = base::Ip::parse(tail);
  const auto count = mask && mask->family == ip->family ? mask_bits(*mask) : std::nullopt;
  if (!count) return std::nullopt;
  network.bits = *count;
  return network;
}

bool Network::holds(const base::Ip& address) const {
  if (address.family != ip.family) return false;
  for (unsigned i = 0; i < bits; i += 8) {
    const auto left = std::min(8U, bits - i);
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> left);
    if ((address.bytes[i / 8] & mask) != (ip.bytes[i / 8] & mask)) return false;
  }
  return true;
}

const Acl::Rule* Acl::rule_of(const base::Ip& address) const {
  const Rule* best = nullptr;
  for (const auto& rule : rules_)
    if (rule.network.holds(address) && (best == nullptr || rule.network.bits >= best->network.bits))
      best = &rule;
  return best;
}

bool Acl::allows(const base::Ip& address) const {
  const auto* rule = rule_of(address);
  return rule != nullptr ? rule->allow : default_;
}

bool in_network(std::string_view ip, std::string_view networks) {
  const auto address = base::Ip::parse(base::trim(ip));
  if (!address) return false;
  for (const auto item : base::split(networks, ','))
    if (const auto network = Network::parse(item); network && network->holds(*address)) return true;
  return false;
}

Acls Acls::read(const Document& document, const Directory& directory, Findings& findings) {
  Acls acls;
  const auto own = document.globals().get("local_networks");
  acls.lists_.emplace("rfc1918.auto", list_of(private_networks));
  acls.lists_.emplace("wan.auto", without(private_networks, Acl{true}));
  // A private address of our own network is not behind a NAT.
  acls.lists_.emplace("nat.auto", without(own, list_of(private_networks)));
  acls.lists_.emplace("localnet.auto", list_of("127.0.0.0/8,::1/128," + std::string{own}));
  acls.lists_.emplace("loopback.auto", list_of("127.0.0.0/8,::1/128"));
  acls.lists_.emplace("any_v4.auto", list_of("0.0.0.0/0"));
  acls.lists_.emplace("any_v6.auto", list_of("::/0"));
  acls.lists_.emplace("domains", list_of_domains(directory));
  for (const auto& list : document.configuration("acl.conf").child("network-lists").children("list")) {
    if (list.attribute("name").empty()) {
      findings.push_back({Severity::warning, list.place(), "a list without name is left out"});
      continue;
    }
    Acl acl{allows_by(list, "default", findings)};
    for (const auto& node : list.children("node")) add_node(acl, node, directory, findings);
    acls.lists_.insert_or_assign(std::string{list.attribute("name")}, std::move(acl));
  }
  return acls;
}

const Acl* Acls::find(std::string_view name) const {
  const auto found = lists_.find(name);
  return found == lists_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Acls::names() const {
  std::vector<std::string_view> all;
  for (const auto& [name, acl] : lists_) all.emplace_back(name);
  std::sort(all.begin(), all.end());
  return all;
}

std::optional<Acls::Admission> Acls::admit(const base::Ip& address, std::string_view lists) const {
  for (auto item : base::split(lists, ',')) {
    item = base::trim(item);
    if (const auto* acl = find(item)) {
      const auto* rule = acl->rule_of(address);
      if (acl->allows(address)) return Admission{std::string{item}, rule != nullptr ? rule->user : std::string{}};
    } else if (const auto network = Network::parse(item); network && network->holds(address)) {
      return Admission{std::string{item}, {}};
    }
  }
  return std::nullopt;
}

bool Acls::allows(std::string_view ip, std::string_view lists) const {
  const auto address = base::Ip::parse(base::trim(ip));
  return address && admit(*address, lists);
}

}  // namespace dialplan
