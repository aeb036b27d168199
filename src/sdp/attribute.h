// sdp/attribute.h - the a= lines: kept as text, read and written as the types RFC 8866 section 6 gives them.
//
// An attribute nobody knows stays where it stood and is printed back. Cost: a parse is one pass over the value.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace sdp {

/// `a=name` or `a=name:value`.
struct Attribute {
  std::string name;
  std::optional<std::string> value;
  bool operator==(const Attribute&) const = default;
};
using Attributes = std::vector<Attribute>;

/// The first attribute of that name (attribute names are case-sensitive), or null.
const Attribute* find(const Attributes& attributes, std::string_view name);
/// Its value; empty when absent or without one.
std::string_view value_of(const Attributes& attributes, std::string_view name);
void remove(Attributes& attributes, std::string_view name);
/// Replaces the first of that name in its place, or appends.
void set(Attributes& attributes, std::string_view name, std::string value);

/// RFC 8866 section 6.6: `a=rtpmap:<payload type> <encoding>/<clock rate>[/<channels>]`.
struct Rtpmap {
  std::uint8_t payload_type = 0;
  std::string encoding;
  std::uint32_t clock_rate = 8'000;
  std::uint8_t channels = 1;

  static std::optional<Rtpmap> parse(std::string_view value);
  std::string text() const;
  /// Same encoding (any case), clock rate and channels; the payload type does not count.
  bool same_format(const Rtpmap& other) const;
  bool operator==(const Rtpmap&) const = default;
};

/// The format RFC 3551 section 6 assigns to a static payload type; empty for dynamic and unassigned ones.
std::optional<Rtpmap> static_rtpmap(std::uint8_t payload_type);

/// RFC 8866 section 6.15: `a=fmtp:<format> <parameters>`.
struct Fmtp {
  std::string format;
  std::string parameters;
  static std::optional<Fmtp> parse(std::string_view value);
  std::string text() const;
  bool operator==(const Fmtp&) const = default;
};

/// The value of `key` in "key=value;key=value"; empty when it is not there. Keys in any case.
std::optional<std::string_view> fmtp_parameter(std::string_view parameters, std::string_view key);

/// RFC 3605: `a=rtcp:<port> [IN IP4 <address>]`.
struct RtcpAttribute {
  std::uint16_t port = 0;
  std::optional<base::Ip> ip;
  static std::optional<RtcpAttribute> parse(std::string_view value);
  std::string text() const;
  bool operator==(const RtcpAttribute&) const = default;
};

/// RFC 8866 section 6.7, seen from whoever wrote the description. The bits are: 1 sends, 2 receives.
enum class Direction : std::uint8_t { inactive = 0, sendonly = 1, recvonly = 2, sendrecv = 3 };

constexpr bool sends(Direction d) { return (static_cast<unsigned>(d) & 1U) != 0; }
constexpr bool receives(Direction d) { return (static_cast<unsigned>(d) & 2U) != 0; }
constexpr Direction direction(bool sends, bool receives) {
  return static_cast<Direction>((sends ? 1U : 0U) | (receives ? 2U : 0U));
}
/// The same stream seen from the other side.
constexpr Direction reversed(Direction d) { return direction(receives(d), sends(d)); }
constexpr Direction operator&(Direction a, Direction b) {
  return direction(sends(a) && sends(b), receives(a) && receives(b));
}
std::string_view text(Direction d);
std::optional<Direction> direction_of(const Attributes& attributes);

}  // namespace sdp
