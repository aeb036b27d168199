#include "endpoint/wire.h"

namespace endpoint {

namespace {

using Error = sip::StreamFramer::Error;

std::string_view reason_of(Error error) {
  switch (error) {
    case Error::too_long: return "Message too large";
    case Error::no_content_length: return "Content-Length is missing";
    case Error::content_length: return "Bad Content-Length";
    case Error::not_sip: return "not SIP";
  }
  return "";
}

/// The stream has no boundaries any more (RFC 3261 section 18.3): said to who can be told.
std::string refusal(const sip::StreamFramer::Broken& broken) {
  const auto request = sip::Message::parse(broken.head);
  if (!request || !request->is_request() || request->method() == sip::Method::ack) return {};
  if (broken.error == Error::too_long) return sip::Message::response(*request, 513).text();
  return sip::Message::response(*request, 400, reason_of(broken.error)).text();
}

}  // namespace

std::optional<Wire::Output> StreamWire::poll() {
  while (auto output = framer_.poll()) {
    if (auto* complete = std::get_if<sip::StreamFramer::Complete>(&*output)) return Arrived{std::move(complete->bytes)};
    if (const auto* broken = std::get_if<sip::StreamFramer::Broken>(&*output))
      return Over{refusal(*broken), std::string{reason_of(broken->error)}};
    if (std::holds_alternative<sip::StreamFramer::Ping>(*output)) return Reply{"\r\n"};
  }
  return std::nullopt;
}

}  // namespace endpoint
