// sip/uri_parser.cc - a URI is read: one pass, and the offsets of its parts.
#include "sip/grammar.h"
#include "sip/uri.h"
#include "sip/uri_parts.h"

namespace sip {

namespace {

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

}  // namespace sip
