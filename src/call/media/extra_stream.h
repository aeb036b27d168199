// call/media/extra_stream.h - a stream that is passed on without being understood: video, text, fax.
//
// RTP and RTCP go to the stream at the same place of the other leg's description, byte for byte: payload numbers are
// those of the other side, because its description was passed on too.
#pragma once
#include "call/media/transport.h"

namespace call {

class ExtraStream : Transport::User {
 public:
  /// `index`: the place of its m= line.
  ExtraStream(io::Shard& shard, PortPool& pool, const base::Ip& local, bool auto_adjust, std::size_t index);
  ~ExtraStream() override { part(); }

  std::size_t index() const { return index_; }
  Transport& transport() { return transport_; }
  /// Both ways.
  void join(ExtraStream& other);
  void part();

 private:
  void on_rtp(const rtp::Packet& packet, std::string_view datagram) override;
  void on_rtcp(std::string_view datagram) override;

  const std::size_t index_;
  Transport transport_;
  ExtraStream* other_ = nullptr;
};

}  // namespace call
