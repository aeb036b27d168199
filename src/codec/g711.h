// codec/g711.h - the two companding laws of ITU-T G.711, by table. RFC 3551 sections 4.5.14.
#pragma once
#include <cstdint>

namespace codec {

/// 16-bit linear to 8-bit code words as they go on the wire (mu-law inverted, A-law with even bits inverted).
std::uint8_t to_ulaw(std::int16_t sample);
std::uint8_t to_alaw(std::int16_t sample);
std::int16_t from_ulaw(std::uint8_t code);
std::int16_t from_alaw(std::uint8_t code);

}  // namespace codec
