// tests/compat/called_side.h - the phones of the recorded vectors: what they answer is in the user part they are called by.
//
// Tokens joined by '-': rNNN sends that response (183 and 200 with a session description), wNNN waits ms, qNN puts
// Reason: Q.850;cause=NN into the next final response or BYE, bye hangs up, toX is the user of a 3xx's Contact.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/world.h"

namespace compat {

class CalledSide : public io::UdpReceiver {
 public:
  struct Later {
    std::string method;
    base::Time at;
    std::string detail;  ///< Reason, else the body
  };
  struct Seen {
    std::string user, invite;
    base::Time at;
    std::vector<Later> then;
  };

  CalledSide(io::Shard& shard, const base::Address& local);
  ~CalledSide() override;
  /// INVITEs in the order in which they came.
  std::vector<const Seen*> seen() const;

  void on_datagrams(std::span<const io::Datagram> batch) override;

 private:
  struct Phone;

  void on_request(const std::string& request, const base::Address& from);
  void later(const std::string& request, const base::Address& from);
  void step(Phone& phone);
  void respond(Phone& phone, int status);
  void hang_up(Phone& phone);

  io::Shard& shard_;
  base::Address local_;
  std::unique_ptr<io::UdpSocket> socket_;
  std::map<std::string, std::unique_ptr<Phone>> phones_;  // by Call-ID
  std::vector<Phone*> order_;
};

}  // namespace compat
