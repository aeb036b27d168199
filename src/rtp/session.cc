// rtp/session.cc - RTCP timing and what is read from reports.
#include "rtp/session.h"

#include <algorithm>

namespace rtp {

namespace {
// e - 3/2: what section 6.3.1 divides by, because reconsideration pulls the average down.
constexpr double compensation = 1.21828;
constexpr std::uint8_t item_cname = 1;
using Ntp = std::chrono::duration<std::int64_t, std::ratio<1, 65'536>>;
}  // namespace

base::Duration rtcp_interval(base::Duration minimum, bool initial, base::Random& random) {
  const double base = static_cast<double>(minimum.count()) * (initial ? 0.5 : 1.0);
  const double spread = 0.5 + static_cast<double>(random.u32()) / 4'294'967'296.0;
  return base::Duration{static_cast<std::int64_t>(base * spread / compensation)};
}

bool Session::Received::playable() const {
  return verdict != Receiver::Verdict::probation && verdict != Receiver::Verdict::jump &&
         verdict != Receiver::Verdict::duplicate;
}

Session::Session(Config config, base::Random& random, base::Time now)
    : config_{std::move(config)}, random_{random}, sender_{config_.clock_hz, random}, receiver_{config_.clock_hz} {
  if (config_.rtcp) next_report_ = now + rtp::rtcp_interval(config_.rtcp_interval, true, random_);
}

base::Result<Session::Received, PacketError> Session::on_rtp(base::Bytes datagram, base::Time now) {
  auto packet = Packet::parse(datagram);
  if (!packet) {
    ++malformed_;
    return base::Unexpected<PacketError>{packet.error()};
  }
  return on_packet(*packet, now);
}

Session::Received Session::on_packet(const Packet& packet, base::Time now) {
  if (packet.ssrc == sender_.ssrc()) {
    sender_.change_ssrc(random_);
    outbox_.put(SsrcCollision{sender_.ssrc()});
  }
  const auto verdict = receiver_.on_packet(packet.ssrc, packet.sequence, packet.timestamp, packet.payload.size(), now);
  return Received{packet, verdict};
}

base::Result<void, RtcpError> Session::on_rtcp(base::Bytes datagram, base::Time now) {
  const auto packets = parse_rtcp(datagram);
  if (!packets) {
    ++malformed_;
    return base::Unexpected<RtcpError>{packets.error()};
  }
  bool left = false;
  for (const auto& packet : *packets) {
    if (const auto* sr = std::get_if<SenderReport>(&packet)) {
      // A report of a source we do not hear must not become the LSR of the one we do.
      if (!receiver_.ssrc() || sr->ssrc == *receiver_.ssrc()) receiver_.on_sender_report(sr->ntp, now);
      for (const auto& block : sr->blocks) on_report_block(block, now);
    } else if (const auto* rr = std::get_if<ReceiverReport>(&packet)) {
      for (const auto& block : rr->blocks) on_report_block(block, now);
    } else if (const auto* bye = std::get_if<Bye>(&packet); bye && !bye->ssrcs.empty() && !left) {
      left = true;  // Once a datagram, however many sources it names.
      outbox_.put(PeerLeft{bye->ssrcs.front()});
    }
  }
  return {};
}

void Session::on_report_block(const ReportBlock& block, base::Time now) {
  if (block.ssrc != sender_.ssrc()) return;
  peer_report_ = block;
  if (block.last_sr == 0) return;
  // Section 6.4.1: A - LSR - DLSR on the middle 32 bits of NTP time.
  const auto arrived = static_cast<std::uint32_t>(ntp(now) >> 16);
  const auto trip = static_cast<std::int32_t>(arrived - block.last_sr - block.delay_since_last_sr);
  if (trip >= 0) round_trip_ = std::chrono::duration_cast<base::Duration>(Ntp{trip});
}

void Session::on_time(base::Time now) {
  if (closed_ || now < next_report_) return;
  outbox_.put(SendRtcp{compound(now, false)});
  next_report_ = now + rtp::rtcp_interval(config_.rtcp_interval, false, random_);
}

void Session::close(base::Time now) {
  if (closed_) return;
  closed_ = true;
  next_report_ = base::never;
  // Section 6.3.7: who has sent neither RTP nor RTCP must not say goodbye.
  if (config_.rtcp && sender_.packets() > 0) outbox_.put(SendRtcp{compound(now, true)});
}

std::uint64_t Session::ntp(base::Time now) const {
  const auto micros = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const auto seconds = micros / 1'000'000;
  return config_.ntp_at_zero + (seconds << 32) + ((micros % 1'000'000) << 32) / 1'000'000;
}

std::vector<std::uint8_t> Session::compound(base::Time now, bool bye) {
  std::vector<ReportBlock> blocks;
  if (const auto block = receiver_.take_report(now)) blocks.push_back(*block);
  std::vector<std::uint8_t> out;
  const bool sent_lately = sender_.packets() != packets_at_last_report_;
  packets_at_last_report_ = sender_.packets();
  if (sent_lately) {
    build_rtcp(SenderReport{sender_.ssrc(), ntp(now), sender_.timestamp_at(now), sender_.packets(), sender_.octets(),
                            std::move(blocks)}, out);
  } else {
    build_rtcp(ReceiverReport{sender_.ssrc(), std::move(blocks)}, out);
  }
  build_rtcp(SourceDescription{{{sender_.ssrc(), {{item_cname, config_.cname}}}}}, out);
  if (bye) build_rtcp(Bye{{sender_.ssrc()}, {}}, out);
  return out;
}

Quality Session::quality() const {
  const auto stats = receiver_.stats();
  NetworkFigures figures;
  if (stats.expected > 0 && stats.lost > 0)
    figures.loss = static_cast<double>(stats.lost) / static_cast<double>(stats.expected);
  figures.jitter = receiver_.jitter();
  figures.round_trip = round_trip_.value_or(base::Duration{});
  return estimate(figures);
}

}  // namespace rtp
