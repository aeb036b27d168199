// io/tcp.h - TCP connections and listeners on the reactor.
#pragma once
#include <memory>
#include <string>

#include "io/port.h"
#include "io/reactor.h"

namespace io {

class KernelStream : public Watched {
 public:
  /// An accepted connection.
  KernelStream(Reactor& reactor, File socket, const base::Address& from);
  /// A connection being made; on_connected or on_closed follows.
  KernelStream(Reactor& reactor, const base::Address& to, StreamHandler* handler);

  void send(std::string_view bytes);
  void on_ready(std::uint32_t events) override;
  void flush() override;

  base::Address local, remote;
  StreamHandler* handler = nullptr;

 private:
  enum class State : std::uint8_t { connecting, open, dead };
  void read_all();
  void write_some();
  void die(Reason reason);

  Reactor& reactor_;
  State state_ = State::open;
  Reason failed_at_start_ = Reason::other;
  std::string queue_;
  std::size_t sent_ = 0;
  bool waiting_for_room_ = false;
};

class KernelStreamHandle : public Stream {
 public:
  KernelStreamHandle(Reactor& reactor, std::unique_ptr<KernelStream> stream) : reactor_{reactor}, stream_{stream.release()} {}
  ~KernelStreamHandle() override {
    stream_->handler = nullptr;
    stream_->flush();
    reactor_.bury(stream_);
  }
  const base::Address& local() const override { return stream_->local; }
  const base::Address& remote() const override { return stream_->remote; }
  void send(std::string_view bytes) override { stream_->send(bytes); }
  void set_handler(StreamHandler* handler) override { stream_->handler = handler; }

 private:
  Reactor& reactor_;
  KernelStream* stream_;
};

class KernelListener : public Watched {
 public:
  KernelListener(Reactor& reactor, File socket, Acceptor& acceptor);
  void on_ready(std::uint32_t events) override;
  const base::Address local;

 private:
  static constexpr int accepts_per_turn = 64;
  Reactor& reactor_;
  Acceptor& acceptor_;
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
