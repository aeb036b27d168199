#include "sim/raw_agent.h"

#include "base/require.h"
#include "base/text.h"

namespace sim {

struct RawAgent::Connection : io::StreamHandler {
  RawAgent* owner = nullptr;
  std::unique_ptr<io::Stream> stream;
  base::Address peer;
  std::string unread;
  bool closed = false;

  void on_bytes(std::string_view bytes) override {
    unread += bytes;
    while (auto text = take_message(unread)) owner->inbox_.push_back({peer, std::move(*text)});
  }
  void on_closed(io::Reason) override { closed = true; }
};

RawAgent::RawAgent(World& world, Host& host, std::uint16_t port, endpoint::Transport over)
    : world_{world}, host_{host}, over_{over}, address_{host.ip(), port} {
  if (over == endpoint::Transport::udp) {
    auto socket = host.shard().open_udp(address_, io::Sharing::exclusive, this);
    base::require(socket.has_value(), "a simulated port is taken");
    socket_ = std::move(*socket);
    return;
  }
  auto listener = over == endpoint::Transport::tls ? host.shard().listen_tls(address_, *this, nullptr)
                                                   : host.shard().listen(address_, *this);
  base::require(listener.has_value(), "a simulated port is taken");
  listener_ = std::move(*listener);
}

RawAgent::~RawAgent() = default;

void RawAgent::send(const base::Address& to, const std::string& text) {
  if (socket_) return socket_->send(to, text);
  const auto known = connections_.find(to);
  if (known != connections_.end() && !known->second->closed) return known->second->stream->send(text);
  auto fresh = std::make_unique<Connection>();
  fresh->peer = to;
  auto& connection = add(std::move(fresh));
  auto& shard = host_.shard();
  connection.stream = over_ == endpoint::Transport::tls ? shard.connect_tls(to, &connection, nullptr, to.ip.text())
                                                        : shard.connect(to, &connection);
  connection.stream->send(text);
}

void RawAgent::on_accepted(std::unique_ptr<io::Stream> stream) {
  auto fresh = std::make_unique<Connection>();
  fresh->peer = stream->remote();
  auto& connection = add(std::move(fresh));
  connection.stream = std::move(stream);
  connection.stream->set_handler(&connection);
}

RawAgent::Connection& RawAgent::add(std::unique_ptr<Connection> connection) {
  connection->owner = this;
  auto& place = connections_[connection->peer];
  place = std::move(connection);
  return *place;
}

void RawAgent::on_datagrams(std::span<const io::Datagram> batch) {
  for (const auto& datagram : batch) inbox_.push_back({datagram.from, std::string{datagram.bytes}});
}

std::string RawAgent::take(base::Duration limit) { return take_from(0, limit); }

std::string RawAgent::take_from(int least, base::Duration limit) {
  const base::Time end = world_.now() + limit;
  for (;;) {
    world_.run_until([this] { return !inbox_.empty(); }, end - world_.now());
    if (inbox_.empty()) return {};
    std::string text = std::move(inbox_.front().text);
    from_ = inbox_.front().from;
    inbox_.pop_front();
    const int status = status_of(text);
    if (status == 0 || status >= least) return text;
  }
}

bool RawAgent::quiet(base::Duration duration) {
  world_.run_for(duration);
  return inbox_.empty();
}

std::optional<std::string> take_message(std::string& stream) {
  stream.erase(0, std::min(stream.find_first_not_of("\r\n"), stream.size()));
  const auto head = stream.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  const auto size = head + 4 + base::to_number<std::size_t>(header(stream, "Content-Length")).value_or(0);
  if (stream.size() < size) return std::nullopt;
  std::string text = stream.substr(0, size);
  stream.erase(0, size);
  return text;
}

std::vector<std::string> headers(std::string_view message, std::string_view name) {
  std::vector<std::string> values;
  const auto head = message.substr(0, message.find("\r\n\r\n"));
  for (const auto line : base::split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && base::same(base::trim(line.substr(0, colon)), name))
      values.emplace_back(base::trim(line.substr(colon + 1)));
  }
  return values;
}

std::string header(std::string_view message, std::string_view name) {
  auto all = headers(message, name);
  return all.empty() ? std::string{} : all.front();
}

std::string first_line(std::string_view message) { return std::string{message.substr(0, message.find("\r\n"))}; }

std::string body_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string{} : std::string{message.substr(end + 4)};
}

int status_of(std::string_view message) {
  if (!message.starts_with("SIP/2.0 ")) return 0;
  return base::to_number<int>(message.substr(8, 3)).value_or(0);
}

std::string message(std::initializer_list<std::string> lines, std::string_view body) {
  std::string text;
  for (const auto& line : lines) text += line + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

std::string answer_to(std::string_view request, int status, std::string_view phrase, std::string_view tag,
                      std::string_view more, std::string_view body) {
  std::string text = "SIP/2.0 " + std::to_string(status) + " " + std::string{phrase} + "\r\n";
  for (const auto& via : headers(request, "Via")) text += "Via: " + via + "\r\n";
  for (const auto& hop : headers(request, "Record-Route")) text += "Record-Route: " + hop + "\r\n";
  text += "From: " + header(request, "From") + "\r\n";
  std::string to = header(request, "To");
  if (!tag.empty() && to.find(";tag=") == std::string::npos) to.append(";tag=").append(tag);
  text += "To: " + to + "\r\n";
  text += "Call-ID: " + header(request, "Call-ID") + "\r\n";
  text += "CSeq: " + header(request, "CSeq") + "\r\n";
  text += more;
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

}  // namespace sim
