// sip/framer.h - cuts a byte stream (TCP, TLS) into SIP messages and keepalives.
//
// RFC 3261 section 18.3, RFC 5626 section 4.4.1. Feed what was read, poll() until empty. Every byte is looked at
// once however it arrives; no more than one message is held. After Broken the stream has no boundaries any more:
// answer what can be answered and close the connection.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sip/message.h"

namespace sip {

class StreamFramer {
 public:
  enum class Error : std::uint8_t {
    too_long,           // more than max_message_bytes, or a header section beyond max_header_bytes
    no_content_length,  // RFC 3261 section 20.14 wants one on streams
    content_length,     // not a number, negative, or two that differ
    not_sip,            // what should be a start line is none
  };
  static constexpr std::size_t max_header_bytes = 32768;
  /// Line ends in a row before a message; peers send two, or four.
  static constexpr std::size_t max_blank_bytes = 1024;

  struct Complete {
    std::string bytes;  // one message, for Message::parse
  };
  struct Ping {};  // CRLF CRLF: answer with CRLF
  struct Pong {};  // CRLF
  struct Broken {
    Error error;
    std::string head;  // the header section when there is a whole one, so that a 400 can be sent
  };
  using Output = std::variant<Complete, Ping, Pong, Broken>;

  void on_bytes(std::string_view bytes);
  /// The next finished thing; call until it is empty.
  std::optional<Output> poll();

  bool is_broken() const { return broken_; }
  /// Bytes of an unfinished message: a peer that keeps it so for long should be closed.
  std::size_t pending() const { return buffer_.size() - begin_; }
  bool is_idle() const { return pending() == 0; }

 private:
  std::optional<Output> take_blank();
  std::optional<Output> take_header_section();
  std::optional<Output> take_message();
  Output fail(Error error, std::size_t head_size = 0);
  std::optional<Error> read_length(std::string_view head);

  std::string buffer_;
  std::size_t begin_ = 0;    // where the unfinished message starts
  std::size_t scanned_ = 0;  // from begin_: looked at already
  std::size_t head_ = 0;     // size of the header section, 0: not complete
  std::size_t length_ = 0;   // Content-Length
  std::size_t blanks_ = 0;   // line-end bytes since the last message
  int line_ends_ = 0;        // line ends since the last ping
  bool ponged_ = false;      // the one line end has been told about
  bool broken_ = false;
};

}  // namespace sip
