// io/port.h - what the rest of Ahoy sees of the kernel.
//
// Two worlds stand behind this header: the real one (io/shard.h: epoll, recvmmsg, threads) and the simulated
// one (sim/world.h: one thread, virtual time, lossy links). Code above io takes a Shard& and cannot tell which.
//
// A Shard is one core's world: its sockets, its timers, its randomness. Everything here is called on the
// shard's own thread, except where it says otherwise; handlers are called from the shard's loop and never
// from inside the call that provoked them.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/dns.h"
#include "base/function.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "io/timer_wheel.h"

namespace io {

/// Why a socket could not be opened or a stream ended.
enum class Reason : std::uint8_t {
  in_use, not_permitted, no_such_address, out_of_files, refused, timed_out, reset, closed, too_much_queued,
  handshake_failed,  ///< no common TLS version or cipher, a broken peer, one that speaks no TLS
  not_trusted,       ///< its certificate, or ours in its eyes
  other
};
std::string_view sentence(Reason reason);

/// One datagram of a batch; `bytes` is valid during the call only.
struct Datagram {
  base::Address from;
  std::string_view bytes;
};

class UdpReceiver {
 public:
  virtual ~UdpReceiver() = default;
  /// A batch as the kernel gave it, in order. Destroying the socket inside is allowed.
  virtual void on_datagrams(std::span<const Datagram> batch) = 0;
  /// One of ours that the network gave back (ICMP: no such host, network or port): `from` is where it was meant to go,
  /// the bytes are as many of it as came back. Told of ports that every shard shares only.
  virtual void on_returned(const Datagram&) {}
};

/// A bound UDP socket; destroying it closes it.
class UdpSocket {
 public:
  virtual ~UdpSocket() = default;
  virtual const base::Address& local() const = 0;
  /// Queues a copy; one sendmmsg for the whole loop turn. A datagram that cannot be sent is lost, as on the wire.
  virtual void send(const base::Address& to, std::string_view bytes) = 0;
  /// Packets arriving from now on go to `receiver`; null drops them unread.
  virtual void set_receiver(UdpReceiver* receiver) = 0;
  /// What these send is dropped before anybody is woken for it, as far as the world can: the receiver looks too. IPv4
  /// addresses and IPv6 networks of 64 bits, the most important first; none: everybody is let in again.
  virtual void shut_out(std::span<const base::Ip> /*networks*/) {}
};

class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  virtual void on_connected() {}
  virtual void on_bytes(std::string_view bytes) = 0;
  /// The last call; the stream is dead. Not called when the owner destroyed it.
  virtual void on_closed(Reason reason) = 0;
};

class Credentials;
struct PeerNames;

/// A TCP connection, with TLS or without; destroying it closes it after what was queued has been sent.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual const base::Address& local() const = 0;
  virtual const base::Address& remote() const = 0;
  /// Queues; more than `stream_queue_max` bytes waiting closes the stream with too_much_queued.
  virtual void send(std::string_view bytes) = 0;
  virtual void set_handler(StreamHandler* handler) = 0;
  /// Who the peer proved to be by its certificate; null: it proved nothing, or there is no TLS.
  virtual const PeerNames* peer() const { return nullptr; }
};
inline constexpr std::size_t stream_queue_max = 1 << 20;

class Acceptor {
 public:
  virtual ~Acceptor() = default;
  /// With TLS the handshake is still to come: on_connected or on_closed follows. An owner who will not wait for ever
  /// for it destroys the stream.
  virtual void on_accepted(std::unique_ptr<Stream> stream) = 0;
};

/// A listening TCP socket; destroying it stops listening.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual const base::Address& local() const = 0;
};

/// How a UDP port is shared: a SIP port is opened by every shard (the kernel spreads the senders), a media port by one.
enum class Sharing : std::uint8_t { exclusive, every_shard };

class Shard {
 public:
  virtual ~Shard() = default;

  /// Monotonic; the same within one loop turn.
  virtual base::Time now() const = 0;
  /// Seconds since 1970 at now(), in microseconds: for Date headers, records and time-of-day conditions only.
  virtual std::chrono::microseconds wall_clock() const = 0;
  virtual base::Random& random() = 0;
  virtual TimerWheel& timers() = 0;

  /// How long what is handled now may have waited for this shard: a few milliseconds, unless more comes in than it can do.
  virtual base::Duration behind() const { return {}; }

  virtual std::uint16_t id() const = 0;
  virtual std::uint16_t count() const = 0;

  /// Port 0 asks for any. The socket belongs to this shard.
  virtual base::Result<std::unique_ptr<UdpSocket>, Reason> open_udp(const base::Address& local, Sharing sharing,
                                                                    UdpReceiver* receiver) = 0;
  virtual base::Result<std::unique_ptr<Listener>, Reason> listen(const base::Address& local, Acceptor& acceptor) = 0;
  /// The same with TLS. New connections use what the credentials are at that time.
  virtual base::Result<std::unique_ptr<Listener>, Reason> listen_tls(const base::Address& local, Acceptor& acceptor,
                                                                     std::shared_ptr<Credentials> credentials) = 0;
  /// A socket file that only its owner may open; an old file at that path goes. For the console.
  virtual base::Result<std::unique_ptr<Listener>, Reason> listen_local(const std::string& path, Acceptor& acceptor) = 0;
  /// Answers at once; on_connected or on_closed follows.
  virtual std::unique_ptr<Stream> connect(const base::Address& remote, StreamHandler* handler) = 0;
  /// The same with TLS; on_connected comes after the handshake. `domain` is who the peer must prove to be when the
  /// credentials ask for that (RFC 5922), and what it is asked for (SNI); an address as text is good too.
  virtual std::unique_ptr<Stream> connect_tls(const base::Address& remote, StreamHandler* handler,
                                              std::shared_ptr<Credentials> credentials, const std::string& domain) = 0;

  /// Runs `work` on shard `to` in one of its next turns; to == id() runs it after the present handler returns.
  /// May be called from any shard of the same world. Bounded only by memory: use it for work that was admitted.
  virtual void post(std::uint16_t to, base::Function<void()> work) = 0;
  /// Runs `work` on the offload pool (database, files), then `done` back here. False when the queue is full: the
  /// caller must have an answer for that. In the simulated world work runs in virtual time zero.
  virtual bool offload(base::Function<void()> work, base::Function<void()> done) = 0;

  /// Asks the name service, without memory of earlier answers; `done` is called later, once, unless the shard ends
  /// before. Names of the hosts file are answered from there. A world without a name service answers `failed`.
  virtual void ask(base::dns::Question question, base::Function<void(const base::dns::Answer&)> done);
  /// Who is asked from now on: "192.0.2.53,[2001:db8::53]:5353"; empty: whoever the system asks. False: no such list.
  virtual bool set_name_servers(const std::string& list);
};

/// A dialog lives where its Call-ID hashes to, for as long as it lives.
std::uint16_t owner_of(std::string_view key, std::uint16_t shards);

}  // namespace io
