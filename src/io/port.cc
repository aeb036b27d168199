#include "io/port.h"

#include "base/hash.h"

namespace io {

std::string_view sentence(Reason reason) {
  switch (reason) {
    case Reason::in_use: return "the port is in use by another program";
    case Reason::not_permitted: return "no permission (ports below 1024 need root or CAP_NET_BIND_SERVICE)";
    case Reason::no_such_address: return "this machine has no such address";
    case Reason::out_of_files: return "out of file descriptors (raise LimitNOFILE)";
    case Reason::refused: return "the peer refused the connection";
    case Reason::timed_out: return "the peer did not answer";
    case Reason::reset: return "the peer reset the connection";
    case Reason::closed: return "the peer closed the connection";
    case Reason::too_much_queued: return "the peer does not read what it is sent";
    case Reason::handshake_failed: return "the TLS handshake failed";
    case Reason::not_trusted: return "a certificate was refused";
    case Reason::other: return "the kernel refused";
  }
  return "the kernel refused";
}

std::uint16_t owner_of(std::string_view key, std::uint16_t shards) {
  return static_cast<std::uint16_t>(base::stable_hash(key) % shards);
}

void Shard::ask(base::dns::Question, base::Function<void(const base::dns::Answer&)> done) {
  post(id(), [done = std::move(done)]() mutable { done({}); });
}

bool Shard::set_name_servers(const std::string&) { return true; }

}  // namespace io
