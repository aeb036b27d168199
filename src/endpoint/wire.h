// endpoint/wire.h - how SIP messages lie in the byte stream of a connection: TCP and TLS one way, WebSocket another.
//
// A machine without socket or clock: feed what was read, poll() until empty, send what it says.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sip/framer.h"

namespace endpoint {

class Wire {
 public:
  /// One SIP message came.
  struct Arrived {
    std::string bytes;
  };
  /// To be sent as it is: the answer to a keepalive, a handshake.
  struct Reply {
    std::string bytes;
  };
  /// The stream is of no more use: send the last words and close it.
  struct Over {
    std::string last_words;
    std::string why;
  };
  using Output = std::variant<Arrived, Reply, Over>;

  virtual ~Wire() = default;
  virtual void on_bytes(std::string_view bytes) = 0;
  virtual std::optional<Output> poll() = 0;
  /// A SIP message as it goes over this wire; empty while there is nothing to send yet (it follows as a Reply).
  virtual std::string wrap(std::string_view message) = 0;
  /// Nothing is half done: no message, no handshake. A peer that keeps it otherwise for long is closed.
  virtual bool is_idle() const = 0;
};

/// RFC 3261 section 18.3 and the CRLF keepalive of RFC 5626 section 4.4.1, for TCP and TLS.
class StreamWire : public Wire {
 public:
  void on_bytes(std::string_view bytes) override { framer_.on_bytes(bytes); }
  std::optional<Output> poll() override;
  std::string wrap(std::string_view message) override { return std::string{message}; }
  bool is_idle() const override { return framer_.is_idle(); }

 private:
  sip::StreamFramer framer_;
};

}  // namespace endpoint
