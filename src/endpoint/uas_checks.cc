#include "endpoint/uas_checks.h"

#include <algorithm>

#include "base/text.h"
#include "sip/header/content_disposition.h"
#include "sip/header/max_forwards.h"
#include "sip/multipart.h"
#include "sip/uri.h"

namespace endpoint {

namespace {

/// Option tags of Require that are not in `supported`, as an Unsupported header.
std::string unsupported(const sip::Message& request, const std::vector<std::string>& supported) {
  std::string list;
  for (const auto text : request.texts_of("Require"))
    for (const auto piece : base::split(text, ',')) {
      const auto tag = base::trim(piece);
      if (tag.empty() || std::ranges::any_of(supported, [&](const auto& s) { return base::same(s, tag); })) continue;
      list.append(list.empty() ? "" : ", ").append(tag);
    }
  return list;
}

/// Bodies of INVITE and UPDATE are session descriptions; others are judged by whoever reads them.
std::optional<Refusal> check_content(const sip::Message& request) {
  const auto method = request.method();
  if (method != sip::Method::invite && method != sip::Method::update) return std::nullopt;
  const auto type = base::trim(request.content_type().substr(0, request.content_type().find(';')));
  const auto encoding = request.text_of("Content-Encoding");
  if (request.has_body() && encoding && !base::same(*encoding, "identity"))
    return Refusal{415, {}, {{"Accept-Encoding", "identity"}}};
  if (request.has_body() && !base::same(type, "application/sdp"))
    return Refusal{415, {}, {{"Accept", "application/sdp"}}};
  // RFC 4475 section 3.3.15: who does not take session descriptions cannot have an answer.
  bool takes_sdp = request.texts_of("Accept").empty();
  for (const auto accept : request.texts_of("Accept"))
    for (const auto piece : base::split(accept, ',')) {
      const auto wanted = base::trim(piece.substr(0, piece.find(';')));
      takes_sdp |= base::same(wanted, "application/sdp") || wanted == "*/*" || base::same(wanted, "application/*");
    }
  if (!takes_sdp) return Refusal{406, {}, {{"Warning", "399 ahoy \"Accept leaves out application/sdp\""}}};
  return std::nullopt;
}

bool is_routable(const sip::Message& request) {
  const auto uri = sip::Uri::parse(request.request_uri());
  return !uri || uri->is_sip() || uri->scheme() == sip::Uri::Scheme::tel;
}

}  // namespace

std::string UasChecks::allow() const {
  std::string list = "ACK, CANCEL";
  for (const auto method : allowed) list.append(", ").append(sip::name(method));
  return list;
}

std::string UasChecks::supported_list() const {
  std::string list;
  for (const auto& tag : supported) list.append(list.empty() ? "" : ", ").append(tag);
  return list;
}

// RFC 5621 and RFC 3261 section 20.11.
std::optional<Refusal> UasChecks::unwrap(sip::Message& request) {
  const auto found = sip::find_session_description(request.content_type(), request.body());
  if (found.unknown_required) return Refusal{415, {}, {{"Accept", "application/sdp, multipart/mixed"}}};
  if (found.description) {
    request.set_body("application/sdp", std::string{*found.description});
    return std::nullopt;
  }
  const auto disposition = request.get<sip::ContentDisposition>();
  if (disposition && !disposition->is_required()) {
    request.set_body({}, {});
    request.remove<sip::ContentDisposition>();
  }
  return std::nullopt;
}

// A sips URI promises TLS on every hop (RFC 3261 section 26.2.2, RFC 5630 section 3), and somebody has broken that. 416, or
// 480 with the warning 380, would have the peer ask again by sip; 403 is not repeated.
std::optional<Refusal> UasChecks::check_hop(const sip::Message& request, bool secure) {
  const bool unanswered = request.method() == sip::Method::ack;
  if (secure || unanswered || !base::same(request.request_uri().substr(0, 5), "sips:")) return std::nullopt;
  return Refusal{403, {}, {{"Warning", "399 ahoy \"A sips URI is reached by TLS alone\""}}};
}

std::optional<Refusal> UasChecks::check(const sip::Message& request) const {
  const auto method = request.method();
  if (method == sip::Method::ack || method == sip::Method::cancel) return std::nullopt;
  if (method == sip::Method::unknown) return Refusal{501, {}, {{"Allow", allow()}}};
  if (!std::ranges::count(allowed, method)) return Refusal{405, {}, {{"Allow", allow()}}};
  if (!is_routable(request)) return Refusal{416, {}, {}};
  if (const auto left = request.get<sip::MaxForwards>();
      left && left->value == 0 && method != sip::Method::options && method != sip::Method::register_)
    return Refusal{483, {}, {}};
  if (const auto list = unsupported(request, supported); !list.empty())
    return Refusal{420, {}, {{"Unsupported", list}}};
  return check_content(request);
}

}  // namespace endpoint
