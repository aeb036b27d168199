// http/websocket.h - WebSocket after its handshake: messages out of frames and into them (RFC 6455 section 5).
//
// Pure: bytes in, poll() out. One message is held at most, and no more of it than `message_bytes_max`; a frame that
// announces more is refused before a byte of it is kept.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/random.h"

namespace http {

class WebSocket {
 public:
  enum class Role : std::uint8_t { server, client };
  static constexpr std::size_t message_bytes_max = 65'536;
  static constexpr std::size_t control_bytes_max = 125;  // section 5.5
  /// Fragments of one message: empty ones would never fill it.
  static constexpr std::size_t fragments_max = 1024;

  /// Section 7.4.1.
  enum Status : std::uint16_t {
    normal = 1000, going_away = 1001, protocol_error = 1002, unacceptable = 1003, no_status = 1005, bad_data = 1007, too_big = 1009
  };

  struct Message {
    std::string bytes;
  };
  /// To be sent: the answer to a ping.
  struct Send {
    std::string bytes;
  };
  /// The last output. `last_words`: a close frame to be sent before the connection is closed.
  struct Closed {
    std::uint16_t status;
    std::string last_words;
  };
  using Output = std::variant<Message, Send, Closed>;

  /// A client masks what it sends, with masks drawn from `seed`.
  explicit WebSocket(Role role, std::uint64_t seed = 0) : role_{role}, random_{seed} {}

  void on_bytes(std::string_view bytes);
  std::optional<Output> poll();
  /// A message as a frame: text where it is UTF-8, else binary.
  std::string frame(std::string_view message);
  std::string ping() { return make(Opcode::ping, {}); }
  std::string close(std::uint16_t status);

  bool is_closed() const { return closed_; }
  /// No message or frame is half received.
  bool is_idle() const { return buffer_.size() == begin_ && !in_message_; }

 private:
  enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
  struct Head {
    bool last;
    Opcode opcode;
    std::size_t size, payload;  // of the head itself, of what follows
    std::uint32_t mask;
    bool masked;
  };

  std::optional<Head> read_head(std::optional<Status>& fault) const;
  std::optional<Status> check(const Head& head) const;
  std::optional<Output> take_control(const Head& head, std::string payload);
  std::optional<Output> take_data(const Head& head, std::string payload);
  Output fail(Status status);
  std::string make(Opcode opcode, std::string_view payload);
  std::string take_payload(const Head& head);

  const Role role_;
  base::Random random_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::string message_;
  bool in_message_ = false, is_text_ = false, closed_ = false;
  std::size_t fragments_ = 0;
};

/// RFC 3629, without surrogates and overlong forms.
bool is_utf8(std::string_view text);

}  // namespace http
