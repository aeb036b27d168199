#include "endpoint/web_wire.h"

#include "base/random.h"
#include "http/upgrade.h"

namespace endpoint {

WebWire::WebWire(http::Pages* pages)
    : pages_{pages}, head_{std::make_unique<http::HeadReader>()}, socket_{http::WebSocket::Role::server} {}

WebWire::WebWire(std::string_view host, std::uint64_t seed)
    : head_{std::make_unique<http::HeadReader>()}, socket_{http::WebSocket::Role::client, seed} {
  base::Random random{~seed};
  key_ = http::new_key(random);
  greeting_ = http::upgrade_request(host, "/", key_, subprotocol);
}

void WebWire::on_bytes(std::string_view bytes) {
  if (state_ == State::open) socket_.on_bytes(bytes);
  if (state_ == State::upgrading) head_->on_bytes(bytes);
}

std::optional<Wire::Output> WebWire::poll() {
  if (!greeting_.empty()) return Reply{std::exchange(greeting_, {})};
  if (!replies_.empty() && state_ == State::open) {
    Reply reply;
    for (const auto& each : std::exchange(replies_, {})) reply.bytes += each;
    return reply;
  }
  if (state_ == State::upgrading) return key_.empty() ? take_request() : take_response();
  if (state_ == State::over) return std::nullopt;
  while (auto output = socket_.poll()) {
    if (auto* send = std::get_if<http::WebSocket::Send>(&*output)) return Reply{std::move(send->bytes)};
    if (auto* closed = std::get_if<http::WebSocket::Closed>(&*output))
      return end(std::move(closed->last_words), "WebSocket closed with " + std::to_string(closed->status));
    if (auto taken = take_message(std::move(std::get<http::WebSocket::Message>(*output).bytes))) return taken;
  }
  return std::nullopt;
}

/// RFC 7118 section 5.2: one SIP message. Browsers' stacks send the line ends of RFC 5626 too.
std::optional<Wire::Output> WebWire::take_message(std::string bytes) {
  if (bytes == "\r\n\r\n") return Reply{socket_.frame("\r\n")};
  if (bytes.empty() || bytes == "\r\n") return std::nullopt;
  return Arrived{std::move(bytes)};
}

std::optional<Wire::Output> WebWire::take_request() {
  static const http::Headers close_after{{{"Connection", "close"}}};
  using Head = http::HeadReader::State;
  switch (head_->state()) {
    case Head::unfinished: return std::nullopt;
    case Head::wrong: return end(http::Response{400, close_after, {}}.text(), "no HTTP request");
    case Head::too_long: return end(http::Response{431, close_after, {}}.text(), "an endless HTTP head");
    case Head::complete: break;
  }
  const auto request = head_->request();
  if (!request) return end({}, "no HTTP request");
  if (!http::wants_upgrade(*request)) {
    auto page = pages_ ? pages_->answer(*request) : http::Response{404, {{{"Content-Type", "text/plain"}}}, "Only SIP by WebSocket here.\n"};
    page.headers.add("Connection", "close");
    return end(page.text(), "an HTTP request");
  }
  const auto answer = http::answer_upgrade(*request, subprotocol);
  if (answer.status != 101) return end(answer.text(), "an upgrade that was refused");
  state_ = State::open;
  socket_.on_bytes(head_->take_rest());
  head_.reset();
  return Reply{answer.text()};
}

std::optional<Wire::Output> WebWire::take_response() {
  if (head_->state() == http::HeadReader::State::unfinished) return std::nullopt;
  const auto response = head_->response();
  if (!response || !http::is_upgraded(*response, key_, subprotocol)) return end({}, "the server refused the upgrade");
  state_ = State::open;
  socket_.on_bytes(head_->take_rest());
  head_.reset();
  return poll();
}

std::string WebWire::wrap(std::string_view message) {
  auto frame = socket_.frame(message);
  if (state_ == State::open) return frame;
  if (state_ == State::upgrading) replies_.push_back(std::move(frame));
  return {};
}

Wire::Over WebWire::end(std::string last_words, std::string why) {
  state_ = State::over;
  return {std::move(last_words), std::move(why)};
}

}  // namespace endpoint
