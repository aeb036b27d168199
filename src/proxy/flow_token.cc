#include "proxy/flow_token.h"

#include <fmt/format.h>

#include "base/bytes.h"

namespace proxy {

namespace {

constexpr std::size_t mac_digits = 16;

/// point, transport, connection (shard, number), port, address.
std::string packed(const endpoint::Flow& flow) {
  std::string bytes;
  base::ByteWriter out{bytes};
  out.put(flow.point);
  out.put(static_cast<std::uint8_t>(flow.transport));
  out.put(flow.connection.shard);
  out.put(flow.connection.number);
  out.put(flow.remote.port);
  const std::size_t size = flow.remote.ip.family == base::Family::ipv4 ? 4 : 16;
  for (std::size_t i = 0; i < size; ++i) out.put(flow.remote.ip.bytes[i]);
  return base::to_hex(base::bytes_of(bytes));
}

std::optional<endpoint::Flow> unpacked(std::string_view hex) {
  const auto bytes = base::from_hex(hex);
  if (!bytes) return std::nullopt;
  base::ByteReader in{base::bytes_of(*bytes)};
  endpoint::Flow flow;
  flow.point = in.take<std::uint16_t>();
  const auto transport = in.take<std::uint8_t>();
  flow.transport = static_cast<endpoint::Transport>(transport);
  flow.connection.shard = in.take<std::uint16_t>();
  flow.connection.number = in.take<std::uint32_t>();
  flow.remote.port = in.take<std::uint16_t>();
  const auto address = in.rest();
  if (!in.ok() || transport > static_cast<std::uint8_t>(endpoint::Transport::wss)) return std::nullopt;
  if (address.size() != 4 && address.size() != 16) return std::nullopt;
  flow.remote.ip.family = address.size() == 4 ? base::Family::ipv4 : base::Family::ipv6;
  std::copy(address.begin(), address.end(), flow.remote.ip.bytes.begin());
  return flow;
}

}  // namespace

std::string FlowTokens::seal(Kind of, std::string_view bound_to, std::string_view flow) const {
  const char kind = static_cast<char>(of);
  std::string sealed;
  sealed.reserve(1 + flow.size() + bound_to.size());
  sealed.append(1, kind).append(flow).append(bound_to);
  return fmt::format("{}{:0{}x}{}", kind, base::keyed_hash(key_, sealed), mac_digits, flow);
}

std::string FlowTokens::record_route(Kind kind, std::string_view call_id, const endpoint::Flow* flow) const {
  return seal(kind, call_id, flow ? packed(*flow) : std::string{});
}

std::string FlowTokens::path(const endpoint::Flow& flow) const { return seal(Kind::path, {}, packed(flow)); }

std::optional<FlowTokens::Opened> FlowTokens::open(std::string_view token, std::string_view call_id) const {
  if (token.size() < 1 + mac_digits) return std::nullopt;
  const auto kind = static_cast<Kind>(token[0]);
  const bool path = kind == Kind::path;
  if (!path && kind != Kind::record_route && kind != Kind::stateless) return std::nullopt;
  const auto flow = token.substr(1 + mac_digits);
  const auto right = seal(kind, path ? std::string_view{} : call_id, flow);
  if (!base::equal_in_constant_time(right, token)) return std::nullopt;
  Opened opened{kind, std::nullopt};
  if (!flow.empty() && !(opened.flow = unpacked(flow))) return std::nullopt;
  return opened;
}

}  // namespace proxy
