// sdp/parse.cc - text to sdp::Description, line by line (RFC 8866 section 5 and the grammar of section 9).
//
// Which section a line belongs to is decided by the m= lines alone. Inside a section the order of lines is not
// enforced, because phones get it wrong and nothing depends on it; what would change the meaning is refused:
// a v= that does not come first, a second o=, an r= without its t=.
#include <array>

#include "base/cursor.h"
#include "base/text.h"
#include "sdp/description.h"

namespace sdp {

namespace {

using Reason = ParseError::Reason;
using Fault = std::optional<Reason>;

/// The next blank-separated word.
std::string_view word(base::Cursor& in) {
  in.skip_space();
  return in.take_while([](char c) { return !base::is_space(c); });
}

bool rest_is_blank(base::Cursor& in) {
  in.skip_space();
  return in.at_end();
}

class Parser {
 public:
  Fault on_line(char type, std::string_view value) {
    if (type == 'm') return on_media(value);
    if (type == 'a') return on_attribute(value);
    return out_.media.empty() ? on_session_line(type, value) : on_media_line(type, value);
  }

  /// The line letters a description must have.
  bool complete() const { return seen('v') && seen('o') && seen('s'); }
  Description take() { return std::move(out_); }

 private:
  Fault on_session_line(char type, std::string_view value) {
    if (type != 'v' && !seen('v')) return Reason::out_of_order;
    constexpr std::string_view may_repeat = "epbtr";
    if (seen(type) && may_repeat.find(type) == std::string_view::npos) return Reason::out_of_order;
    mark(type);
    switch (type) {
      case 'v': return value == "0" ? Fault{} : Reason::bad_version;
      case 'o': return on_origin(value);
      case 's': out_.name = value.empty() ? "-" : std::string{value}; return {};
      case 'i': out_.information = std::string{value}; return {};
      case 'u': out_.uri = std::string{value}; return {};
      case 'e': out_.emails.emplace_back(value); return {};
      case 'p': out_.phones.emplace_back(value); return {};
      case 'c': return on_connection(value, out_.connection.emplace());
      case 'b': return on_bandwidth(value, out_.bandwidths);
      case 't': return on_timing(value);
      case 'r': return on_repeat(value);
      case 'z': out_.zones = std::string{value}; return {};
      case 'k': out_.key = std::string{value}; return {};
      default: return Reason::not_type_equals_value;
    }
  }

  Fault on_media_line(char type, std::string_view value) {
    auto& media = out_.media.back();
    switch (type) {
      case 'i': media.title = std::string{value}; return {};
      case 'c': return on_connection(value, media.connections.emplace_back());
      case 'b': return on_bandwidth(value, media.bandwidths);
      case 'k': media.key = std::string{value}; return {};
      case 'v': case 'o': case 's': case 'u': case 'e': case 'p': case 't': case 'r': case 'z':
        return Reason::out_of_order;
      default: return Reason::not_type_equals_value;
    }
  }

  Fault on_origin(std::string_view value) {
    base::Cursor in{value};
    auto& origin = out_.origin;
    origin.username = word(in);
    const auto id = base::to_number<std::uint64_t>(word(in));
    const auto version = base::to_number<std::uint64_t>(word(in));
    origin.network_type = word(in);
    origin.address_type = word(in);
    origin.address = word(in);
    if (!id || !version || origin.address.empty() || !rest_is_blank(in)) return Reason::bad_origin;
    origin.session_id = *id;
    origin.session_version = *version;
    return {};
  }

  static Fault on_connection(std::string_view value, Connection& connection) {
    base::Cursor in{value};
    connection.network_type = word(in);
    connection.address_type = word(in);
    const auto address = base::split(word(in), '/');
    if (address[0].empty() || address.size() > 3 || !rest_is_blank(in)) return Reason::bad_connection;
    connection.address = address[0];
    if (address.size() == 1) return {};
    // IPv4 multicast has a TTL before the number of groups, IPv6 has the number only.
    const bool has_ttl = connection.address_type == "IP4";
    if (has_ttl) {
      connection.ttl = base::to_number<std::uint8_t>(address[1]);
      if (!connection.ttl) return Reason::bad_connection;
    }
    if (const std::size_t at = has_ttl ? 2 : 1; address.size() == at + 1) {
      connection.addresses = base::to_number<std::uint32_t>(address[at]);
      if (!connection.addresses) return Reason::bad_connection;
    }
    return !has_ttl && address.size() == 3 ? Fault{Reason::bad_connection} : Fault{};
  }

  static Fault on_bandwidth(std::string_view value, std::vector<Bandwidth>& bandwidths) {
    base::Cursor in{value};
    const auto type = in.take_until(':');
    if (type.empty() || !in.take_exact(':')) return Reason::bad_bandwidth;
    const auto amount = in.take_number<std::uint64_t>();
    if (!amount || !rest_is_blank(in)) return Reason::bad_bandwidth;
    bandwidths.push_back({std::string{type}, *amount});
    return {};
  }

