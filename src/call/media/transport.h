// call/media/transport.h - the two ports of one m= line: who may send to us, and where we send.
//
// Symmetric RTP by rtp::SourceFilter; RTCP on its own port or, after rtcp-mux, on that of RTP (RFC 5761). What comes
// from strangers is counted and dropped.
#pragma once
#include <optional>
#include <string_view>

#include "call/media/port_pool.h"
#include "rtp/packet.h"
#include "rtp/source_filter.h"

namespace call {

class Transport {
 public:
  class User {
   public:
    virtual ~User() = default;
    /// `datagram` is what `packet` was parsed from.
    virtual void on_rtp(const rtp::Packet& packet, std::string_view datagram) = 0;
    virtual void on_rtcp(std::string_view datagram) = 0;
  };
  /// `anything`: datagrams that are no RTP come through too, as an empty packet (T.38, DTLS).
  enum class Content : std::uint8_t { rtp, anything };

  Transport(io::Shard& shard, PortPool& pool, const base::Ip& local, bool auto_adjust, Content content, User& user);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport() { close(); }

  /// False: there was no port to be had, or close() was called.
  bool open() const { return static_cast<bool>(ports_); }
  /// Gives the ports back; addresses and figures stay.
  void close();

  /// What the peer's description says. Empty: nothing is expected, and nothing can be sent until something comes.
  void expect(std::optional<base::Address> rtp, std::optional<base::Address> rtcp, bool mux);
  void send_rtp(std::string_view datagram);
  void send_rtcp(std::string_view datagram);

  /// Of RTP.
  const base::Address& local() const { return local_; }
  std::optional<base::Address> remote() const { return filter_.remote(); }
  std::uint64_t refused() const { return filter_.ignored(); }
  std::uint64_t malformed() const { return malformed_; }

 private:
  struct Port : io::UdpReceiver {
    Port(Transport& t, bool c) : transport{t}, control{c} {}
    void on_datagrams(std::span<const io::Datagram> batch) override;
    Transport& transport;
    const bool control;
  };
  void take_rtp(const io::Datagram& datagram);
  void take_rtcp(const io::Datagram& datagram);

  io::Shard& shard_;
  PortPool& pool_;
  User& user_;
  const bool auto_adjust_;
  const Content content_;
  Port rtp_port_{*this, false};
  Port rtcp_port_{*this, true};
  PortPool::Pair ports_;
  base::Address local_;
  rtp::SourceFilter filter_;
  std::optional<base::Address> signalled_;
  std::optional<base::Address> remote_rtcp_;
  bool mux_ = false;
  std::uint64_t malformed_ = 0;
};

}  // namespace call
