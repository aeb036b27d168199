// endpoint/web_wire.h - SIP over WebSocket (RFC 7118): the HTTP upgrade, then a SIP message in each WebSocket message.
//
// Other HTTP requests on the same port are answered by `pages`, or 404, and the connection is closed.
#pragma once
#include <vector>

#include "endpoint/wire.h"
#include "http/message.h"
#include "http/websocket.h"

namespace endpoint {

class WebWire : public Wire {
 public:
  static constexpr std::string_view subprotocol = "sip";

  /// A connection that came to us. `pages` outlives it; null: none.
  explicit WebWire(http::Pages* pages);
  /// One that we make, to `host` ("192.0.2.1:5066"). For the phone: a server never does that.
  WebWire(std::string_view host, std::uint64_t seed);

  void on_bytes(std::string_view bytes) override;
  std::optional<Output> poll() override;
  std::string wrap(std::string_view message) override;
  bool is_idle() const override { return state_ == State::open && socket_.is_idle(); }

 private:
  enum class State : std::uint8_t { upgrading, open, over };
  std::optional<Output> take_request();
  std::optional<Output> take_response();
  std::optional<Output> take_message(std::string bytes);
  Over end(std::string last_words, std::string why);

  State state_ = State::upgrading;
  http::Pages* pages_ = nullptr;
  std::string key_, greeting_;              // of a connection we make
  std::unique_ptr<http::HeadReader> head_;  // until the upgrade
  http::WebSocket socket_;
  std::vector<std::string> replies_;  // to go out after the upgrade
};

}  // namespace endpoint
