// sim/raw_agent.h - a peer that sends and compares text: for flows whose every message counts.
//
// It has no SIP stack, so that it cannot share a fault with the one under test. Messages that arrive are kept in
// order; a test takes them one by one and answers with what it composes.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "endpoint/flow.h"
#include "sim/world.h"

namespace sim {

class RawAgent : io::UdpReceiver, io::Acceptor {
 public:
  /// Sends over one transport and listens on its `port`. Over a stream a message takes the connection that is there.
  RawAgent(World& world, Host& host, std::uint16_t port = 5060, endpoint::Transport over = endpoint::Transport::udp);
  ~RawAgent() override;

  void send(const base::Address& to, const std::string& text);
  /// The next message that arrived, waiting up to `limit` for it; empty when none came.
  std::string take(base::Duration limit = std::chrono::seconds{1});
  /// The same, leaving out responses below `least` (100s, say).
  std::string take_from(int least, base::Duration limit = std::chrono::seconds{1});
  bool quiet(base::Duration duration);
  void drop_all() { inbox_.clear(); }
  const base::Address& address() const { return address_; }
  /// Where the message came from that was taken last: an answer to it goes there.
  const base::Address& from() const { return from_; }

 private:
  struct Connection;
  void on_datagrams(std::span<const io::Datagram> batch) override;
  void on_accepted(std::unique_ptr<io::Stream> stream) override;
  Connection& add(std::unique_ptr<Connection> connection);

  World& world_;
  Host& host_;
  endpoint::Transport over_;
  base::Address address_, from_;
  struct Received {
    base::Address from;
    std::string text;
  };
  std::deque<Received> inbox_;
  std::unique_ptr<io::UdpSocket> socket_;
  std::unique_ptr<io::Listener> listener_;
  std::map<base::Address, std::unique_ptr<Connection>> connections_;  // by the peer's address
};

/// Takes the first message of what a stream brought, and the line ends before it; nullopt until it is complete.
std::optional<std::string> take_message(std::string& stream);
/// The value of the first header of that name in a message text; empty when it is not there.
std::string header(std::string_view message, std::string_view name);
/// All values of that name, in order.
std::vector<std::string> headers(std::string_view message, std::string_view name);
std::string first_line(std::string_view message);
std::string body_of(std::string_view message);
/// 0 for a request.
int status_of(std::string_view message);

/// The answer a phone gives: Via, From, To (with `tag`), Call-ID and CSeq of the request, then `more` lines.
std::string answer_to(std::string_view request, int status, std::string_view phrase, std::string_view tag,
                      std::string_view more = {}, std::string_view body = {});

/// Joins lines with CRLF, adds Content-Length and body.
std::string message(std::initializer_list<std::string> lines, std::string_view body = {});

}  // namespace sim
