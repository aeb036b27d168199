#include "sip/uri.h"

#include "base/require.h"
#include "base/text.h"
#include "sip/grammar.h"

namespace sip {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  const char low = base::lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// Every character is of the class or part of a %41.
bool is_escaped(std::string_view text, grammar::Class which) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!grammar::is(text[i], which)) return false;
      continue;
    }
    if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
    i += 2;
  }
  return true;
}

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

/// The next ";name=value" of URI parameters, or "&name=value" of headers; false at the end.
bool next_pair(std::string_view& rest, char separator, std::string_view& name, std::string_view& value) {
  if (rest.starts_with(separator)) rest.remove_prefix(1);
  if (rest.empty()) return false;
  const auto pair = rest.substr(0, rest.find(separator));
  rest.remove_prefix(pair.size());
  const auto equals = pair.find('=');
  name = pair.substr(0, equals);
  value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
  return true;
}

std::optional<std::string_view> find_pair(std::string_view pairs, char separator, std::string_view wanted) {
  std::string_view name, value;
  while (next_pair(pairs, separator, name, value))
    if (base::same(name, wanted)) return value;
  return std::nullopt;
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

/// RFC 3966 visual separators.
bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }
bool is_phone_digit(char c) { return hex_value(c) >= 0 || c == '*' || c == '#'; }

bool is_telephone_number(std::string_view number) {
  const bool global = number.starts_with('+');
  if (global) number.remove_prefix(1);
  bool digits = false;
  for (const char c : number) {
    if (is_separator(c)) continue;
    if (global ? !base::is_digit(c) : !is_phone_digit(c)) return false;
    digits = true;
  }
  return digits;
}

std::string without_separators(std::string_view number) {
  std::string digits;
  for (const char c : number)
    if (!is_separator(c)) digits += base::lower(c);
  return digits;
}

}  // namespace

/// Fills the offsets of a Uri whose text is set.
class UriParser {
 public:
  explicit UriParser(Uri& uri) : uri_{uri}, text_{uri.text_} {}

  std::optional<UriError> parse() {
    if (text_.starts_with("sip:")) {  // nearly all
      uri_.colon_ = 3;
      uri_.user_ = 4;
      uri_.scheme_ = Uri::Scheme::sip;
      return parse_sip();
    }
    if (text_.empty()) return UriError::empty;
    const auto colon = text_.find(':');
    if (colon == std::string_view::npos || !is_scheme(text_.substr(0, colon))) return UriError::scheme;
    uri_.colon_ = offset(colon);
    uri_.user_ = offset(colon + 1);
    uri_.scheme_ = scheme_of(text_.substr(0, colon));
    switch (uri_.scheme_) {
      case Uri::Scheme::sip:
      case Uri::Scheme::sips: return parse_sip();
      case Uri::Scheme::tel: return parse_tel();
      default: return parse_other();
    }
  }

 private:
  static std::uint16_t offset(std::size_t n) { return static_cast<std::uint16_t>(n); }

  static bool is_scheme(std::string_view name) {
    if (name.empty() || !base::is_alpha(name[0])) return false;
    for (const char c : name)
      if (!base::is_alpha(c) && !base::is_digit(c) && c != '+' && c != '-' && c != '.') return false;
    return true;
  }
  static Uri::Scheme scheme_of(std::string_view name) {
    if (base::same(name, "sip")) return Uri::Scheme::sip;
    if (base::same(name, "sips")) return Uri::Scheme::sips;
    if (base::same(name, "tel")) return Uri::Scheme::tel;
    return Uri::Scheme::other;
  }

  std::optional<UriError> parse_sip() {
    const std::size_t begin = uri_.user_;
    const std::size_t end = grammar::run_end(text_, begin, grammar::user);
    if (end == text_.size() || text_[end] != '@') return parse_unusual_user(begin, text_.find('@', end));
    if (end == begin) return UriError::user;
    uri_.user_end_ = offset(end);
    return parse_host(end + 1);
  }

  /// No user at all, or one with an escape, a password, or a character that may not be there.
  std::optional<UriError> parse_unusual_user(std::size_t begin, std::size_t at) {
    if (at == std::string_view::npos) {
      uri_.user_end_ = uri_.user_;
      return parse_host(begin);
    }
    const auto userinfo = text_.substr(begin, at - begin);
    const auto colon = userinfo.find(':');
    const auto user = userinfo.substr(0, colon);
    if (user.empty() || !is_escaped(user, grammar::user)) return UriError::user;
    if (colon != std::string_view::npos) {
      if (!is_escaped(userinfo.substr(colon + 1), grammar::user)) return UriError::user;
      uri_.password_ = offset(begin + colon + 1);
    }
    uri_.user_end_ = offset(begin + user.size());
    return parse_host(at + 1);
  }

  std::optional<UriError> parse_host(std::size_t i) {
    uri_.host_ = offset(i);
    i = grammar::run_end(text_, i, grammar::host);
    if (i == uri_.host_) {
      base::Cursor in{text_.substr(i)};
      const auto address = grammar::take_host(in);  // [IPv6]
      if (!address) return UriError::host;
      i += address->size();
    }
    uri_.host_end_ = offset(i);
    if (i < text_.size() && text_[i] == ':') {
      base::Cursor in{text_.substr(i + 1)};
      if (!base::is_digit(in.peek())) return UriError::port;
      const auto port = in.take_number<std::uint16_t>();
      if (!port) return UriError::port;
      uri_.port_ = *port;
      uri_.has_port_ = true;
      i = text_.size() - in.rest().size();
    }
    if (i < text_.size() && text_[i] != ';' && text_[i] != '?') return uri_.has_port_ ? UriError::port : UriError::host;
    return parse_parameters(i);
  }

