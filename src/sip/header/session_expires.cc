#include "sip/header/session_expires.h"

#include "sip/grammar.h"
#include "sip/params.h"

namespace sip {

Parsed<SessionExpires> SessionExpires::parse(base::Cursor& in) {
  const auto seconds = in.take_number();
  Params params;
  if (!seconds || !params.parse(in)) return malformed();
  SessionExpires header{.interval = std::chrono::seconds{*seconds}, .refresher = {}};
  const auto refresher = params.find("refresher");  // Other parameters are legal: generic-param.
  if (!refresher) return header;
  if (base::same(*refresher, "uac")) header.refresher = Refresher::uac;
  else if (base::same(*refresher, "uas")) header.refresher = Refresher::uas;
  else return malformed();
  return header;
}

void SessionExpires::print(std::string& out) const {
  grammar::print_number(out, static_cast<std::uint64_t>(interval.count()));
  if (refresher) out += *refresher == Refresher::uac ? ";refresher=uac" : ";refresher=uas";
}

}  // namespace sip
