#include "main/external_addresses.h"

#include "base/log.h"
#include "base/text.h"

namespace ahoy {

namespace {

constexpr std::string_view by_name = "host:", by_stun = "stun:", by_hand = "autonat:";

bool starts(std::string_view text, std::string_view prefix) { return base::same(text.substr(0, prefix.size()), prefix); }
bool has_to_be_found(std::string_view text) { return starts(text, by_name) || starts(text, by_stun); }
bool is_auto(std::string_view text) { return text.empty() || base::same(text, "auto") || base::same(text, "auto-nat"); }

}  // namespace

std::optional<std::string> external_host(std::string_view text, const ExternalAddresses::Known& known) {
  text = base::trim(text);
  if (is_auto(text)) return std::nullopt;
  if (starts(text, by_hand)) return std::string{text.substr(by_hand.size())};
  if (!has_to_be_found(text)) return std::string{text};
  const auto found = known.find(text);
  return found == known.end() ? std::nullopt : std::optional{found->second.host()};
}

/// One text: looked up, asked, and again.
class ExternalAddresses::Watch : io::UdpReceiver {
 public:
  Watch(ExternalAddresses& owner, std::string text)
      : owner_{owner}, text_{std::move(text)}, timer_{[this] { on_time(); }} {
    std::string_view rest = std::string_view{text_}.substr(by_name.size());
    stun_ = starts(text_, by_stun);
    if (const auto colon = rest.rfind(':'); stun_ && colon != std::string_view::npos && rest.find(':') == colon) {
      server_.port = base::to_number<std::uint16_t>(rest.substr(colon + 1)).value_or(stun_port);
      rest = rest.substr(0, colon);
    } else {
      server_.port = stun_port;
    }
    host_ = base::lowered(rest);
    timer_.start(owner_.home_.timers(), owner_.home_.now());
  }
  ~Watch() override { *alive_ = false; }

 private:
  io::Shard& home() { return owner_.home_; }

  void on_time() {
    if (asked_ > 0 && asked_ < requests) return ask_server();
    if (asked_ == requests) return fail("the STUN server does not answer");
    if (const auto ip = base::Ip::parse(host_)) return on_host(*ip);
    home().ask({base::dns::Type::a, host_}, [this, alive = alive_](const base::dns::Answer& answer) {
      if (!*alive) return;
      if (answer.addresses.empty()) return fail("the name has no address");
      on_host(answer.addresses.front());
    });
  }

  void on_host(const base::Ip& ip) {
    if (!stun_) return done(ip);
    server_.ip = ip;
    id_ = ice::new_transaction(home().random());
    auto opened = home().open_udp({base::Ip::any(ip.family), 0}, io::Sharing::exclusive, this);
    if (!opened) return fail(io::sentence(opened.error()));
    socket_ = std::move(*opened);
    ask_server();
  }

  void ask_server() {
    socket_->send(server_, ice::binding_request(id_));
    timer_.start(home().timers(), home().now() + first_pause * (1 << asked_));
    ++asked_;
  }

  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& datagram : batch)
      if (const auto mapped = ice::mapped_address(datagram.bytes, id_)) return done(mapped->ip);
  }

  void done(const base::Ip& ip) {
    rest_until(refresh);
    failed_ = false;
    owner_.found(text_, ip);
  }

  void fail(std::string_view why) {
    // Once is enough until it works again.
    if (!std::exchange(failed_, true))
      base::log::warn("nat", "{}: {}; asked again every {} s", text_, why, std::chrono::duration_cast<std::chrono::seconds>(retry).count());
    rest_until(retry);
  }

  void rest_until(base::Duration pause) {
    asked_ = 0;
    socket_.reset();
    timer_.start(home().timers(), home().now() + pause);
  }

  ExternalAddresses& owner_;
  std::string text_, host_;
  bool stun_ = false, failed_ = false;
  base::Address server_;
  ice::TransactionId id_{};
  int asked_ = 0;
  std::unique_ptr<io::UdpSocket> socket_;
  io::Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

ExternalAddresses::ExternalAddresses(io::Shard& home, base::Function<void()> changed) : home_{home}, changed_{std::move(changed)} {}

ExternalAddresses::~ExternalAddresses() = default;

void ExternalAddresses::watch(const std::set<std::string>& texts) {
  std::erase_if(watches_, [&](const auto& entry) { return !texts.contains(entry.first); });
  std::erase_if(known_, [&](const auto& entry) { return !texts.contains(entry.first); });
  for (const auto& text : texts)
    if (has_to_be_found(text) && !watches_.contains(text)) watches_[text] = std::make_unique<Watch>(*this, text);
}

void ExternalAddresses::found(const std::string& text, const base::Ip& ip) {
  const auto [entry, fresh] = known_.try_emplace(text, ip);
  if (!fresh && entry->second == ip) return;
  entry->second = ip;
  base::log::notice("nat", "{} is {}", text, ip.text());
  changed_();
}

}  // namespace ahoy
