// main/server.h - the whole server as an object: every shard's rooms built from one configuration and joined.
//
// Takes shards of either world: the program gives it the kernel's, scenario tests give it simulated ones.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "call/switch.h"
#include "dialplan/configuration.h"
#include "dialplan/execution.h"
#include "dialplan/request_execution.h"
#include "endpoint/authenticator.h"
#include "endpoint/sip_endpoint.h"
#include "io/port.h"
#include "location/gateways.h"
#include "location/location_service.h"
#include "location/pinger.h"
#include "location/registrar.h"
#include "main/external_addresses.h"
#include "main/gateway_calls.h"
#include "main/call_presence.h"
#include "main/guarding.h"
#include "main/certificates.h"
#include "presence/message_notices.h"
#include "presence/pager.h"
#include "presence/publisher.h"
#include "presence/subscriptions.h"
#include "proxy/proxy.h"
#include "record/journal.h"
#include "record/recorder.h"
#include "store/write_behind.h"

namespace ahoy {

/// The directory section as the authenticator's port.
class DirectoryAccounts : public endpoint::Accounts {
 public:
  void set(dialplan::Snapshot configuration) { configuration_ = std::move(configuration); }
  std::optional<endpoint::Account> find(std::string_view user, std::string_view domain) const override;
  bool knows_domain(std::string_view domain) const override;

 private:
  dialplan::Snapshot configuration_;
};

/// What outlives the process, and where.
struct Keeping {
  std::shared_ptr<store::Storage> storage;  ///< null: nothing is kept
  std::string csv_file;                     ///< empty: no text file of call records
  std::string tls_directory;                ///< certificates of profiles without tls-cert-dir; empty: no files at all
  std::optional<base::HashKey> route_key{};  ///< of Record-Routes; none: calls through the proxy end with the process
};

/// What one shard runs. Members are built from the ground up and go the other way.
struct ShardServer {
  /// What all shards of a server know and nobody else.
  struct Secrets {
    std::string nonces;
    base::HashKey routes;
  };
  ShardServer(io::Shard& shard, const dialplan::Configuration& configuration, const Secrets& secrets, const Keeping& keeping);
  ~ShardServer();

  io::Shard& shard;
  endpoint::Guard guard;
  endpoint::SipEndpoint endpoint;
  DirectoryAccounts accounts;
  endpoint::Authenticator authenticator;
  call::PortPool ports;
  dialplan::Runtime runtime;
  call::Switch calls;
  dialplan::RequestRouter requests;
  proxy::Proxy proxy;
  std::unique_ptr<store::WriteBehind> writes;  ///< null when nothing is kept
  std::unique_ptr<store::Bindings> kept_bindings;
  BanKeeper bans;
  location::LocationService location;
  location::Registrar registrar;
  location::Pinger pinger;
  location::Gateways gateways;
  GatewayCalls gateway_calls;
  presence::Reception messages_in, presence_in;
  presence::MessageStore message_store;
  presence::Pager pager;
  presence::StateAgent state_agent;
  presence::MessageNotices message_notices;
  presence::Subscriptions subscriptions;
  presence::Publisher publisher;
  CallPresence call_presence;
  record::Journal journal;
  record::Recorder recorder;
};

class Server {
 public:
  /// `shards` in their order; all of one world. Nothing may run on them yet.
  Server(std::vector<io::Shard*> shards, dialplan::Snapshot configuration, const Keeping& keeping = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Opens the ports and takes up the registrations that were kept. The error is one clear sentence for the operator.
  base::Result<void, std::string> open();
  /// A new snapshot for calls from now on; safe to call while running (from shard 0): each shard swaps in its turn.
  void reconfigure(dialplan::Snapshot configuration);

  ShardServer& at(std::uint16_t shard) { return *shards_[shard]; }
  std::uint16_t count() const { return static_cast<std::uint16_t>(shards_.size()); }
  const dialplan::Snapshot& configuration() const { return configuration_; }

 private:
  base::Result<std::vector<endpoint::PointId>, std::string> open_profile(ShardServer& server, const dialplan::Profile& profile);
  base::Result<void, std::string> open_on(ShardServer& server);
  void apply(ShardServer& server, const dialplan::Snapshot& configuration) const;
  static void apply_profiles(ShardServer& server, const dialplan::Snapshot& configuration,
                             const ExternalAddresses::Known& external);
  void watch_external();
  void on_external();

  dialplan::Snapshot configuration_;
  Certificates certificates_;
  std::vector<std::unique_ptr<ShardServer>> shards_;
  ExternalAddresses external_;
};

}  // namespace ahoy