  Fault on_timing(std::string_view value) {
    base::Cursor in{value};
    const auto start = in.take_number<std::uint64_t>();
    const auto stop = in.take_number<std::uint64_t>();
    if (!start || !stop || !rest_is_blank(in)) return Reason::bad_time;
    if (!any_timing_) out_.timings.clear();
    any_timing_ = true;
    out_.timings.push_back({*start, *stop, {}});
    return {};
  }

  Fault on_repeat(std::string_view value) {
    if (!any_timing_) return Reason::out_of_order;
    out_.timings.back().repeats.emplace_back(value);
    return {};
  }

  Fault on_media(std::string_view value) {
    if (!complete()) return Reason::out_of_order;
    if (out_.media.size() == max_media) return Reason::too_many_media;
    base::Cursor in{value};
    Media media;
    media.type = word(in);
    const auto port = in.take_number<std::uint16_t>();
    if (media.type.empty() || !port) return Reason::bad_media;
    media.port = *port;
    if (in.take_exact('/')) {
      const auto count = in.take_number();
      if (!count || *count == 0) return Reason::bad_media;
      media.port_count = *count;
    }
    if (!base::is_space(in.peek())) return Reason::bad_media;
    media.proto = word(in);
    if (media.proto.empty()) return Reason::bad_media;
    for (auto format = word(in); !format.empty(); format = word(in)) {
      if (media.formats.size() == max_formats) return Reason::too_many_formats;
      media.formats.emplace_back(format);
    }
    out_.media.push_back(std::move(media));
    return {};
  }

  Fault on_attribute(std::string_view value) {
    if (!seen('v')) return Reason::out_of_order;
    base::Cursor in{value};
    const auto name = base::trim(in.take_until(':'));
    if (name.empty()) return Reason::bad_attribute;
    Attribute attribute{std::string{name}, std::nullopt};
    if (in.take_exact(':')) attribute.value = std::string{in.rest()};
    (out_.media.empty() ? out_.attributes : out_.media.back().attributes).push_back(std::move(attribute));
    return {};
  }

  bool seen(char type) const { return seen_[static_cast<unsigned char>(type)]; }
  void mark(char type) { seen_[static_cast<unsigned char>(type)] = true; }

  Description out_;
  std::array<bool, 256> seen_{};
  bool any_timing_ = false;
};

/// Takes one line without its end; LF, CRLF or the end of the text finish it.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

Fault check(std::string_view line) {
  if (line.size() > max_line_bytes) return Reason::line_too_long;
  if (line.find_first_of(std::string_view{"\0\r", 2}) != std::string_view::npos) return Reason::control_character;
  if (line.size() < 2 || line[1] != '=') return Reason::not_type_equals_value;
  return {};
}

}  // namespace

base::Result<Description, ParseError> Description::parse(std::string_view text) {
  if (text.size() > max_description_bytes) return base::Unexpected<ParseError>{ParseError{Reason::too_long, 1}};
  Parser parser;
  std::size_t number = 0;
  while (!text.empty()) {
    if (base::trim(text).empty()) break;  // Blank lines at the end only.
    const auto line = take_line(text);
    if (++number > max_description_lines) return base::Unexpected<ParseError>{ParseError{Reason::too_many_lines, number}};
    auto fault = check(line);
    if (!fault) fault = parser.on_line(line[0], line.substr(2));
    if (fault) return base::Unexpected<ParseError>{ParseError{*fault, number}};
  }
  if (!parser.complete()) return base::Unexpected<ParseError>{ParseError{Reason::missing_line, number + 1}};
  return parser.take();
}

std::string_view text(ParseError::Reason reason) {
  switch (reason) {
    case Reason::too_long: return "description too long";
    case Reason::too_many_lines: return "too many lines";
    case Reason::line_too_long: return "line too long";
    case Reason::too_many_media: return "too many m= lines";
    case Reason::too_many_formats: return "too many formats in an m= line";
    case Reason::not_type_equals_value: return "not a known <type>=<value> line";
    case Reason::control_character: return "control character in a line";
    case Reason::out_of_order: return "line out of order or repeated";
    case Reason::bad_version: return "v= is not 0";
    case Reason::bad_origin: return "malformed o=";
    case Reason::bad_connection: return "malformed c=";
    case Reason::bad_bandwidth: return "malformed b=";
    case Reason::bad_time: return "malformed t=";
    case Reason::bad_media: return "malformed m=";
    case Reason::bad_attribute: return "a= without a name";
    case Reason::missing_line: return "v=, o= or s= is missing";
  }
  return "unknown";
}

}  // namespace sdp
