// http/message.h - the heads of HTTP/1.1 requests and responses (RFC 9112), as much as a server beside SIP needs.
//
// A machine reads a head from a stream: feed bytes, it is complete, unfinished or wrong. Bodies are not read here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

/// Bytes of a start line and its headers; browsers send one to two KiB.
inline constexpr std::size_t head_bytes_max = 8192;
inline constexpr std::size_t headers_max = 100;

struct Headers {
  std::vector<std::pair<std::string, std::string>> all;

  /// The first value; empty when there is none. Names are compared without regard to case.
  std::string_view text(std::string_view name) const;
  /// Whether a list header ("Connection: keep-alive, Upgrade") has that token, in any of its lines.
  bool has_token(std::string_view name, std::string_view token) const;
  /// All values of a list header, in order.
  std::vector<std::string_view> list(std::string_view name) const;
  void add(std::string_view name, std::string_view value) { all.emplace_back(name, value); }
};

struct Request {
  std::string method, target;
  int minor_version = 1;
  Headers headers;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// As on the wire; Content-Length is added unless it is a 101.
  std::string text() const;
};

std::string_view reason_phrase(int status);

/// Answers requests of a port that WebSocket shares: the portal and the HTTP interface take their place here.
class Pages {
 public:
  virtual ~Pages() = default;
  virtual Response answer(const Request& request) = 0;
};

class HeadReader {
 public:
  enum class State : std::uint8_t { unfinished, complete, wrong, too_long };

  /// What follows the head stays in rest().
  State on_bytes(std::string_view bytes);
  State state() const { return state_; }
  /// After complete: as a request; nullopt when the start line is none.
  std::optional<Request> request() const;
  /// After complete: as a response, without its body.
  std::optional<Response> response() const;
  std::string take_rest() { return std::move(rest_); }
  bool is_empty() const { return buffer_.empty(); }

 private:
  State look();

  State state_ = State::unfinished;
  std::string buffer_, rest_;
  std::size_t scanned_ = 0;
};

}  // namespace http
