// endpoint/suspicion.h - who behaves like somebody that guesses passwords or looks for users. Pure.
//
// Two counts of each address within a window: credentials that were wrong, and different users asked for by one that
// has never shown good ones. Fixed memory, like the rates.
#pragma once
#include <bit>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "base/recent_table.h"

namespace endpoint {

class Suspicion {
 public:
  static constexpr std::size_t sources_max = 8192;
  /// An address that showed good credentials is somebody's for so long: many telephones may stand behind it.
  static constexpr base::Duration known_for = std::chrono::hours{1};
  /// The most names that can be told apart.
  static constexpr std::uint32_t names_max = 64;

  struct Policy {
    std::uint32_t failures = 10, names = 20;
    base::Duration window = std::chrono::seconds{60};
  };

  void set_policy(const Policy& policy) { policy_ = policy; }

  /// Wrong credentials. A sentence: that was one too many.
  std::optional<std::string> on_failure(std::uint64_t key, base::Time now) {
    auto& source = current(key, now);
    if (++source.failures < policy_.failures) return std::nullopt;
    const auto count = std::exchange(source, {}).failures;
    return std::to_string(count) + " failed authentications";
  }
  /// A request for `user` without credentials.
  std::optional<std::string> on_stranger(std::uint64_t key, std::string_view user, base::Time now) {
    auto& source = current(key, now);
    if (source.known_until > now) return std::nullopt;
    source.names |= std::uint64_t{1} << base::stable_hash(user) % names_max;
    const auto count = names_of(source);
    if (count < policy_.names) return std::nullopt;
    source = {};
    return "asked for about " + std::to_string(count) + " users without credentials";
  }
  /// Good credentials. What was wrong before stays: one account of one's own is no licence to guess others.
  void on_accepted(std::uint64_t key, base::Time now) {
    auto& source = current(key, now);
    source.names = 0;
    source.known_until = now + known_for;
  }

 private:
  struct Source {
    base::Time began{}, known_until{};
    std::uint64_t names = 0;  // a bit for each, by hash
    std::uint32_t failures = 0;
  };

  Source& current(std::uint64_t key, base::Time now) {
    auto& source = sources_.at(key, now);
    if (now - source.began >= policy_.window) source = {now, source.known_until, 0, 0};
    return source;
  }
  /// Linear counting: how many names set that many bits, most likely.
  static std::uint32_t names_of(const Source& source) {
    const auto bits = std::popcount(source.names);
    if (bits == static_cast<int>(names_max)) return 4 * names_max;
    const double share = static_cast<double>(bits) / names_max;
    return static_cast<std::uint32_t>(std::lround(-std::log1p(-share) * names_max));
  }

  Policy policy_;
  base::RecentTable<Source> sources_{sources_max};
};

}  // namespace endpoint
