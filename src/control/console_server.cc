#include "control/console_server.h"

#include <algorithm>

namespace control {

class ConsoleServer::Connection : public io::StreamHandler {
 public:
  Connection(ConsoleServer& owner, std::unique_ptr<io::Stream> stream) : owner_{owner}, stream_{std::move(stream)} {
    stream_->set_handler(this);
  }

  void on_bytes(std::string_view bytes) override {
    pending_ += bytes;
    for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      owner_.commander_.run(std::move(line), [self = weak_](std::string answer) {
        if (const auto connection = self.lock()) connection->tell(answer);
      });
    }
    if (pending_.size() > line_max) on_closed(io::Reason::too_much_queued);
  }
  void on_closed(io::Reason) override { owner_.forget(*this); }
  void know_yourself(std::weak_ptr<Connection> self) { weak_ = std::move(self); }

 private:
  void tell(const std::string& answer) { stream_->send(std::to_string(answer.size()) + "\n" + answer); }

  ConsoleServer& owner_;
  std::unique_ptr<io::Stream> stream_;
  std::string pending_;
  std::weak_ptr<Connection> weak_;
};

ConsoleServer::~ConsoleServer() = default;

base::Result<void, io::Reason> ConsoleServer::open(const std::string& path) {
  auto listener = house_.home().listen_local(path, *this);
  if (!listener) return base::Unexpected<io::Reason>{listener.error()};
  listener_ = std::move(*listener);
  return {};
}

void ConsoleServer::on_accepted(std::unique_ptr<io::Stream> stream) {
  if (connections_.size() >= connections_max) return;
  auto connection = std::make_shared<Connection>(*this, std::move(stream));
  connection->know_yourself(connection);
  connections_.push_back(std::move(connection));
}

void ConsoleServer::forget(Connection& connection) {
  const auto found = std::ranges::find_if(connections_, [&](const auto& one) { return one.get() == &connection; });
  if (found == connections_.end()) return;
  // We are inside one of its calls.
  house_.home().post(house_.home().id(), [dead = std::move(*found)] {});
  connections_.erase(found);
}

}  // namespace control
