// sdp/description.cc - prints descriptions and answers questions about them.
#include "sdp/description.h"

#include "base/text.h"

namespace sdp {

namespace {

class Printer {
 public:
  void line(char type, std::string_view value) {
    out_ += type;
    out_ += '=';
    out_ += value;
    out_ += "\r\n";
  }
  void connection(const Connection& c) {
    auto value = c.network_type + ' ' + c.address_type + ' ' + c.address;
    if (c.ttl) value += '/' + std::to_string(*c.ttl);
    if (c.addresses) value += '/' + std::to_string(*c.addresses);
    line('c', value);
  }
  void bandwidths(const std::vector<Bandwidth>& all) {
    for (const auto& b : all) line('b', b.type + ':' + std::to_string(b.value));
  }
  void attributes(const Attributes& all) {
    for (const auto& a : all) line('a', a.value ? a.name + ':' + *a.value : a.name);
  }
  void media(const Media& m) {
    auto value = m.type + ' ' + std::to_string(m.port);
    if (m.port_count != 1) value += '/' + std::to_string(m.port_count);
    value += ' ' + m.proto;
    for (const auto& format : m.formats) value += ' ' + format;
    line('m', value);
    if (!m.title.empty()) line('i', m.title);
    for (const auto& c : m.connections) connection(c);
    bandwidths(m.bandwidths);
    if (!m.key.empty()) line('k', m.key);
    attributes(m.attributes);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string Description::print() const {
  Printer out;
  out.line('v', "0");
  out.line('o', origin.username + ' ' + std::to_string(origin.session_id) + ' ' +
                    std::to_string(origin.session_version) + ' ' + origin.network_type + ' ' +
                    origin.address_type + ' ' + origin.address);
  out.line('s', name.empty() ? "-" : name);
  if (information) out.line('i', *information);
  if (uri) out.line('u', *uri);
  for (const auto& email : emails) out.line('e', email);
  for (const auto& phone : phones) out.line('p', phone);
  if (connection) out.connection(*connection);
  out.bandwidths(bandwidths);
  if (timings.empty()) out.line('t', "0 0");
  for (const auto& timing : timings) {
    out.line('t', std::to_string(timing.start) + ' ' + std::to_string(timing.stop));
    for (const auto& repeat : timing.repeats) out.line('r', repeat);
  }
  if (!zones.empty()) out.line('z', zones);
  if (!key.empty()) out.line('k', key);
  out.attributes(attributes);
  for (const auto& m : media) out.media(m);
  return out.take();
}

void Origin::set_ip(const base::Ip& ip) {
  address_type = ip.family == base::Family::ipv4 ? "IP4" : "IP6";
  address = ip.text();
}

Connection Connection::of(const base::Ip& ip) {
  Connection connection;
  connection.address_type = ip.family == base::Family::ipv4 ? "IP4" : "IP6";
  connection.address = ip.text();
  return connection;
}

std::optional<base::Ip> Connection::ip() const {
  return network_type == "IN" ? base::Ip::parse(address) : std::nullopt;
}

std::optional<Rtpmap> Media::rtpmap(std::uint8_t payload_type) const {
  for (const auto& attribute : attributes) {
    if (attribute.name != "rtpmap" || !attribute.value) continue;
    auto map = Rtpmap::parse(*attribute.value);
    if (map && map->payload_type == payload_type) return map;
  }
  return static_rtpmap(payload_type);
}

std::vector<Rtpmap> Media::rtpmaps() const {
  std::vector<Rtpmap> maps;
  if (!is_rtp()) return maps;
  for (const auto& format : formats) {
    const auto payload_type = base::to_number<std::uint8_t>(format);
    if (!payload_type) continue;
    if (auto map = rtpmap(*payload_type)) maps.push_back(std::move(*map));
  }
  return maps;
}

std::string_view Media::fmtp(std::string_view format) const {
  for (const auto& attribute : attributes) {
    if (attribute.name != "fmtp" || !attribute.value) continue;
    const std::string_view value{*attribute.value};
    const auto blank = value.find(' ');
    if (blank != std::string_view::npos && value.substr(0, blank) == format) return base::trim(value.substr(blank));
  }
  return {};
}

std::string_view Media::fmtp(std::uint8_t payload_type) const { return fmtp(std::to_string(payload_type)); }

namespace {
std::optional<std::chrono::milliseconds> milliseconds_of(const Attributes& attributes, std::string_view name) {
  // "ptime:20.0" is seen in the wild; the fraction means nothing.
  const auto text = base::trim(value_of(attributes, name));
  const auto number = base::to_number<std::uint32_t>(text.substr(0, text.find('.')));
  return number ? std::optional{std::chrono::milliseconds{*number}} : std::nullopt;
}
}  // namespace

std::optional<std::chrono::milliseconds> Media::ptime() const { return milliseconds_of(attributes, "ptime"); }
std::optional<std::chrono::milliseconds> Media::max_ptime() const { return milliseconds_of(attributes, "maxptime"); }

void Media::set_direction(Direction direction) {
  for (const auto d : {Direction::sendrecv, Direction::sendonly, Direction::recvonly, Direction::inactive})
    remove(attributes, text(d));
  add_attribute(text(direction));
}

std::optional<base::Ip> Description::ip_of(const Media& m) const {
  if (!m.connections.empty()) return m.connections.front().ip();
  return connection ? connection->ip() : std::nullopt;
}

Direction Description::direction_of(const Media& m) const {
  auto d = sdp::direction_of(m.attributes);
  if (!d) d = sdp::direction_of(attributes);
  const auto ip = ip_of(m);
  const bool old_hold = ip && ip->is_any();
  return d.value_or(Direction::sendrecv) & (old_hold ? Direction::sendonly : Direction::sendrecv);
}

std::optional<base::Address> Description::rtp_address(const Media& m) const {
  const auto ip = ip_of(m);
  if (m.port == 0 || !ip || ip->is_any()) return std::nullopt;
  return base::Address{*ip, m.port};
}

std::optional<base::Address> Description::rtcp_address(const Media& m) const {
  const auto rtp = rtp_address(m);
  if (!rtp) return std::nullopt;
  if (const auto attribute = RtcpAttribute::parse(value_of(m.attributes, "rtcp")))
    return base::Address{attribute->ip.value_or(rtp->ip), attribute->port};
  if (m.rtcp_mux()) return rtp;
  if (rtp->port == 65'535) return std::nullopt;
  return base::Address{rtp->ip, static_cast<std::uint16_t>(rtp->port + 1)};
}

LocalDescription::LocalDescription(std::string username, std::uint64_t session_id)
    : username_{std::move(username)}, session_id_{session_id} {}

const Description& LocalDescription::set(Description next) {
  next.origin.username = username_;
  next.origin.session_id = session_id_;
  next.origin.session_version = current_ ? current_->origin.session_version : session_id_;
  if (current_ && next != *current_) ++next.origin.session_version;
  current_ = std::move(next);
  return *current_;
}

}  // namespace sdp
