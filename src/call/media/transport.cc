#include "call/media/transport.h"

namespace call {

Transport::Transport(io::Shard& shard, PortPool& pool, const base::Ip& local, bool auto_adjust, Content content,
                     User& user)
    : shard_{shard}, pool_{pool}, user_{user}, auto_adjust_{auto_adjust}, content_{content}, ports_{pool.take(local)},
      filter_{{.auto_adjust = auto_adjust, .relatch = auto_adjust}} {
  if (!ports_) return;
  local_ = ports_.rtp->local();
  ports_.rtp->set_receiver(&rtp_port_);
  ports_.rtcp->set_receiver(&rtcp_port_);
}

void Transport::close() {
  if (ports_) pool_.give_back(std::move(ports_));
  ports_ = {};
}

void Transport::expect(std::optional<base::Address> rtp, std::optional<base::Address> rtcp, bool mux) {
  mux_ = mux;
  if (rtp != signalled_ || !remote_rtcp_) remote_rtcp_ = mux ? rtp : rtcp;
  signalled_ = rtp;
  filter_.expect(rtp);
}

void Transport::send_rtp(std::string_view datagram) {
  if (const auto to = filter_.remote(); to && ports_) ports_.rtp->send(*to, datagram);
}

void Transport::send_rtcp(std::string_view datagram) {
  if (!ports_ || !remote_rtcp_) return;
  (mux_ ? ports_.rtp : ports_.rtcp)->send(*remote_rtcp_, datagram);
}

void Transport::Port::on_datagrams(std::span<const io::Datagram> batch) {
  for (const auto& datagram : batch) {
    if (!transport.ports_) return;  // The user closed us for what it was told.
    const bool is_control = control || (transport.mux_ && rtp::is_rtcp(base::bytes_of(datagram.bytes)));
    if (is_control) transport.take_rtcp(datagram);
    else transport.take_rtp(datagram);
  }
}

void Transport::take_rtp(const io::Datagram& datagram) {
  const auto parsed = rtp::Packet::parse(base::bytes_of(datagram.bytes));
  if (!parsed && content_ == Content::rtp) {
    ++malformed_;
    return;
  }
  const rtp::Packet packet = parsed ? *parsed : rtp::Packet{};
  using Verdict = rtp::SourceFilter::Verdict;
  const auto verdict = filter_.on_packet(datagram.from, packet.ssrc, packet.sequence, shard_.now());
  if (verdict == Verdict::ignore) return;
  // A NAT that changed the RTP port changes that of RTCP too; until RTCP comes the usual distance is the best guess.
  if (verdict == Verdict::latched)
    remote_rtcp_ = mux_ ? datagram.from
                        : base::Address{datagram.from.ip, static_cast<std::uint16_t>(datagram.from.port + 1)};
  user_.on_rtp(packet, datagram.bytes);
}

void Transport::take_rtcp(const io::Datagram& datagram) {
  if (!filter_.accepts_rtcp(datagram.from)) return;
  if (auto_adjust_) remote_rtcp_ = datagram.from;
  user_.on_rtcp(datagram.bytes);
}

}  // namespace call
