// call/media/memory_test.cc - what a leg's media costs while it only relays.
#include <malloc.h>

#include "call/media/media_fixture.h"

namespace call::test {
namespace {

class MediaMemory : public MediaWorld {
 protected:
  static std::size_t in_use() { return mallinfo2().uordblks; }
  static bool counts() {
    // A sanitizer's allocator does not say.
    const auto before = in_use();
    const std::vector<char> probe(100'000);
    return in_use() >= before + 100'000;
  }
};

TEST_F(MediaMemory, MED_10_ARelayingLegStaysBelow8KiB) {
  if (!counts()) GTEST_SKIP() << "this allocator does not count";
  constexpr std::size_t legs = 40;
  std::vector<PortPool::Pair> sockets;  // The ports of the world are not what is measured.
  for (std::size_t i = 0; i < legs; ++i) sockets.push_back(pool.take(server.ip()));
  for (auto& pair : sockets) pool.give_back(std::move(pair));
  world.run_for(PortPool::rest);
  std::vector<std::unique_ptr<Media>> made;
  made.reserve(legs);
  const auto options = options_with("PCMU,PCMA");
  const auto before = in_use();
  for (std::size_t i = 0; i < legs; ++i) {
    made.push_back(std::make_unique<Media>(server.shard(), pool, options, on_a));
    answer(*made.back(), pa.sdp("0 8 101", "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
                                           "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"));
    if (i % 2 == 1) made[i]->join(*made[i - 1]);
  }
  const auto each = (in_use() - before) / legs;
  RecordProperty("bytes_per_leg", static_cast<int>(each));

  EXPECT_LT(each, 8'192U);
  // Relaying a packet allocates nothing that stays.
  pa.send(made[0]->local_rtp(), 0, pa.numbered());
  world.run_for(20ms);
  const auto after_first = in_use();
  for (int i = 0; i < 50; ++i) {
    pa.send(made[0]->local_rtp(), 0, pa.numbered());
    world.run_for(20ms);
    pa.forget();
  }
  EXPECT_LT(in_use(), after_first + 4'096);
}

}  // namespace
}  // namespace call::test
