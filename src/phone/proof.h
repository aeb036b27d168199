// phone/proof.h - does a server work? Two phones register, one calls the other through it, both talk and listen.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "phone/phone.h"

namespace phone {

struct ProofOptions {
  base::Address server;
  base::Ip local = base::Ip::v4(127, 0, 0, 1);
  Account caller, callee;
  endpoint::Transport transport = endpoint::Transport::udp;
};

struct ProofResult {
  bool passed = false;
  std::string sentence;  ///< For the operator: what works, or what does not and where to look.
  Verdict caller, callee;
};

/// The proof as an object on a shard that is alone in its world. Different tones go either way, one digit too.
class Proof {
 public:
  static constexpr double caller_hz = 440, callee_hz = 1'000;
  static constexpr double share_min = 0.6;  ///< Of what each hears, that the other's tone must be.
  static constexpr base::Duration talk = std::chrono::seconds{1};
  static constexpr base::Duration give_up = std::chrono::seconds{15};

  /// `done` is told once, from the shard's queue.
  Proof(io::Shard& shard, const ProofOptions& options, std::function<void(const ProofResult&)> done);

 private:
  void begin();
  void on_registration();
  void on_call_changed(Call& call);
  void finish(std::string failure);
  std::string judge(ProofResult& result) const;

  io::Shard& shard_;
  const ProofOptions options_;
  std::function<void(const ProofResult&)> done_;
  std::unique_ptr<Phone> caller_, callee_;
  bool called_ = false, finished_ = false;
  io::Timer start_timer_, give_up_timer_;
};

/// The same with a thread and sockets of its own: waits for the result. For the program, from outside its shards.
ProofResult prove(const ProofOptions& options);

}  // namespace phone
