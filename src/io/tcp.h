// io/tcp.h - TCP connections and listeners on the reactor.
#pragma once
#include <memory>
#include <string>

#include "io/port.h"
#include "io/reactor.h"
#include "io/tls_session.h"

namespace io {

/// What TLS a stream speaks; without credentials it speaks none.
struct Security {
  std::shared_ptr<Credentials> credentials;
  std::string domain;  ///< of whom we connect to
};

class KernelStream : public Watched {
 public:
  /// A peer from which nothing comes, not even the acknowledgement of a probe, is gone after this: half-open
  /// connections of phones that lost their network.
  static constexpr base::Duration gone_after = std::chrono::seconds{80};

  /// An accepted connection.
  KernelStream(Reactor& reactor, File socket, const base::Address& from, const Security& security = {});
  /// A connection being made; on_connected or on_closed follows.
  KernelStream(Reactor& reactor, const base::Address& to, StreamHandler* handler, const Security& security = {});

  void send(std::string_view bytes);
  void on_ready(std::uint32_t events) override;
  void flush() override;
  /// What the owner does last: sends what is queued, and TLS's farewell.
  void end();
  const PeerNames* peer() const { return tls_ ? tls_->peer() : nullptr; }

  base::Address local, remote;
  StreamHandler* handler = nullptr;

 private:
  enum class State : std::uint8_t { connecting, handshaking, open, dead };
  void connected();
  void shake_hands();
  void begin();
  void read_all();
  void write_some();
  TlsSession::Moved read(char* into, std::size_t room, bool from_socket);
  TlsSession::Moved write(std::string_view bytes);
  void end_by(TlsSession::Outcome outcome);
  void die(Reason reason);

  Reactor& reactor_;
  Security security_;  // until the handshake begins
  std::unique_ptr<TlsSession> tls_;
  State state_ = State::open;
  Reason failed_at_start_ = Reason::other;
  Reason failure_ = Reason::other;  // of the last read or write
  std::string queue_;
  std::size_t sent_ = 0;
  bool waiting_for_room_ = false;
};

class KernelStreamHandle : public Stream {
 public:
  KernelStreamHandle(Reactor& reactor, std::unique_ptr<KernelStream> stream) : reactor_{reactor}, stream_{stream.release()} {}
  ~KernelStreamHandle() override {
    stream_->handler = nullptr;
    stream_->end();
    reactor_.bury(stream_);
  }
  const base::Address& local() const override { return stream_->local; }
  const base::Address& remote() const override { return stream_->remote; }
  void send(std::string_view bytes) override { stream_->send(bytes); }
  void set_handler(StreamHandler* handler) override { stream_->handler = handler; }
  const PeerNames* peer() const override { return stream_->peer(); }

 private:
  Reactor& reactor_;
  KernelStream* stream_;
};

class KernelListener : public Watched {
 public:
  KernelListener(Reactor& reactor, File socket, Acceptor& acceptor, std::shared_ptr<Credentials> credentials = nullptr);
  void on_ready(std::uint32_t events) override;
  const base::Address local;

 private:
  static constexpr int accepts_per_turn = 64;
  Reactor& reactor_;
  Acceptor& acceptor_;
  Security security_;
};

class KernelListenerHandle : public Listener {
 public:
  KernelListenerHandle(Reactor& reactor, std::unique_ptr<KernelListener> listener)
      : reactor_{reactor}, listener_{listener.release()} {}
  ~KernelListenerHandle() override { reactor_.bury(listener_); }
  const base::Address& local() const override { return listener_->local; }

 private:
  Reactor& reactor_;
  KernelListener* listener_;
};

}  // namespace io
