// sim/names.h - the name service of the simulated world: zones written by a test, delays, and servers that are dead.
#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/dns.h"
#include "base/time.h"

namespace sim {

struct Names {
  base::Duration delay = std::chrono::milliseconds{2};
  /// Nobody answers: askers hear so after this.
  bool dead = false;
  base::Duration patience = std::chrono::seconds{3};
  std::chrono::seconds ttl{300}, negative_ttl{60};
  /// Every question that came, in order.
  std::vector<base::dns::Question> asked;

  void host(const std::string& name, const base::Ip& ip) {
    const auto type = ip.family == base::Family::ipv4 ? base::dns::Type::a : base::dns::Type::aaaa;
    at(type, name).addresses.push_back(ip);
  }
  void srv(const std::string& name, const base::dns::Srv& record) { at(base::dns::Type::srv, name).services.push_back(record); }
  void naptr(const std::string& name, std::uint16_t order, const std::string& service, const std::string& replacement) {
    at(base::dns::Type::naptr, name).pointers.push_back({order, 10, "s", service, {}, replacement});
  }
  void remove(base::dns::Type type, const std::string& name) { zone.erase({type, name}); }
  std::size_t count(base::dns::Type type, const std::string& name) const {
    return static_cast<std::size_t>(std::ranges::count(asked, base::dns::Question{type, name}));
  }

  base::dns::Answer answer(const base::dns::Question& question) const {
    base::dns::Answer none;
    none.status = base::dns::Answer::Status::none;
    none.ttl = negative_ttl;
    const auto found = zone.find(question);
    return found == zone.end() ? none : found->second;
  }

  std::map<base::dns::Question, base::dns::Answer> zone;

 private:
  base::dns::Answer& at(base::dns::Type type, const std::string& name) {
    auto& answer = zone[{type, name}];
    answer.status = base::dns::Answer::Status::found;
    answer.ttl = ttl;
    return answer;
  }
};

}  // namespace sim
