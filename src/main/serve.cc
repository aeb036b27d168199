// main/serve.cc - `ahoy serve`: make what is missing, open, prove, run, stop in order.
#include <fmt/format.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <atomic>
#include <thread>

#include "base/log.h"
#include "control/console_server.h"
#include "io/shard.h"
#include "main/commands.h"
#include "main/first_configuration.h"
#include "main/loading.h"
#include "main/profiles.h"
#include "main/route_key.h"
#include "main/server.h"
#include "main/version.h"
#include "phone/proof.h"
#include "store/database.h"

namespace ahoy {

namespace {

namespace fs = std::filesystem;

/// Time for calls to say goodbye after SIGTERM.
/// Providers get this long to take our registrations back.
constexpr std::chrono::milliseconds unregister_max{1'000};
constexpr auto farewell_max = std::chrono::seconds{3};
constexpr auto farewell_step = std::chrono::milliseconds{20};

void say(std::string_view sentence) {
  fmt::print("{}\n", sentence);
  std::fflush(stdout);
}

int fail(std::string_view sentence) {
  fmt::print(stderr, "ahoy: {}\n", sentence);
  return 1;
}

base::log::Level level_of(std::string_view name) {
  using base::log::Level;
  if (base::same(name, "debug")) return Level::debug;
  if (base::same(name, "notice")) return Level::notice;
  if (base::same(name, "warning") || base::same(name, "warn")) return Level::warning;
  if (base::same(name, "err") || base::same(name, "error")) return Level::error;
  if (base::same(name, "crit")) return Level::critical;
  return Level::info;
}

/// The first start: users with random passwords, a certificate, folders.
std::optional<std::string> prepare(const ServeOptions& options) {
  std::error_code error;
  fs::create_directories(fs::path{options.state_dir} / "recordings", error);
  if (error) return "cannot make the folder " + options.state_dir + ": " + error.message();
  if (fs::exists(fs::path{options.config_dir} / "freeswitch.xml")) return std::nullopt;
  base::Random random{base::Random::kernel_seed()};
  const FirstConfiguration first{options.sip_ip, options.sip_port, {}, options.external_ip};
  const auto users = make_first_configuration(options.config_dir, first, random);
  if (!users) return users.error();
  if (auto made = make_first_certificate(options.state_dir + "/tls", options.sip_ip); !made) return made.error();
  say(fmt::format("First start: made a configuration in {} with users {}-{} and random passwords.", options.config_dir,
                  users->front().id, users->back().id));
  return std::nullopt;
}

void print_findings(const dialplan::Findings& findings) {
  for (const auto& finding : findings) fmt::print(stderr, "{}\n", finding.text());
}

/// SIGTERM, SIGINT and SIGHUP are waited for by the main thread alone; every thread made later inherits the mask.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

std::size_t legs_alive(io::Engine& engine, Server& server) {
  std::atomic<std::size_t> legs{0};
  engine.on_every_shard([&](io::KernelShard& shard) { legs += server.at(shard.id()).calls.count(); });
  return legs;
}

void say_goodbye(io::Engine& engine, Server& server) {
  engine.on_every_shard([&](io::KernelShard& shard) {
    auto& calls = server.at(shard.id()).calls;
    calls.pause_inbound(true);
    calls.hang_up_all(call::Cause::system_shutdown);
  });
  for (auto waited = std::chrono::milliseconds{0}; waited < farewell_max; waited += farewell_step) {
    if (legs_alive(engine, server) == 0) break;
    std::this_thread::sleep_for(farewell_step);
  }
  engine.on_every_shard([&](io::KernelShard& shard) { server.at(shard.id()).gateways.unregister_all(); });
  for (auto waited = std::chrono::milliseconds{0}; waited < unregister_max; waited += farewell_step) {
    std::atomic<int> busy{0};
    engine.on_every_shard([&](io::KernelShard& shard) { busy += server.at(shard.id()).gateways.at_rest() ? 0 : 1; });
    if (busy == 0) break;
    std::this_thread::sleep_for(farewell_step);
  }
  // One more turn, so that the last BYE leaves the machine.
  engine.on_every_shard([](io::KernelShard&) {});
}

/// On the control shard. What is wrong with the configuration, or empty.
std::string reload(Server& server, const ServeOptions& options) {
  auto fresh = load_configuration(options.config_dir, options.state_dir);
  if (!fresh) {
    base::log::error("config", "the configuration was not reloaded: it holds errors; nothing has changed");
    std::string wrong;
    for (const auto& finding : fresh.error()) wrong += finding.text() + "\n";
    return wrong;
  }
  server.reconfigure(*fresh);
  if (options.log_level.empty()) base::log::set_level(level_of((*fresh)->core.loglevel));
  base::log::notice("config", "configuration reloaded");
  return {};
}

control::House make_house(Server& server, const ServeOptions& options) {
  control::House house;
  for (std::uint16_t id = 0; id < server.count(); ++id) {
    auto& one = server.at(id);
    house.shards.push_back({&one.shard, &one.endpoint, &one.calls, &one.runtime, &one.journal, &one.location, &one.gateways, &one.state_agent});
  }
  house.version = version;
  house.started = house.home().now();
  house.reload = [&server, &options] { return reload(server, options); };
  house.shut_down = [] { kill(getpid(), SIGTERM); };
  return house;
}

/// The first two users that have a password, by name.
std::vector<const dialplan::User*> two_users(const dialplan::Directory& directory) {
  std::vector<const dialplan::User*> users;
  for (const auto domain : directory.domains())
    for (const auto& [id, user] : directory.domain(domain)->users)
      if (!user->password().empty()) users.push_back(user.get());
  std::ranges::sort(users, [](const auto* a, const auto* b) { return std::tie(a->domain, a->id) < std::tie(b->domain, b->id); });
  if (users.size() > 2) users.resize(2);
  return users;
}

/// The proof of a start: two phones of ours register, call each other through the server and hear each other.
bool prove(Server& server) {
  const auto users = two_users(server.configuration()->directory);
  if (users.size() < 2) {
    say("Proof: FAILED: the directory has no two users with passwords.");
    return false;
  }
  phone::ProofOptions options;
  options.server = server.at(0).endpoint.point(0).local;
  options.local = options.server.ip;
  options.caller = {users[0]->id, std::string{users[0]->password()}, users[0]->domain, {}};
  options.callee = {users[1]->id, std::string{users[1]->password()}, users[1]->domain, {}};
  const auto result = phone::prove(options);
  say(fmt::format("Proof: {}: {}", result.passed ? "passed" : "FAILED", result.sentence));
  return result.passed;
}

void print_how_to_call(const Server& server, const ServeOptions& options) {
  const auto& point = const_cast<Server&>(server).at(0).endpoint.point(0);
  say(fmt::format("Ahoy is up: SIP on {}, {} users.", listing(point),
                  server.configuration()->directory.size()));
  say(fmt::format("Register a phone: server {}, user 1000 .. 1009, password in {}/directory/default.xml; then dial 9196 "
                  "(echo) or another user.",
                  point.local.text(), options.config_dir));
}

}  // namespace

int serve(const ServeOptions& options) {
  const sigset_t signals = block_signals();
  ::umask(0077);  // call records, recordings and registrations are about people
  if (const auto problem = prepare(options)) return fail(*problem);
  auto configuration = load_configuration(options.config_dir, options.state_dir);
  if (!configuration) {
    print_findings(configuration.error());
    return fail("the configuration in " + options.config_dir + " holds errors");
  }
  const auto& core = (*configuration)->core;
  base::log::configure({level_of(options.log_level.empty() ? core.loglevel : options.log_level), options.log_file, true});
  for (const auto& finding : (*configuration)->findings) base::log::warn("config", "{}", finding.text());

  io::Engine::Options engine_options;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  engine_options.shards = options.shards != 0 ? options.shards : static_cast<std::uint16_t>(cores);
  engine_options.seed = base::Random::kernel_seed();
  io::Engine engine{engine_options};
  std::vector<io::Shard*> shards;
  for (std::uint16_t id = 0; id < engine.count(); ++id) shards.push_back(&engine.shard(id));

  const Keeping keeping{std::make_shared<store::Database>(options.state_dir + "/ahoy.db"),
                        options.state_dir + "/cdr-csv/Master.csv", options.state_dir + "/tls",
                        route_key(options.state_dir + "/route.key", shards.front()->random())};
  Server server{std::move(shards), *configuration, keeping};
  if (const auto opened = server.open(); !opened) return fail(opened.error());
  auto house = make_house(server, options);
  control::ConsoleServer console{house};
  if (const auto opened = console.open(console_socket(options.state_dir)); !opened)
    return fail("the console cannot listen in " + options.state_dir + ": " + std::string{io::sentence(opened.error())});
  engine.start();

  int status = 0;
  if (options.prove && !prove(server)) status = 1;
  if (!options.once) {
    print_how_to_call(server, options);
    for (int signal = 0; sigwait(&signals, &signal) == 0 && signal == SIGHUP;)
      engine.on_every_shard([&](io::KernelShard& shard) {
        if (shard.id() == 0) reload(server, options);
      });
    say("Stopping.");
  }
  say_goodbye(engine, server);
  engine.stop();
  base::log::flush();
  return status;
}

}  // namespace ahoy
