#include "main/server.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "main/gateways.h"
#include "main/nat.h"
#include "main/presence.h"
#include "main/profiles.h"
#include "main/registrations.h"

namespace ahoy {

namespace {

endpoint::UasChecks what_we_do() {
  using sip::Method;
  return {{Method::invite, Method::bye, Method::options, Method::register_, Method::info, Method::update,
           Method::prack, Method::refer, Method::notify, Method::message, Method::subscribe,
           Method::publish},
          {"path", "outbound", "100rel", "timer", "replaces", "norefersub"}};
}

/// Of a limit of the whole server. Calls spread unevenly: a shard may have more than its plain share.
std::uint32_t share_of(std::uint32_t limit, std::uint16_t shards) {
  return limit == 0 || shards == 1 ? limit : limit / shards + limit / 4 + 1;
}

call::SwitchOptions options_of(const dialplan::CoreSettings& core, std::uint16_t shards) {
  call::SwitchOptions options;
  options.max_sessions = share_of(core.max_sessions, shards);
  options.sessions_per_second = share_of(core.sessions_per_second, shards);
  return options;
}

std::unique_ptr<store::Items> items(const std::unique_ptr<store::WriteBehind>& writes, std::string kind) {
  return writes ? std::make_unique<store::Items>(*writes, std::move(kind)) : nullptr;
}

}  // namespace

std::optional<endpoint::Account> DirectoryAccounts::find(std::string_view user, std::string_view domain) const {
  const auto* found = configuration_->directory.find(user, domain);
  if (!found) return std::nullopt;
  endpoint::Account account{found->id, found->domain, std::string{found->password()}, std::string{found->a1_hash()}, {}};
  found->variables.for_each(
      [&](std::string_view name, std::string_view value) { account.variables.emplace_back(name, value); });
  return account;
}

bool DirectoryAccounts::knows_domain(std::string_view domain) const {
  return configuration_->directory.domain(domain) != nullptr;
}

ShardServer::ShardServer(io::Shard& on, const dialplan::Configuration& configuration, const Secrets& secrets,
                         const Keeping& keeping)
    : shard{on}, guard{on}, endpoint{on, what_we_do()},
      authenticator{endpoint, accounts, secrets.nonces},
      ports{on, configuration.core.rtp_start_port, configuration.core.rtp_end_port}, runtime{on},
      calls{endpoint, authenticator, ports, runtime},
      requests{runtime}, proxy{endpoint, authenticator, requests, secrets.routes},
      writes{keeping.storage ? std::make_unique<store::WriteBehind>(on, keeping.storage) : nullptr},
      kept_bindings{writes ? std::make_unique<store::Bindings>(*writes) : nullptr},
      bans{on, guard, writes.get()},
      location{endpoint, kept_bindings.get()}, registrar{endpoint, authenticator, accounts, location.local()},
      pinger{endpoint, location.local()}, gateways{endpoint}, gateway_calls{gateways},
      messages_in{endpoint, authenticator, accounts}, presence_in{endpoint, authenticator, accounts},
      message_store{endpoint, location, items(writes, "message")}, pager{messages_in, location, message_store},
      state_agent{location}, message_notices{endpoint, location, state_agent},
      subscriptions{presence_in, state_agent, items(writes, "subscription")},
      publisher{presence_in, state_agent}, call_presence{state_agent, accounts}, journal{on},
      recorder{writes ? std::make_unique<store::CallRecords>(*writes) : nullptr,
               keeping.csv_file.empty() ? nullptr : std::make_unique<record::CsvFile>(on, keeping.csv_file),
               record::default_csv_template} {
  runtime.set_switch(calls);
  runtime.set_location(&location);
  runtime.set_gateways(&gateways);
  endpoint.set_handler(sip::Method::register_, &registrar);
  endpoint.set_handler(sip::Method::message, &pager);
  endpoint.set_handler(sip::Method::subscribe, &subscriptions);
  endpoint.set_guard(&guard);
  authenticator.add_observer(guard);
  endpoint.set_handler(sip::Method::publish, &publisher);
  endpoint.set_tap(&journal);
  calls.add_observer(journal);
  calls.add_observer(recorder);
  calls.add_observer(gateway_calls);
  calls.add_observer(call_presence);
}

ShardServer::~ShardServer() {
  endpoint.set_tap(nullptr);
  if (writes) writes->finish();
}

Server::Server(std::vector<io::Shard*> shards, dialplan::Snapshot configuration, const Keeping& keeping)
    : configuration_{std::move(configuration)}, certificates_{*shards.front(), keeping.tls_directory},
      external_{*shards.front(), [this] { on_external(); }} {
  auto& random = shards.front()->random();
  const ShardServer::Secrets secrets{random.hex(64), keeping.route_key.value_or(base::HashKey{random.u64(), random.u64()})};
  std::vector<endpoint::SipEndpoint*> endpoints;
  std::vector<location::LocationService*> locations;
  std::vector<location::Gateways*> gateways;
  std::vector<presence::StateAgent*> state_agents;
  std::vector<presence::Subscriptions*> subscriptions;
  std::vector<presence::MessageStore*> message_stores;
  std::vector<call::Switch*> switches;
  std::vector<endpoint::Guard*> guards;
  for (auto* shard : shards) {
    shards_.push_back(std::make_unique<ShardServer>(*shard, *configuration_, secrets, keeping));
    endpoints.push_back(&shards_.back()->endpoint);
    locations.push_back(&shards_.back()->location);
    gateways.push_back(&shards_.back()->gateways);
    state_agents.push_back(&shards_.back()->state_agent);
    subscriptions.push_back(&shards_.back()->subscriptions);
    message_stores.push_back(&shards_.back()->message_store);
    switches.push_back(&shards_.back()->calls);
    guards.push_back(&shards_.back()->guard);
  }
  for (auto& server : shards_) {
    server->guard.join(guards);
    server->endpoint.join(endpoints);
    server->location.join(locations);
    server->gateways.join(gateways);
    server->state_agent.join(state_agents, server->subscriptions);
    server->subscriptions.join(subscriptions);
    server->message_store.join(message_stores);
    server->calls.join(switches);
    // A global set by one call is seen by all.
    server->runtime.set_global_listener([this, from = server->shard.id()](std::string_view name, std::string_view value) {
      for (auto& other : shards_)
        if (other->shard.id() != from)
          shards_[from]->shard.post(other->shard.id(), [other = other.get(), n = std::string{name}, v = std::string{value}] {
            other->runtime.globals().set(n, v);
          });
    });
  }
}

Server::~Server() = default;

base::Result<void, std::string> Server::open() {
  if (configuration_->profiles.empty())
    return base::Unexpected<std::string>{"the configuration has no SIP profile: there is nothing to listen on"};
  for (const auto& profile : configuration_->profiles)
    if (auto read = certificates_.read(profile); !read) return read;
  certificates_.watch();
  for (auto& server : shards_) {
    if (auto opened = open_on(*server); !opened) return opened;
    apply(*server, configuration_);
    apply_profiles(*server, configuration_, external_.known());
  }
  watch_external();
  std::vector<endpoint::Guard*> guards;
  for (auto& server : shards_) guards.push_back(&server->guard);
  shards_.front()->bans.restore(std::move(guards));
  shards_.front()->location.restore([](std::size_t count) {
    if (count > 0) base::log::notice("location", "{} registrations are back from before the restart", count);
  });
  shards_.front()->subscriptions.restore();
  shards_.front()->message_store.restore();
  return {};
}

base::Result<std::vector<endpoint::PointId>, std::string> Server::open_profile(ShardServer& server,
                                                                              const dialplan::Profile& profile) {
  auto points = listening_points(profile);
  if (!points) return base::Unexpected<std::string>{points.error()};
  std::vector<endpoint::PointId> ids;
  for (auto& point : *points) {
    point.credentials = certificates_.of(profile.name);
    point.web_credentials = certificates_.of_web(profile.name);
    // Port 0 is any port, but the same one on every shard.
    if (server.shard.id() != 0)
      point = shards_.front()->endpoint.point(static_cast<endpoint::PointId>(server.endpoint.transports().points()));
    const auto id = server.endpoint.open(point);
    if (!id)
      return base::Unexpected<std::string>{"profile " + profile.name + " cannot listen on " + listing(point) + ": " +
                                           std::string{io::sentence(id.error())}};
    ids.push_back(*id);
  }
  return ids;
}

base::Result<void, std::string> Server::open_on(ShardServer& server) {
  std::vector<std::shared_ptr<const call::Profile>> profiles;
  for (const auto& profile : configuration_->profiles) {
    auto ids = open_profile(server, profile);
    if (!ids) return base::Unexpected<std::string>{ids.error()};
    profiles.push_back(call_profile(profile, configuration_, std::move(*ids), external_.known(), server.gateways));
  }
  server.calls.set_profiles(std::move(profiles));
  return {};
}

void Server::apply(ShardServer& server, const dialplan::Snapshot& configuration) const {
  server.accounts.set(configuration);
  server.runtime.set_configuration(configuration);
  server.calls.set_options(options_of(configuration->core, count()));
  if (!server.shard.set_name_servers(configuration->core.dns_servers))
    base::log::error("config", "dns-servers '{}' is no list of addresses: it has no effect", configuration->core.dns_servers);
  server.endpoint.set_limits(connection_limits(*configuration));
  server.calls.set_spend_limits(configuration->guard.spend_limits);
  server.guard.set_policy(guard_policy(configuration));
  server.authenticator.set_account_rate(configuration->guard.settings.enabled
                                            ? configuration->guard.settings.account_requests_per_second
                                            : 0);
  for (const auto& profile : configuration->profiles) {
    server.registrar.set_settings(profile.name, registrar_settings(profile, configuration));
    server.authenticator.set_policy(profile.name, auth_policy(profile));
    server.proxy.set_admission(profile.name, admission_of(profile, configuration));
    server.messages_in.set_admission(profile.name, admission_of(profile, configuration));
    // Who is not challenged for a call has not proved whose registrations are its own: REGISTER's rule counts.
    auto watchers = admission_of(profile, configuration);
    watchers.authenticate = !profile.settings.accept_blind_reg;
    server.presence_in.set_admission(profile.name, std::move(watchers));
    server.subscriptions.set_limits(profile.name, subscription_limits(profile));
    server.pager.set_keeping(profile.name, std::chrono::duration_cast<std::chrono::seconds>(profile.settings.offline_message_expires));
    server.message_notices.set_wanted(profile.name, notices_wanted(profile));
  }
  server.state_agent.set_margin([configuration, &endpoint = server.endpoint](endpoint::PointId point) {
    return expiry_margin(*configuration, endpoint.point(point).profile);
  });
  server.subscriptions.set_lists([configuration](std::string_view name, std::string_view domain) {
    return members_of(*configuration, name, domain);
  });
  server.pinger.set_policy([configuration, &endpoint = server.endpoint](endpoint::PointId point) {
    return ping_policy(*configuration, endpoint.point(point).profile);
  });
}

/// What a profile says of new calls is taken over; ports stay as they were opened.
void Server::apply_profiles(ShardServer& server, const dialplan::Snapshot& configuration,
                            const ExternalAddresses::Known& external) {
  std::vector<std::shared_ptr<const call::Profile>> fresh;
  std::vector<location::GatewayOptions> gateways;
  for (const auto& profile : configuration->profiles) {
    const auto* old = server.calls.profile(profile.name);
    if (!old || old->points.empty()) continue;
    advertise(server.endpoint, old->points, profile, configuration, external);
    auto made = call_profile(profile, configuration, old->points, external, server.gateways);
    for (const auto& gateway : profile.gateways)
      for (const auto& usable : made->gateways)
        if (usable->name == gateway.name) gateways.push_back(gateway_options(profile, gateway, usable, old->points.front()));
    fresh.push_back(std::move(made));
  }
  server.calls.set_profiles(std::move(fresh));
  server.gateways.configure(std::move(gateways));
}

void Server::reconfigure(dialplan::Snapshot configuration) {
  configuration_ = std::move(configuration);
  watch_external();
  auto& here = shards_.front()->shard;
  for (auto& server : shards_)
    here.post(server->shard.id(), [this, server = server.get(), snapshot = configuration_, external = external_.known()] {
      apply(*server, snapshot);
      apply_profiles(*server, snapshot, external);
    });
}

void Server::watch_external() {
  std::set<std::string> texts;
  for (const auto& profile : configuration_->profiles)
    for (const auto& text : {profile.settings.ext_sip_ip, profile.settings.ext_rtp_ip}) texts.insert(std::string{base::trim(text)});
  external_.watch(texts);
}

/// An address outside was found or has changed.
void Server::on_external() {
  auto& here = shards_.front()->shard;
  for (auto& server : shards_)
    here.post(server->shard.id(), [server = server.get(), snapshot = configuration_, external = external_.known()] {
      apply_profiles(*server, snapshot, external);
    });
}

}  // namespace ahoy
