#include "presence/publisher.h"

#include "base/log.h"
#include "sip/header/content_type.h"
#include "sip/header/event.h"
#include "sip/header/expires.h"
#include "sip/status.h"

namespace presence {

namespace {

constexpr std::string_view event_name = "presence", document_type = "application/pidf+xml";
constexpr int bad_request = 400, forbidden = 403, not_found = 404, too_large = 413, bad_type = 415, too_brief = 423, bad_event = 489;

sip::EventState::Publish publication_of(const sip::Message& request) {
  sip::EventState::Publish publish;
  if (const auto tag = request.text_of("SIP-If-Match")) publish.if_match = std::string{*tag};
  if (const auto expires = request.get<sip::Expires>()) publish.expires = std::chrono::seconds{expires->value};
  publish.content_type = request.content_type();
  publish.body = request.body();
  return publish;
}

}  // namespace

bool Publisher::check(endpoint::TransactionId id, const sip::Message& request) {
  const auto event = request.get<sip::Event>();
  const auto refuse = [&](int status, std::string_view name, std::string_view value) {
    auto response = sip::Message::response(request, status, {}, endpoint_.new_tag());
    response.add(name, value);
    endpoint_.respond(id, response);
    return false;
  };
  if (!event || !event->is(event_name)) return refuse(bad_event, "Allow-Events", event_name);
  if (!request.has_body()) return true;
  const auto type = request.content_type().substr(0, request.content_type().find(';'));
  if (!base::same(base::trim(type), document_type)) return refuse(bad_type, "Accept", document_type);
  if (request.body().size() > pidf_bytes_max) {
    endpoint_.respond(id, request, too_large);
    return false;
  }
  if (const auto document = Pidf::parse(request.body()); !document) {
    endpoint_.respond(id, request, bad_request, "Bad Presence Document");
    base::log::debug("presence", "a presence document is refused: {}", document.error());
    return false;
  }
  return true;
}

void Publisher::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  const auto visit = reception_.receive(id, request, from);
  if (!visit) return;
  if (!visit->named) return endpoint_.respond(id, request, not_found);
  if (!visit->is_own()) return endpoint_.respond(id, request, forbidden);
  if (!check(id, request)) return;
  auto publish = publication_of(request);
  agent_.publish(visit->aor(), std::move(publish),
                 [this, alive = alive_, id, request = std::move(request)](const sip::EventState::Answer& done) {
                   if (*alive) answer(id, request, done);
                 });
}

void Publisher::answer(endpoint::TransactionId id, const sip::Message& request, const sip::EventState::Answer& done) {
  auto response = sip::Message::response(request, done.status, {}, endpoint_.new_tag());
  if (sip::is_success(done.status)) {
    response.add("SIP-ETag", done.etag);
    response.add("Expires", std::to_string(done.expires.count()));
  }
  if (done.status == too_brief) response.add("Min-Expires", std::to_string(done.expires.count()));
  endpoint_.respond(id, response);
}

}  // namespace presence
