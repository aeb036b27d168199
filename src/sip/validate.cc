#include "sip/validate.h"

#include "sip/header/call_id.h"
#include "sip/header/contact.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
#include "sip/header/max_forwards.h"
#include "sip/header/route.h"
#include "sip/header/to.h"
#include "sip/header/via.h"

namespace sip {

namespace {

using Check = std::optional<Fault>;

Check bad(std::string_view what) { return Fault{400, what}; }

/// Present at most once and well formed; `needed` when it may not be missing either.
template <Header H>
Check check_one(const Message& message, bool needed, std::string_view what) {
  const auto header = message.get<H>();
  if (header || (!needed && header.error() == HeaderError::absent)) return std::nullopt;
  return bad(what);
}

template <Header H>
Check check_list(const Message& message, std::string_view what) {
  return message.all<H>() ? std::nullopt : bad(what);
}

Check check_transaction(const Message& message) {
  const auto vias = message.all<Via>();
  if (!vias || vias->empty()) return bad("Bad Request: Via");
  if (auto fault = check_one<From>(message, true, "Bad Request: From")) return fault;
  if (auto fault = check_one<To>(message, true, "Bad Request: To")) return fault;
  if (auto fault = check_one<CallId>(message, true, "Bad Request: Call-ID")) return fault;
  return check_one<CSeq>(message, true, "Bad Request: CSeq");
}

/// RFC 3261 section 8.1.1.5. An unknown method is told that first, RFC 4475 section 3.1.2.18.
Check check_method(const Message& message) {
  const auto cseq = message.get<CSeq>();
  if (cseq && cseq->method_text == message.method_text()) return std::nullopt;
  if (message.method() == Method::unknown) return Fault{501, "Not Implemented"};
  return bad("Bad Request: CSeq method does not match");
}

Check check_request_uri(const Message& message) {
  const auto uri = Uri::parse(message.request_uri());
  if (!uri) return bad("Bad Request: Request-URI");
  if (uri->scheme() == Uri::Scheme::other) return Fault{416, "Unsupported URI Scheme"};
  if (!uri->headers().empty()) return bad("Bad Request: headers in Request-URI");
  return std::nullopt;
}

Check check_request(const Message& message) {
  const auto faults = message.faults();
  if (!message.is_version_2()) return Fault{505, "Version Not Supported"};
  if (faults.start_line) return bad("Bad Request: blanks in Request-Line");
  if (faults.field) return bad("Bad Request: a line is no header field");
  if (faults.cut_off) return bad("Bad Request: no end of header fields");
  if (faults.content_length) return bad("Bad Request: Content-Length");
  if (faults.short_body) return bad("Bad Request: body shorter than Content-Length");
  if (auto fault = check_transaction(message)) return fault;
  if (auto fault = check_method(message)) return fault;
  if (auto fault = check_request_uri(message)) return fault;
  if (auto fault = check_one<MaxForwards>(message, false, "Bad Request: Max-Forwards")) return fault;
  if (auto fault = check_list<Contact>(message, "Bad Request: Contact")) return fault;
  return check_list<Route>(message, "Bad Request: Route");
}

/// Nobody answers an answer: a response is good enough to be matched, or dropped.
bool is_usable_response(const Message& message) {
  const auto faults = message.faults();
  return !faults.any() && !check_transaction(message);
}

}  // namespace

std::optional<Fault> validate(const Message& message) {
  constexpr Fault drop{0, {}};
  if (message.is_response()) return is_usable_response(message) ? std::nullopt : std::optional{drop};
  auto fault = check_request(message);
  if (fault && (message.method() == Method::ack || !message.has<Via>())) return drop;
  return fault;
}

}  // namespace sip
