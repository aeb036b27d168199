// fuzz/rtcp.cc - any datagram as an RTCP compound: what parses is built, parses again and stays the same.
#include "base/random.h"
#include "base/require.h"
#include "rtp/session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Bytes datagram{data, size};
  const auto packets = rtp::parse_rtcp(datagram);
  if (packets) {
    std::vector<std::uint8_t> built;
    for (const auto& packet : *packets) rtp::build_rtcp(packet, built);
    if (built.size() <= rtp::max_rtcp_bytes) {
      const auto again = rtp::parse_rtcp(built);
      base::require(again && *again == *packets, "an RTCP compound changed when it was built again");
    }
  }
  base::Random random{1};
  rtp::Session session{{}, random, base::Time{}};
  (void)session.on_rtcp(datagram, base::Time{} + std::chrono::seconds{1});
  while (session.poll()) {}
  return 0;
}
