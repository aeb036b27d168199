#include "sip/targets.h"

#include <algorithm>

#include "base/require.h"
#include "base/text.h"

namespace sip {

namespace {

using base::dns::Answer;
using base::dns::Srv;
using base::dns::Type;
using Over = Target::Over;

bool is_secure(Over over) { return over == Over::tls || over == Over::wss; }

/// A sips URI makes of each transport its secure sister; UDP has none.
std::optional<Over> secured(Over over) {
  if (over == Over::udp) return std::nullopt;
  return over == Over::ws || over == Over::wss ? Over::wss : Over::tls;
}

std::optional<Over> over_named(std::string_view text) {
  constexpr std::string_view names[]{"udp", "tcp", "tls", "ws", "wss"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (base::same(text, names[i])) return static_cast<Over>(i);
  return std::nullopt;
}

/// RFC 3263 section 4.1, RFC 7118 section 8.
std::optional<Over> over_of_service(std::string_view service) {
  constexpr std::pair<std::string_view, Over> known[]{{"SIP+D2U", Over::udp}, {"SIP+D2T", Over::tcp}, {"SIPS+D2T", Over::tls},
                                                      {"SIP+D2W", Over::ws},  {"SIPS+D2W", Over::wss}};
  for (const auto& [name, over] : known)
    if (base::same(service, name)) return over;
  return std::nullopt;
}

std::string_view srv_prefix(Over over) {
  constexpr std::string_view prefixes[]{"_sip._udp.", "_sip._tcp.", "_sips._tcp.", "_sip._ws.", "_sips._ws."};
  return prefixes[static_cast<std::size_t>(over)];
}

std::string dns_name(std::string_view host) {
  auto name = base::lowered(host);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

}  // namespace

std::vector<Srv> in_order(std::vector<Srv> records, base::Random& random) {
  // Weight 0 comes first within a priority, so that it has a small chance where others have weights.
  std::ranges::stable_sort(records, [](const Srv& a, const Srv& b) {
    return std::tuple{a.priority, a.weight != 0} < std::tuple{b.priority, b.weight != 0};
  });
  std::vector<Srv> ordered;
  ordered.reserve(records.size());
  while (!records.empty()) {
    const auto priority = records.front().priority;
    const auto end = std::ranges::find_if(records, [&](const Srv& one) { return one.priority != priority; });
    std::uint64_t sum = 0;
    for (auto one = records.begin(); one != end; ++one) sum += one->weight;
    const auto drawn = random.below(sum + 1);
    auto chosen = records.begin();
    for (std::uint64_t running = chosen->weight; running < drawn; running += chosen->weight) ++chosen;
    ordered.push_back(std::move(*chosen));
    records.erase(chosen);
  }
  return ordered;
}

Targets::Targets(const Uri& uri, Options options, base::Random& random) : options_{std::move(options)}, random_{random} {
  begin(uri);
}

bool Targets::can(Over over) const {
  return std::ranges::count(options_.transports, over) > 0 && (!secure_ || is_secure(over));
}

void Targets::begin(const Uri& uri) {
  step_ = Step::done;
  if (!uri.is_sip()) return;
  secure_ = uri.scheme() == Uri::Scheme::sips;
  if (const auto text = uri.param("transport"); text && !text->empty()) {
    wanted_ = over_named(*text);
    if (wanted_ && secure_) wanted_ = secured(*wanted_);
    if (!wanted_ || !can(*wanted_)) return;
  }
  const auto maddr = uri.param("maddr");
  const std::string_view host = maddr && !maddr->empty() ? *maddr : uri.host();
  name_ = dns_name(host);
  if (name_.empty()) return;
  const Over plain = secure_ ? Over::tls : Over::udp;
  const Over over = wanted_.value_or(can(plain) || secure_ ? plain : options_.transports.empty() ? plain : options_.transports.front());
  if (const auto ip = base::Ip::parse(host)) {
    const bool family = ip->family == base::Family::ipv4 ? options_.ipv4 : options_.ipv6;
    if (family && can(over)) targets_.push_back({over, {*ip, uri.port().value_or(usual_port(over))}, std::string{uri.host()}});
    return;
  }
  if (const auto port = uri.port()) {
    if (can(over)) hosts_.push_back({over, name_, *port});
    ask_addresses();
  } else if (wanted_) {
    services_.push_back({*wanted_, std::string{srv_prefix(*wanted_)} + name_});
    ask_services();
  } else {
    step_ = Step::pointers;
    ask(Type::naptr, name_);
  }
}

void Targets::ask(Type type, const std::string& name) {
  base::dns::Question question{type, name};
  if (!asked_.try_emplace(question).second) return;
  ++open_;
  to_ask_.push_back(std::move(question));
}

const Answer* Targets::answer(Type type, const std::string& name) const {
  const auto found = asked_.find({type, name});
  return found != asked_.end() && found->second ? &*found->second : nullptr;
}

std::optional<base::dns::Question> Targets::poll() {
  if (to_ask_.empty()) return std::nullopt;
  auto question = std::move(to_ask_.front());
  to_ask_.pop_front();
  return question;
}

void Targets::on_answer(const base::dns::Question& question, const Answer& given) {
  const auto found = asked_.find(question);
  if (found == asked_.end() || found->second) return;
  found->second = given;
  if (given.status == Answer::Status::failed) failed_ = true;
  if (--open_ == 0) advance();
}

void Targets::advance() {
  switch (step_) {
    case Step::pointers: return after_pointers();
    case Step::services: return after_services();
    case Step::addresses: return after_addresses();
    case Step::done: return;
  }
}

// Section 4.1: of the NAPTR records those of services we can use, by order and preference.
void Targets::after_pointers() {
  auto pointers = answer(Type::naptr, name_)->pointers;
  std::ranges::stable_sort(pointers, {}, [](const auto& one) { return std::pair{one.order, one.preference}; });
  for (const auto& pointer : pointers) {
    const auto over = over_of_service(pointer.service);
    const bool usable = over && can(*over) && base::same(pointer.flags, "s") && !pointer.replacement.empty();
    if (usable && services_.size() < services_max) services_.push_back({*over, dns_name(pointer.replacement)});
  }
  if (services_.empty())
    for (const auto over : options_.transports)
      // A browser's server is never looked for, and a plain URI asks for TLS only when the zone says so above.
      if (can(over) && (over == Over::udp || over == Over::tcp || (secure_ && over == Over::tls)))
        services_.push_back({over, std::string{srv_prefix(over)} + name_});
  ask_services();
}

void Targets::ask_services() {
  step_ = Step::services;
  for (const auto& service : services_) ask(Type::srv, service.name);
  if (open_ == 0) after_services();
}

void Targets::after_services() {
  bool any = false;
  for (const auto& service : services_) {
    const auto* given = answer(Type::srv, service.name);
    if (given->status != Answer::Status::found) continue;
    any = true;
    for (const auto& record : in_order(given->services, random_))
      if (!record.target.empty() && hosts_.size() < hosts_max)
        hosts_.push_back({service.over, dns_name(record.target), record.port != 0 ? record.port : usual_port(service.over)});
  }
  if (!any) fall_back();
  ask_addresses();
}

/// Section 4.2: no SRV records, so the name itself, at the usual port.
void Targets::fall_back() {
  const Over over = wanted_.value_or(secure_ ? Over::tls : can(Over::udp) ? Over::udp : Over::tcp);
  if (can(over)) hosts_.push_back({over, name_, usual_port(over)});
}

void Targets::ask_addresses() {
  step_ = Step::addresses;
  for (const auto& host : hosts_) {
    if (base::Ip::parse(host.name)) continue;  // not allowed, but seen
    if (options_.ipv4) ask(Type::a, host.name);
    if (options_.ipv6) ask(Type::aaaa, host.name);
  }
  if (open_ == 0) after_addresses();
}

void Targets::after_addresses() {
  step_ = Step::done;
  for (const auto& host : hosts_) {
    // IPv4 first: of two ways to the same server it is the one that works more often.
    if (options_.ipv4) add_targets(host, Type::a);
    if (options_.ipv6) add_targets(host, Type::aaaa);
  }
  if (!targets_.empty()) failed_ = false;
}

void Targets::add_targets(const Host& host, Type type) {
  std::vector<base::Ip> addresses;
  const auto family = type == Type::a ? base::Family::ipv4 : base::Family::ipv6;
  if (const auto ip = base::Ip::parse(host.name); ip && ip->family == family) addresses.push_back(*ip);
  if (const auto* given = answer(type, host.name)) addresses = given->addresses;
  if (addresses.size() > addresses_max) addresses.resize(addresses_max);
  for (const auto& ip : addresses) {
    Target target{host.over, {ip, host.port}, name_};
    if (targets_.size() < targets_max && std::ranges::find(targets_, target) == targets_.end())
      targets_.push_back(std::move(target));
  }
}

}  // namespace sip
