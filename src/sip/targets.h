// sip/targets.h - from a URI to the servers to try, in order: RFC 3263 section 4, with RFC 2782's choice by weight.
//
// Pure: poll() gives questions for a name service, on_answer() takes what it says, in any order; done() then take().
// The same answers and the same Random give the same order.
//
// Beyond the RFC's letter: a service that fails is followed by the next NAPTR record's servers (section 4.3 speaks
// of the SRV records only), and a name with neither NAPTR nor SRV records is reached at its addresses.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/dns.h"
#include "base/random.h"
#include "sip/uri.h"

namespace sip {

/// One place to send a request to.
struct Target {
  /// In this order endpoint::Transport has them, too.
  enum class Over : std::uint8_t { udp, tcp, tls, ws, wss };
  Over over = Over::udp;
  base::Address address;
  std::string host;  ///< The name the URI asked for: what a certificate has to show (RFC 5922).
  bool operator==(const Target&) const = default;
};

class Targets {
 public:
  /// What a peer's zone can make us do at most.
  static constexpr std::size_t services_max = 8, hosts_max = 32, addresses_max = 8, targets_max = 32;

  struct Options {
    std::vector<Target::Over> transports;  ///< what we can send over, the preferred first
    bool ipv4 = true, ipv6 = true;
  };

  Targets(const Uri& uri, Options options, base::Random& random);

  std::optional<base::dns::Question> poll();
  void on_answer(const base::dns::Question& question, const base::dns::Answer& answer);
  /// Nothing is asked and nothing will be.
  bool done() const { return step_ == Step::done; }
  /// Empty: there is nowhere to send to.
  std::vector<Target> take() { return std::move(targets_); }
  /// Nothing was found because nobody answered; another time it may be.
  bool name_service_failed() const { return failed_; }

 private:
  enum class Step : std::uint8_t { pointers, services, addresses, done };
  struct Service {
    Target::Over over;
    std::string name;
  };
  struct Host {
    Target::Over over;
    std::string name;
    std::uint16_t port;
  };

  bool can(Target::Over over) const;
  void begin(const Uri& uri);
  void ask(base::dns::Type type, const std::string& name);
  const base::dns::Answer* answer(base::dns::Type type, const std::string& name) const;
  void advance();
  void after_pointers();
  void ask_services();
  void after_services();
  void ask_addresses();
  void after_addresses();
  void add_targets(const Host& host, base::dns::Type type);
  void fall_back();

  Options options_;
  base::Random& random_;
  Step step_ = Step::pointers;
  bool secure_ = false;
  std::optional<Target::Over> wanted_;  // transport= of the URI
  std::string name_;
  std::vector<Service> services_;
  std::vector<Host> hosts_;
  std::deque<base::dns::Question> to_ask_;
  std::map<base::dns::Question, std::optional<base::dns::Answer>> asked_;
  std::size_t open_ = 0;  // questions without an answer
  std::vector<Target> targets_;
  bool failed_ = false;
};

/// RFC 2782: by priority, within one by chance in proportion to weight.
std::vector<base::dns::Srv> in_order(std::vector<base::dns::Srv> records, base::Random& random);

/// Where a peer listens that does not say.
constexpr std::uint16_t usual_port(Target::Over over) {
  constexpr std::uint16_t ports[]{5060, 5060, 5061, 80, 443};
  return ports[static_cast<std::size_t>(over)];
}

}  // namespace sip
