#include "io/peer_names.h"

#include <algorithm>

#include "base/text.h"

namespace io {

namespace {

/// The host of "sip:example.com" or "sip:example.com:5061"; empty for URIs with a user, which name no domain
/// (section 7.1), and for other schemes.
std::string_view domain_of(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos) return {};
  const auto scheme = uri.substr(0, colon);
  if (!base::same(scheme, "sip") && !base::same(scheme, "sips")) return {};
  uri.remove_prefix(colon + 1);
  if (uri.find('@') != std::string_view::npos) return {};
  uri = uri.substr(0, uri.find_first_of(";?"));
  if (uri.starts_with('[')) return uri.substr(0, uri.find(']') + 1);
  return uri.substr(0, uri.find(':'));
}

std::string_view without_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

std::vector<std::string> PeerNames::domains() const {
  std::vector<std::string> found;
  for (const auto& uri : uris)
    if (const auto domain = domain_of(uri); !domain.empty()) found.emplace_back(domain);
  if (found.empty()) found = dns;
  if (!has_alternatives() && !common_name.empty()) found.push_back(common_name);
  return found;
}

bool PeerNames::stand_for(std::string_view domain) const {
  if (const auto ip = base::Ip::parse(domain); ip && std::ranges::find(ips, *ip) != ips.end()) return true;
  const auto wanted = without_dot(domain);
  return !wanted.empty() &&
         std::ranges::any_of(domains(), [&](const auto& name) { return base::same(without_dot(name), wanted); });
}

bool PeerNames::include(std::string_view subject) const {
  const auto is_it = [&](const std::string& name) { return base::same(name, subject); };
  return stand_for(subject) || is_it(common_name) || std::ranges::any_of(uris, is_it) || std::ranges::any_of(dns, is_it);
}

std::string PeerNames::text() const {
  std::string all;
  const auto add = [&](const std::string& name) { all.append(all.empty() ? "" : ", ").append(name); };
  std::ranges::for_each(uris, add);
  std::ranges::for_each(dns, add);
  for (const auto& ip : ips) add(ip.text());
  if (all.empty()) add(common_name);
  return all.empty() ? "nobody" : all;
}

}  // namespace io
