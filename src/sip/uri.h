// sip/uri.h - SIP, SIPS and tel URIs, and any other scheme as opaque text.
//
// RFC 3261 section 19.1, RFC 3966. One string and the offsets of its parts: parsing copies the text once and
// allocates only beyond 40 bytes; parts are views into the Uri and die with it or with the next change.
// Parts are as on the wire, escapes included, unless a name says decoded.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/cursor.h"
#include "base/result.h"
#include "base/short_text.h"

namespace sip {

enum class UriError : std::uint8_t {
  empty,
  scheme,   // no "name:" in front
  user,     // a character that had to be escaped, or a broken escape
  host,     // missing, or neither a name nor an address
  port,     // not 0..65535
  parameters,
  headers,
  number,   // tel: no digits
  too_long,
};

class Uri {
 public:
  enum class Scheme : std::uint8_t { none, sip, sips, tel, other };

  /// No more than this is taken, whatever the message allows.
  static constexpr std::size_t max_bytes = 8192;

  /// The empty Uri: scheme none, prints nothing.
  Uri() = default;
  /// The whole of `text`, without blanks around it and without <>.
  static base::Result<Uri, UriError> parse(std::string_view text);
  /// The same into this Uri; nullopt when it is good. On an error the Uri is not to be used.
  std::optional<UriError> assign(std::string_view text);
  /// Builds "sip:user@host:port". `user` is plain text and gets escaped; empty: none. Port 0: none.
  static Uri sip(std::string_view user, std::string_view host, std::uint16_t port = 0, Scheme scheme = Scheme::sip);

  Scheme scheme() const { return scheme_; }
  bool is_sip() const { return scheme_ == Scheme::sip || scheme_ == Scheme::sips; }
  bool empty() const { return text_.empty(); }
  std::string_view scheme_text() const { return slice(0, colon_); }

  /// sip: the part before @ without password. tel: the number. other: everything after the scheme.
  std::string_view user() const { return slice(user_, user_end_); }
  std::string user_decoded() const;
  std::string_view password() const { return password_ == 0 ? std::string_view{} : slice(password_, host_ - 1); }
  /// "example.test", "192.0.2.1" or "[2001:db8::1]"; empty for tel and other schemes.
  std::string_view host() const { return slice(host_, host_end_); }
  /// The host, when it is an address.
  std::optional<base::Ip> ip() const { return base::Ip::parse(host()); }
  std::optional<std::uint16_t> port() const { return has_port_ ? std::optional{port_} : std::nullopt; }
  /// ";transport=udp;lr", or empty.
  std::string_view parameters() const { return slice(parameters_, headers_); }
  /// The value of a URI parameter, empty when it has none ("lr"); nullopt when the parameter is absent.
  std::optional<std::string_view> param(std::string_view name) const;
  bool has_param(std::string_view name) const { return param(name).has_value(); }
  /// "Subject=x&Route=y" without the '?'; empty when there are none.
  std::string_view headers() const;
  /// One of them, unescaped ("Replaces" of a Refer-To); nullopt when it is absent or its escapes are broken.
  std::optional<std::string> header(std::string_view name) const;
  const base::ShortText& text() const { return text_; }

  void set_user(std::string_view plain);
  void set_host(std::string_view host);
  void set_port(std::uint16_t port);  // 0: none
  void set_scheme(Scheme scheme);     // sip or sips, of a sip or sips URI
  /// `value` as on the wire; an empty value prints ";name".
  void set_param(std::string_view name, std::string_view value = {});
  void remove_param(std::string_view name);
  void clear_params();
  void clear_headers();
  void clear_password();

  /// Canonical "sip:user@host" (RFC 3261 section 10.3 step 5): parameters and headers gone, needless escapes
  /// decoded, host in lower case, sips as sip, port kept unless it is the default. tel: the number without
  /// visual separators. Two texts are equal exactly when they name one address of record.
  std::string address_of_record() const;

  void print(std::string& out) const { out += text_.view(); }
  /// The same text. RFC 3261's comparison is equivalent().
  bool operator==(const Uri& other) const { return text_ == other.text_; }

 private:
  friend class UriParser;
  std::string_view slice(std::size_t begin, std::size_t end) const {
    return text_.view().substr(begin, end - begin);
  }
  /// What a Uri consists of; assemble() writes the text anew and knows the offsets without parsing.
  struct Parts {
    std::string_view scheme, user, password, host;
    std::optional<std::uint16_t> port;
    std::string_view parameters, headers;  // with ';' and without '?'
  };
  Parts parts() const;
  void assemble(const Parts& parts);

  base::ShortText text_;
  std::uint16_t colon_ = 0, user_ = 0, user_end_ = 0, password_ = 0, host_ = 0, host_end_ = 0;
  std::uint16_t parameters_ = 0, headers_ = 0, port_ = 0;
  bool has_port_ = false;
  Scheme scheme_ = Scheme::none;
};

/// RFC 3261 section 19.1.4 and RFC 3966 section 5; other schemes by text.
bool equivalent(const Uri& a, const Uri& b);
bool is_same_address_of_record(const Uri& a, const Uri& b);

/// Decodes %41; empty when an escape is broken.
std::optional<std::string> unescape(std::string_view text);
/// Escapes what a user part may not hold.
std::string escape_user(std::string_view text);
/// Escapes what a URI parameter or header value may not hold.
std::string escape_param(std::string_view text);

}  // namespace sip
