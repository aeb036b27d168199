// fuzz/rtp.cc - datagrams through the packet parser, a session, an event receiver and a jitter buffer.
// Each is preceded by a length byte, so that one input is a stream of packets.
#include <algorithm>

#include "base/random.h"
#include "base/require.h"
#include "rtp/jitter_buffer.h"
#include "rtp/session.h"
#include "rtp/telephone_event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::Random random{1};
  base::Time now{};
  rtp::Session session{{}, random, now};
  rtp::EventReceiver events;
  auto buffer = *rtp::JitterBuffer::create({.capacity = 16});
  base::Bytes rest{data, size};
  while (!rest.empty()) {
    const auto length = std::min<std::size_t>(rest[0], rest.size() - 1);
    const auto datagram = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    now += std::chrono::milliseconds{7};
    if (const auto received = session.on_rtp(datagram, now)) {
      const auto& packet = received->packet;
      std::vector<std::uint8_t> built;
      packet.build(built);
      const auto again = rtp::Packet::parse(built);
      base::require(again && again->sequence == packet.sequence && again->payload.size() == packet.payload.size(),
                    "a packet changed when it was built again");
      events.on_packet(packet.timestamp, packet.payload, now);
      buffer.put(packet, now);
    }
    events.on_time(now);
    while (events.poll()) {}
    while (session.poll()) {}
    (void)buffer.take(now);
    const auto s = buffer.stats();
    base::require(s.received == s.played + s.late + s.duplicate + s.overflowed + s.skipped + s.held,
                  "the jitter buffer lost count");
  }
  return 0;
}
