#include "phone/command.h"

#include <fmt/format.h>

#include <future>

#include "call/media/codec_prefs.h"
#include "io/credentials.h"
#include "io/shard.h"

namespace phone {

namespace {

base::Duration seconds(double value) { return base::Duration{static_cast<std::int64_t>(value * 1'000'000)}; }

/// Where a first configuration listens.
std::uint16_t first_port(endpoint::Transport transport) {
  if (transport == endpoint::Transport::ws) return 5066;
  return transport == endpoint::Transport::wss ? 7443 : endpoint::usual_port(transport);
}

std::optional<base::Address> address_of(const std::string& text, std::uint16_t port) {
  if (const auto full = base::Address::parse(text)) return full;
  if (const auto ip = base::Ip::parse(text)) return base::Address{*ip, port};
  return std::nullopt;
}

/// One run of the command, on its shard.
class Session {
 public:
  Session(io::Shard& shard, const CommandOptions& command, Options options, std::function<void(int)> done)
      : shard_{shard}, command_{command}, done_{std::move(done)}, phone_{shard, std::move(options)},
        end_timer_{[this] { finish(); }} {}

  void begin() {
    if (const auto opened = phone_.open(); !opened) return fail("cannot listen: " + std::string{io::sentence(opened.error())});
    phone_.on_registration = [this](Phone& phone) {
      if (!phone.registered()) return fail(fmt::format("not registered: status {}", phone.registration_status()));
      if (!command_.json) fmt::print("registered at {}\n", command_.server);
      if (!command_.dial.empty() && !phone.last_call()) phone.dial(command_.dial);
    };
    phone_.on_call_changed = [this](Call& call) { tell(call); };
    end_timer_.start(shard_.timers(), shard_.now() + seconds(command_.wait));
    if (command_.registers) return phone_.register_now();
    if (!command_.dial.empty()) phone_.dial(command_.dial);
  }

 private:
  void tell(Call& call) {
    static constexpr std::string_view names[]{"calling", "ringing", "early media", "up", "over"};
    if (!command_.json) fmt::print("{}: {}\n", call.peer(), names[static_cast<std::size_t>(call.state())]);
    std::fflush(stdout);
    if (call.over()) finish();
  }

  void fail(const std::string& sentence) {
    fmt::print(stderr, "ahoy phone: {}\n", sentence);
    end(2);
  }

  void finish() {
    auto* call = phone_.last_call();
    if (!call) {
      fmt::print(stderr, "ahoy phone: no call\n");
      return end(1);
    }
    if (!call->over()) return call->hang_up();  // which brings us here again
    const auto verdict = call->verdict();
    fmt::print("{}", command_.json ? verdict.json() + "\n" : verdict.text());
    std::fflush(stdout);
    end(verdict.answered ? 0 : 1);
  }

  void end(int status) {
    if (std::exchange(ended_, true)) return;
    end_timer_.stop();
    phone_.unregister();
    // The last messages leave first.
    shard_.post(shard_.id(), [this, status] { done_(status); });
  }

  io::Shard& shard_;
  const CommandOptions& command_;
  std::function<void(int)> done_;
  Phone phone_;
  bool ended_ = false;
  io::Timer end_timer_;
};

}  // namespace

base::Result<Options, std::string> parse(const CommandOptions& command) {
  Options out;
  const auto transport = endpoint::transport_named(command.transport);
  if (!transport) return base::Unexpected<std::string>{"'" + command.transport + "' is none of udp, tcp, tls, ws, wss"};
  out.transport = *transport;
  const auto server = address_of(command.server, first_port(*transport));
  if (!server) return base::Unexpected<std::string>{"'" + command.server + "' is no address"};
  out.server = *server;
  const bool six = server->ip.family == base::Family::ipv6;
  const std::string loopback = six ? "::1" : "127.0.0.1";
  if (command.local.empty() && !server->ip.is_loopback())
    return base::Unexpected<std::string>{"say with --local which address of this machine the server can reach"};
  const auto local = address_of(command.local.empty() ? loopback : command.local, 0);
  if (!local || local->ip.family != server->ip.family)
    return base::Unexpected<std::string>{"'" + command.local + "' is no address of the server's family"};
  out.local = *local;
  out.account = {command.user, command.password, command.domain, {}};
  if (is_secure(out.transport)) {
    io::TlsOptions tls;
    tls.own_file.clear();
    tls.authorities = command.authorities;
    tls.verify_out = tls.subjects_out = !command.authorities.empty();
    auto credentials = io::Credentials::load(tls);
    if (!credentials) return base::Unexpected<std::string>{credentials.error()};
    out.credentials = std::move(*credentials);
  }
  if (!command.codecs.empty()) {
    auto prefs = call::parse_codec_prefs(command.codecs);
    if (prefs.codecs.empty()) return base::Unexpected<std::string>{"none of the codecs '" + command.codecs + "' is known"};
    out.codecs = std::move(prefs.codecs);
  }
  if (command.reject != 0 && (command.reject < 300 || command.reject > 699))
    return base::Unexpected<std::string>{"a call is rejected with 300 to 699"};
  out.reception.reject = command.reject;
  if (command.answer_after < 0) out.reception.answer_after.reset();
  else out.reception.answer_after = seconds(command.answer_after);
  out.script.play = command.play;
  out.script.record = command.record;
  out.script.digits = command.digits;
  out.script.echo = command.echo;
  if (command.hang_up_after > 0) out.script.hang_up_after = seconds(command.hang_up_after);
  return out;
}

int run(const CommandOptions& command) {
  auto options = parse(command);
  if (!options) {
    fmt::print(stderr, "ahoy phone: {}\n", options.error());
    return 2;
  }
  io::Engine engine{{.shards = 1, .offload_threads = 1, .seed = base::Random::kernel_seed()}};
  std::promise<int> promise;
  auto status = promise.get_future();
  std::unique_ptr<Session> session;
  engine.start();
  engine.on_every_shard([&](io::KernelShard& shard) {
    session = std::make_unique<Session>(shard, command, std::move(*options), [&](int told) { promise.set_value(told); });
    session->begin();
  });
  const int told = status.get();
  engine.on_every_shard([&](io::KernelShard&) { session.reset(); });
  engine.stop();
  return told;
}

}  // namespace phone
