#include "sip/header/credentials.h"

#include "sip/grammar.h"
#include "sip/header/authorization.h"
#include "sip/header/proxy_authenticate.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/www_authenticate.h"

namespace sip {

const std::string* AuthParams::find(std::string_view name) const {
  for (const auto& item : items)
    if (base::same(item.name, name)) return &item.value;
  return nullptr;
}

std::string_view AuthParams::get(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

bool AuthParams::parse(base::Cursor& in) {
  do {
    const auto name = grammar::take_token(in);
    if (name.empty() || !in.take('=') || items.size() == max_items) return false;
    if (const auto quoted = grammar::take_quoted(in)) {
      items.push_back({std::string{name}, grammar::unquoted(*quoted), true});
    } else {
      const auto value = grammar::take(in, grammar::value);
      if (value.empty()) return false;
      items.push_back({std::string{name}, std::string{value}, false});
    }
  } while (in.take(','));
  return true;
}

void AuthParams::print(std::string& out) const {
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ", ";
    first = false;
    out.append(item.name).append("=");
    if (item.quoted) grammar::print_quoted(out, item.value);
    else out += item.value;
  }
}

template <class H>
bool CredentialsHeader<H>::is_digest() const {
  return base::same(scheme, "Digest");
}

template <class H>
bool CredentialsHeader<H>::take(base::Cursor& in) {
  scheme.assign(grammar::take_token(in));
  if (scheme.empty() || !base::is_space(in.peek())) return false;
  base::Cursor ahead = in;
  const bool parsed = params.parse(ahead);
  ahead.skip_space();
  // A text may begin like parameters.
  if (parsed && (is_digest() || ahead.at_end())) {
    in = ahead;
    return true;
  }
  params = {};
  if (is_digest()) return false;
  in.skip_space();
  token.assign(base::trim(in.take_count(in.rest().size())));
  return !token.empty() && token.find('\0') == std::string::npos;  // a zero byte would be a blank when it is printed
}

template <class H>
void CredentialsHeader<H>::print(std::string& out) const {
  out.append(scheme).append(" ").append(token);
  params.print(out);
}

template struct CredentialsHeader<Authorization>;
template struct CredentialsHeader<ProxyAuthorization>;
template struct CredentialsHeader<WwwAuthenticate>;
template struct CredentialsHeader<ProxyAuthenticate>;

}  // namespace sip
