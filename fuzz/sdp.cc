// fuzz/sdp.cc - any text as a session description: what parses prints, parses again and stays the same;
// whatever can be answered is answered, and the offerer understands it.
#include "base/require.h"
#include "sdp/offer_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > sdp::max_description_bytes / 2) return 0;  // Printing may add line ends.
  const auto parsed = sdp::Description::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  const auto again = sdp::Description::parse(parsed->print());
  base::require(again && *again == *parsed, "printing a description changed it");

  sdp::Capabilities ours;
  ours.codecs = {{"PCMU", 8'000, 1, 0, {}}, {"opus", 48'000, 2, 96, {}}};
  ours.rtp = {base::Ip::v4(192, 0, 2, 1), 10'000};
  if (const auto answer = sdp::answer(*parsed, ours)) {
    base::require(answer->description.media.size() == parsed->media.size(), "m= lines were lost");
    (void)sdp::accept_answer(*parsed, answer->description);
  }
  const auto offer = sdp::make_offer(sdp::derive(*parsed, ours, {}), &*parsed);
  base::require(sdp::Description::parse(offer.print()).has_value(), "a derived offer does not parse");
  return 0;
}
