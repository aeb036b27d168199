// tests/scenario/fixture.h - a whole Ahoy on a simulated host, with raw peers around it.
#pragma once
#include <memory>
#include <string>

#include "main/server.h"
#include "sim/raw_agent.h"
#include "sim/world.h"

namespace scenario {

inline const base::Ip server_ip = base::Ip::v4(10, 0, 0, 1);
inline const base::Ip alice_ip = base::Ip::v4(10, 0, 0, 2);
inline const base::Ip bob_ip = base::Ip::v4(10, 0, 0, 3);

/// A configuration of one profile without authentication, with users alice and bob, and `context` as dialplan.
std::string configuration(std::string_view context, std::string_view profile_params = {}, std::string_view gateways = {},
                          const base::Ip& ip = server_ip);

/// The server of one test; ports 5060, shards as told.
struct House {
  explicit House(std::string_view context, std::uint64_t seed = 1, std::uint16_t shards = 2,
                 std::string_view profile_params = {}, std::string_view gateways = {});
  ~House();

  /// Stops and starts the server on the same host; what it kept in memory is gone.
  void restart();
  base::Address address() const { return {server_ip, 5060}; }
  /// Legs, transactions and dialogs on all shards.
  std::size_t legs() const;
  /// Waits for what may linger, then expects that nothing does.
  void expect_nothing_left();

  sim::World world;
  sim::Host& host;
  std::string xml;
  std::shared_ptr<store::Storage> storage;  ///< set before restart(): what a server keeps there outlives it
  std::unique_ptr<ahoy::Server> server;
};

/// Another Ahoy in the world of a test, with a configuration like the first one's; of one shard.
struct Neighbour {
  Neighbour(sim::World& world, const std::string& name, const base::Ip& ip, std::string_view context,
            std::string_view profile_params = {});
  base::Address address() const { return {ip, 5060}; }

  base::Ip ip;
  sim::Host& host;
  std::unique_ptr<ahoy::Server> server;
};

/// An SDP of one PCMU stream.
std::string sdp(const base::Ip& ip, std::uint16_t port = 4000);

}  // namespace scenario