  /// ";name=value" again and again, in one pass; then perhaps '?' and headers.
  std::optional<UriError> parse_parameters(std::size_t i) {
    uri_.parameters_ = offset(i);
    const auto end = text_.size();
    while (i < end && text_[i] == ';') {
      const auto name = ++i;
      i = skip_escaped(name);
      if (i == name) return UriError::parameters;
      if (i < end && text_[i] == '=') i = skip_escaped(i + 1);
    }
    uri_.headers_ = offset(i);
    if (i == end) return std::nullopt;
    if (text_[i] != '?') return UriError::parameters;
    return is_escaped(text_.substr(i + 1), grammar::uri_header) ? std::nullopt : std::optional{UriError::headers};
  }

  /// Behind the characters a parameter may hold.
  std::size_t skip_escaped(std::size_t i) const {
    const auto end = text_.size();
    for (;; i += 3) {
      i = grammar::run_end(text_, i, grammar::uri_param);
      if (i + 2 >= end || text_[i] != '%' || hex_value(text_[i + 1]) < 0 || hex_value(text_[i + 2]) < 0) return i;
    }
  }

  std::optional<UriError> parse_tel() {
    const auto end = std::min(text_.find(';', uri_.user_), text_.size());
    const auto number = text_.substr(uri_.user_, end - uri_.user_);
    if (!is_telephone_number(number)) return UriError::number;
    uri_.user_end_ = uri_.host_ = uri_.host_end_ = offset(end);
    return parse_parameters(end);
  }

  std::optional<UriError> parse_other() {
    const auto rest = text_.substr(uri_.user_);
    if (rest.empty() || !grammar::all_of(rest, grammar::opaque)) return UriError::host;
    uri_.user_end_ = uri_.host_ = uri_.host_end_ = uri_.parameters_ = uri_.headers_ = offset(text_.size());
    return std::nullopt;
  }

  Uri& uri_;
  std::string_view text_;
};

base::Result<Uri, UriError> Uri::parse(std::string_view text) {
  base::Result<Uri, UriError> uri;
  if (const auto error = uri->assign(text)) uri = base::Unexpected<UriError>{*error};
  return uri;
}

std::optional<UriError> Uri::assign(std::string_view text) {
  if (text.size() > max_bytes) return UriError::too_long;
  text_.assign(text);
  password_ = port_ = 0;
  has_port_ = false;
  return UriParser{*this}.parse();
}

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

namespace {

/// Equal once escapes are decoded; case matters only where asked for.
bool same_escaped(std::string_view a, std::string_view b, bool case_matters) {
  const auto plain_a = unescape(a), plain_b = unescape(b);
  if (!plain_a || !plain_b) return a == b;
  return case_matters ? *plain_a == *plain_b : base::same(*plain_a, *plain_b);
}

/// Parameters that count even when only one of the two has them, RFC 3261 section 19.1.4.
bool must_be_in_both(std::string_view name) {
  for (const std::string_view special : {"user", "ttl", "method", "maddr", "transport"})
    if (base::same(name, special)) return true;
  return false;
}

bool parameters_agree(std::string_view of, std::string_view other) {
  std::string_view name, value;
  while (next_pair(of, ';', name, value)) {
    const auto theirs = find_pair(other, ';', name);
    if (!theirs ? must_be_in_both(name) : !same_escaped(value, *theirs, false)) return false;
  }
  return true;
}

bool headers_agree(std::string_view of, std::string_view other) {
  std::string_view name, value;
  while (next_pair(of, '&', name, value)) {
    const auto theirs = find_pair(other, '&', name);
    if (!theirs || !same_escaped(value, *theirs, true)) return false;
  }
  return true;
}

/// RFC 3966 section 5: separators do not count, parameters do, in any order.
bool same_telephone(const Uri& a, const Uri& b) {
  if (without_separators(a.user()) != without_separators(b.user())) return false;
  const auto covers = [](const Uri& of, const Uri& other) {
    std::string_view rest = of.parameters(), name, value;
    while (next_pair(rest, ';', name, value)) {
      const auto theirs = other.param(name);
      const bool digits = base::same(name, "ext") || base::same(name, "phone-context");
      if (!theirs) return false;
      if (digits ? without_separators(value) != without_separators(*theirs) : !same_escaped(value, *theirs, false))
        return false;
    }
    return true;
  };
  return covers(a, b) && covers(b, a);
}

}  // namespace

bool equivalent(const Uri& a, const Uri& b) {
  if (a == b) return true;
  if (a.scheme() != b.scheme()) return false;
  if (a.scheme() == Uri::Scheme::tel) return same_telephone(a, b);
  if (!a.is_sip()) return base::same(a.scheme_text(), b.scheme_text()) && a.user() == b.user();
  return same_escaped(a.user(), b.user(), true) && same_escaped(a.password(), b.password(), true) &&
         base::same(a.host(), b.host()) && a.port() == b.port() && parameters_agree(a.parameters(), b.parameters()) &&
         parameters_agree(b.parameters(), a.parameters()) && headers_agree(a.headers(), b.headers()) &&
         headers_agree(b.headers(), a.headers());
}

bool is_same_address_of_record(const Uri& a, const Uri& b) { return a.address_of_record() == b.address_of_record(); }

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
