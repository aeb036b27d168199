// sdp/description.h - a session description as a value (RFC 8866): parse, look, change, print.
//
// What was parsed prints back with nothing lost: unknown attributes, ICE and crypto lines keep their order.
// Errors  ParseError with the line it was found in; nothing is half parsed.
// Cost    linear in the text; one allocation a line or so.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "sdp/attribute.h"

namespace sdp {

/// What one description may cost us.
inline constexpr std::size_t max_description_bytes = 65'536;
inline constexpr std::size_t max_description_lines = 2'000;
inline constexpr std::size_t max_line_bytes = 8'192;
inline constexpr std::size_t max_media = 32;
inline constexpr std::size_t max_formats = 64;  ///< In one m= line.

struct ParseError {
  enum class Reason : std::uint8_t {
    too_long, too_many_lines, line_too_long, too_many_media, too_many_formats,
    not_type_equals_value,  ///< A line that is not "<letter>=...".
    control_character,
    out_of_order,           ///< RFC 8866 section 5 fixes the order of lines.
    bad_version, bad_origin, bad_connection, bad_bandwidth, bad_time, bad_media, bad_attribute,
    missing_line,           ///< No v=, o= or s=: what a description cannot do without.
  };
  Reason reason{};
  std::size_t line = 0;  ///< From 1; one past the last line for missing_line.
  bool operator==(const ParseError&) const = default;
};
std::string_view text(ParseError::Reason reason);

/// o=: identifies the session and this version of it.
struct Origin {
  std::string username = "-";
  std::uint64_t session_id = 0;
  std::uint64_t session_version = 0;
  std::string network_type = "IN";
  std::string address_type = "IP4";
  std::string address = "0.0.0.0";

  /// Sets address and address type.
  void set_ip(const base::Ip& ip);
  bool operator==(const Origin&) const = default;
};

/// c=: where media goes. `address` may be a host name: ip() is empty then.
struct Connection {
  std::string network_type = "IN";
  std::string address_type = "IP4";
  std::string address = "0.0.0.0";
  std::optional<std::uint8_t> ttl;         ///< IPv4 multicast.
  std::optional<std::uint32_t> addresses;  ///< Multicast groups in a row.

  static Connection of(const base::Ip& ip);
  std::optional<base::Ip> ip() const;
  bool operator==(const Connection&) const = default;
};

/// b=<type>:<kilobits a second>; TIAS (RFC 3890) counts bits.
struct Bandwidth {
  std::string type;
  std::uint64_t value = 0;
  bool operator==(const Bandwidth&) const = default;
};

/// t= and the r= lines under it. NTP seconds; 0 0 is a permanent session.
struct Timing {
  std::uint64_t start = 0;
  std::uint64_t stop = 0;
  std::vector<std::string> repeats;
  bool operator==(const Timing&) const = default;
};

/// One m= section.
struct Media {
  std::string type = "audio";
  std::uint16_t port = 0;
  std::uint32_t port_count = 1;
  std::string proto = "RTP/AVP";
  std::vector<std::string> formats;
  std::string title;                    ///< i=; empty when absent.
  std::vector<Connection> connections;  ///< Usually none or one.
  std::vector<Bandwidth> bandwidths;
  std::string key;                      ///< k=; obsolete, kept.
  Attributes attributes;

  bool is_rtp() const { return proto.starts_with("RTP/") || proto.starts_with("UDP/TLS/RTP/"); }
  /// The format behind a payload type: its rtpmap, else RFC 3551's table.
  std::optional<Rtpmap> rtpmap(std::uint8_t payload_type) const;
  /// All formats of an RTP stream, in the order of the m= line; those nobody describes are left out.
  std::vector<Rtpmap> rtpmaps() const;
  /// Parameters of a format; empty when there are none.
  std::string_view fmtp(std::string_view format) const;
  std::string_view fmtp(std::uint8_t payload_type) const;
  std::optional<std::chrono::milliseconds> ptime() const;
  std::optional<std::chrono::milliseconds> max_ptime() const;
  bool rtcp_mux() const { return find(attributes, "rtcp-mux") != nullptr; }

  void add_attribute(std::string_view name) { attributes.push_back({std::string{name}, std::nullopt}); }
  void add_attribute(std::string_view name, std::string value) {
    attributes.push_back({std::string{name}, std::move(value)});
  }
  /// Replaces whatever direction is there.
  void set_direction(Direction direction);

  bool operator==(const Media&) const = default;
};

struct Description {
  Origin origin;
  std::string name = "-";  ///< s=
  std::optional<std::string> information;
  std::optional<std::string> uri;
  std::vector<std::string> emails;
  std::vector<std::string> phones;
  std::optional<Connection> connection;
  std::vector<Bandwidth> bandwidths;
  std::vector<Timing> timings{Timing{}};
  std::string zones;  ///< z=; empty when absent.
  std::string key;
  Attributes attributes;
  std::vector<Media> media;

  /// Lines may end with CRLF or LF; blank lines at the end are forgiven.
  static base::Result<Description, ParseError> parse(std::string_view text);
  std::string print() const;

  /// The media level address, else the session level one; empty when neither is an IP address.
  std::optional<base::Ip> ip_of(const Media& media) const;
  /// Media level, else session level, else sendrecv; a c= of 0.0.0.0 or :: (hold before RFC 3264) does not receive.
  Direction direction_of(const Media& media) const;
  /// Where to send RTP and RTCP; empty when the stream is refused (port 0) or the host is a name.
  std::optional<base::Address> rtp_address(const Media& media) const;
  /// a=rtcp, else with rtcp-mux the RTP port, else the port above it.
  std::optional<base::Address> rtcp_address(const Media& media) const;

  bool operator==(const Description&) const = default;
};

/// The description one side of a dialog has sent last. The o= version goes up by one when, and only when,
/// something else changed (RFC 3264 section 8).
class LocalDescription {
 public:
  /// `session_id` should be random below 2^62; the first version starts there too, as RFC 8866 suggests.
  LocalDescription(std::string username, std::uint64_t session_id);

  /// Gives `next` the right o= line (the address in its origin is kept) and remembers it.
  const Description& set(Description next);
  /// Null before the first set().
  const Description* current() const { return current_ ? &*current_ : nullptr; }

 private:
  std::string username_;
  std::uint64_t session_id_;
  std::optional<Description> current_;
};

}  // namespace sdp
