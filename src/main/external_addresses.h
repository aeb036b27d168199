// main/external_addresses.h - what ext-sip-ip and ext-rtp-ip say, found out and kept up to date.
//
//   192.0.2.1, autonat:192.0.2.1    that address
//   host:NAME                       the address of a name, asked again every minute
//   stun:HOST[:PORT]                as a STUN server sees us (RFC 8489), asked again every minute
//   auto, auto-nat, nothing         the local address
//
// A name or server that cannot be reached is a warning and a retry: meanwhile what was known last is told, or the local
// address. One object for the server, on its first shard.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "ice/binding.h"
#include "io/port.h"

namespace ahoy {

class ExternalAddresses {
 public:
  static constexpr base::Duration refresh = std::chrono::seconds{60}, retry = std::chrono::seconds{10};
  /// RFC 8489 section 6.2.1, shortened: requests and the pause after the first, which doubles.
  static constexpr int requests = 5;
  static constexpr base::Duration first_pause = std::chrono::milliseconds{500};
  static constexpr std::uint16_t stun_port = 3478;

  using Known = std::map<std::string, base::Ip, std::less<>>;
  /// `changed` is called whenever something is known that was not, or is another address.
  ExternalAddresses(io::Shard& home, base::Function<void()> changed);
  ExternalAddresses(const ExternalAddresses&) = delete;
  ExternalAddresses& operator=(const ExternalAddresses&) = delete;
  ~ExternalAddresses();

  /// All texts of the configuration; those that need nobody are left out, those that are gone are forgotten.
  void watch(const std::set<std::string>& texts);
  const Known& known() const { return known_; }

 private:
  class Watch;
  void found(const std::string& text, const base::Ip& ip);

  io::Shard& home_;
  base::Function<void()> changed_;
  std::map<std::string, std::unique_ptr<Watch>> watches_;
  Known known_;
};

/// What `text` means with what is known; nullopt: the local address.
std::optional<std::string> external_host(std::string_view text, const ExternalAddresses::Known& known);

}  // namespace ahoy
