#include "sip/uri.h"

#include "base/require.h"
#include "sip/grammar.h"
#include "sip/uri_parts.h"

namespace sip {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

std::string escaped(std::string_view text, grammar::Class which) {
  std::string out;
  for (const char c : text) {
    if (c != '#' && grammar::is(c, which)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
  }
  return out;
}

std::string without_pair(std::string_view pairs, std::string_view unwanted) {
  std::string kept;
  std::string_view name, value;
  while (!pairs.empty()) {
    const auto before = pairs;
    if (!next_pair(pairs, ';', name, value)) break;
    if (!base::same(name, unwanted)) kept += before.substr(0, before.size() - pairs.size());
  }
  return kept;
}

}  // namespace

Uri Uri::sip(std::string_view user, std::string_view host, std::uint16_t port, Scheme scheme) {
  Uri uri;
  uri.scheme_ = scheme;
  const auto escaped_user = escape_user(user);
  uri.assemble({.scheme = scheme == Scheme::sips ? "sips" : "sip",
                .user = escaped_user,
                .password = {},
                .host = host,
                .port = port == 0 ? std::nullopt : std::optional{port},
                .parameters = {},
                .headers = {}});
  return uri;
}

Uri::Parts Uri::parts() const {
  return {scheme_text(), user(), password(), host(), port(), parameters(), headers()};
}

void Uri::assemble(const Parts& parts) {
  std::string text;
  text.reserve(text_.size() + parts.user.size() + parts.host.size() + parts.parameters.size() + 16);
  const auto here = [&] {
    base::require(text.size() <= UINT16_MAX, "a URI grew beyond 64 KiB");
    return static_cast<std::uint16_t>(text.size());
  };
  text += parts.scheme;
  colon_ = here();
  text += ':';
  user_ = here();
  text += parts.user;
  user_end_ = here();
  password_ = 0;
  if (!parts.password.empty()) {
    text += ':';
    password_ = here();
    text += parts.password;
  }
  if (is_sip() && !parts.user.empty()) text += '@';
  host_ = here();
  text += parts.host;
  host_end_ = here();
  has_port_ = parts.port.has_value();
  port_ = parts.port.value_or(0);
  if (has_port_) {
    text += ':';
    grammar::print_number(text, port_);
  }
  parameters_ = here();
  text += parts.parameters;
  headers_ = here();
  if (!parts.headers.empty()) (text += '?') += parts.headers;
  text_.assign(text);
}

std::string Uri::user_decoded() const { return unescape(user()).value_or(std::string{user()}); }

std::optional<std::string_view> Uri::param(std::string_view name) const {
  return find_pair(parameters(), ';', name);
}

std::string_view Uri::headers() const {
  return headers_ < text_.size() ? slice(headers_ + 1U, text_.size()) : std::string_view{};
}

std::optional<std::string> Uri::header(std::string_view wanted) const {
  for (const auto field : base::split(headers(), '&')) {
    const auto equals = field.find('=');
    const auto field_name = unescape(field.substr(0, equals));
    if (!field_name || !base::same(*field_name, wanted)) continue;
    return equals == std::string_view::npos ? std::string{} : unescape(field.substr(equals + 1));
  }
  return std::nullopt;
}

void Uri::set_user(std::string_view plain) {
  const auto fresh = escape_user(plain);
  auto changed = parts();
  changed.user = fresh;
  if (fresh.empty()) changed.password = {};
  assemble(changed);
}

void Uri::clear_password() {
  auto changed = parts();
  changed.password = {};
  assemble(changed);
}

void Uri::set_host(std::string_view host) {
  auto changed = parts();
  changed.host = host;
  assemble(changed);
}

void Uri::set_port(std::uint16_t port) {
  auto changed = parts();
  changed.port = port == 0 ? std::nullopt : std::optional{port};
  assemble(changed);
}

void Uri::set_scheme(Scheme scheme) {
  base::require(is_sip() && (scheme == Scheme::sip || scheme == Scheme::sips), "set_scheme of a URI that is not SIP");
  scheme_ = scheme;
  auto changed = parts();
  changed.scheme = scheme == Scheme::sips ? "sips" : "sip";
  assemble(changed);
}

void Uri::set_param(std::string_view name, std::string_view value) {
  std::string fresh{without_pair(parameters(), name)};
  (fresh += ';') += name;
  if (!value.empty()) (fresh += '=') += value;
  auto changed = parts();
  changed.parameters = fresh;
  assemble(changed);
}

void Uri::remove_param(std::string_view name) {
  const auto fresh = without_pair(parameters(), name);
  auto changed = parts();
  changed.parameters = fresh;
  assemble(changed);
}

void Uri::clear_params() {
  auto changed = parts();
  changed.parameters = {};
  assemble(changed);
}

void Uri::clear_headers() { text_.shorten(std::min<std::size_t>(headers_, text_.size())); }

std::string Uri::address_of_record() const {
  switch (scheme_) {
    case Scheme::none: return {};
    case Scheme::other: return std::string{text_.view()};
    case Scheme::tel: {
      std::string aor = "tel:" + without_separators(user());
      if (const auto context = param("phone-context"); context && !user().starts_with('+'))
        aor += ";phone-context=" + base::lowered(*context);
      return aor;
    }
    default: break;
  }
  std::string aor{"sip:"};
  if (!user().empty()) aor += escape_user(user_decoded()) + '@';
  aor += base::lowered(host());
  const std::uint16_t usual = scheme_ == Scheme::sips ? 5061 : 5060;
  if (has_port_ && port_ != usual) {
    aor += ':';
    grammar::print_number(aor, port_);
  }
  return aor;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    plain += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return plain;
}

std::string escape_user(std::string_view text) { return escaped(text, grammar::user); }
std::string escape_param(std::string_view text) { return escaped(text, grammar::uri_param); }

}  // namespace sip
