// fuzz/sip_uri.cc - URIs and name-addr: what parses prints the same, compares equal and survives changes.
#include "base/require.h"
#include "sip/name_addr.h"
#include "sip/uri.h"

using namespace sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto address = NameAddr::from_text(text)) {
    const auto again = NameAddr::from_text(address->text());
    base::require(again.has_value(), "a printed name-addr does not parse");
    base::require(again->uri == address->uri && again->params == address->params, "a printed name-addr changes");
  }
  const auto uri = Uri::parse(text);
  if (!uri) return 0;
  base::require(uri->text() == text, "a URI changes by parsing");
  base::require(equivalent(*uri, *uri), "a URI is not itself");
  base::require(is_same_address_of_record(*uri, *uri), "an address of record is not itself");
  if (!uri->is_sip()) return 0;
  auto changed = *uri;
  changed.set_param("transport", "tcp");
  changed.set_port(5062);
  changed.set_user("new user");
  const auto again = Uri::parse(changed.text());
  base::require(again.has_value(), "a changed URI does not parse");
  base::require(again->user() == changed.user() && again->host() == changed.host() && again->port() == 5062 &&
                    again->parameters() == changed.parameters() && again->headers() == changed.headers(),
                "the parts of a changed URI are not those of its text");
  return 0;
}
