// tests/scenario/pairing.h - watches a world: are offers and answers paired? RFC 3264 and RFC 6337 sections 2 and 3.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/world.h"
#include "sip/message.h"

namespace scenario {

/// Fed with everything that is sent; what was lost counts as well, because rules bind the sender.
class Pairing {
 public:
  void see(const sim::Sent& sent);
  /// What was broken, one sentence each. Senders that have lost their memory in the middle are not judged.
  const std::vector<std::string>& broken() const { return broken_; }
  void forgive(const base::Ip& ip) { forgiven_.insert(ip.text()); }
  /// Exchanges that came to an answer.
  std::size_t paired() const { return paired_; }

 private:
  enum class At : std::uint8_t { nothing, offered_by_caller, offered_by_callee, answered };
  /// One INVITE or UPDATE between two addresses.
  struct Exchange {
    At at = At::nothing;
    bool judged = false;  // its final answer was seen
  };
  std::string key_of(const sip::Message& message, const sim::Sent& sent, std::string_view cseq) const;
  void on_request(const sip::Message& request, const sim::Sent& sent);
  void on_response(const sip::Message& response, const sim::Sent& sent);
  void on_ack(const sip::Message& ack, const sim::Sent& sent);
  void on_prack(const sip::Message& prack, const sim::Sent& sent);
  void answered(Exchange& exchange);

  std::map<std::string, Exchange> exchanges_;
  std::set<std::string> forgiven_;
  std::vector<std::string> broken_;
  std::size_t paired_ = 0;
};

}  // namespace scenario
