#include "sip/dialog/dialog.h"

#include <algorithm>

#include "sip/header/call_id.h"
#include "sip/header/contact.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
#include "sip/header/max_forwards.h"
#include "sip/header/record_route.h"
#include "sip/header/route.h"
#include "sip/header/to.h"
#include "sip/status.h"

namespace sip {

namespace {

bool refreshes_target(Method method) {
  switch (method) {
    case Method::invite:
    case Method::update:
    case Method::subscribe:
    case Method::notify:
    case Method::refer: return true;
    default: return false;
  }
}

}  // namespace

base::Result<Dialog, Dialog::Fault> Dialog::as_uas(const Message& request, const Message& response) {
  const auto from = request.get<From>();
  const auto to = response.get<To>();
  const auto cseq = request.get<CSeq>();
  const auto contact = request.get<Contact>();
  if (!from || !to || !cseq) return base::Unexpected<Fault>{Fault::bad_header};
  if (!contact || contact->uri.empty()) return base::Unexpected<Fault>{Fault::no_contact};

  Dialog dialog;
  dialog.id_ = {std::string{request.text_of("Call-ID").value_or("")}, to->params.text_of("tag"),
                from->params.text_of("tag")};
  dialog.local_ = response.text_of("To").value_or("");
  dialog.remote_ = request.text_of("From").value_or("");
  dialog.local_contact_ = response.text_of("Contact").value_or("");
  dialog.remote_target_ = contact->uri;
  dialog.remote_cseq_ = cseq->number;
  dialog.take_routes(request, false);
  dialog.confirmed_ = is_success(response.status());
  return dialog;
}

base::Result<Dialog, Dialog::Fault> Dialog::as_uac(const Message& request, const Message& response) {
  const auto from = request.get<From>();
  const auto to = response.get<To>();
  const auto cseq = request.get<CSeq>();
  if (!from || !to || !cseq) return base::Unexpected<Fault>{Fault::bad_header};

  Dialog dialog;
  dialog.id_ = {std::string{request.text_of("Call-ID").value_or("")}, from->params.text_of("tag"),
                to->params.text_of("tag")};
  dialog.local_ = request.text_of("From").value_or("");
  dialog.remote_ = response.text_of("To").value_or("");
  dialog.local_contact_ = request.text_of("Contact").value_or("");
  dialog.local_cseq_ = cseq->number;
  const auto contact = response.get<Contact>();
  if (contact && !contact->uri.empty()) {
    dialog.remote_target_ = contact->uri;
  } else if (const auto uri = Uri::parse(request.request_uri()); uri && is_provisional(response.status())) {
    dialog.remote_target_ = *uri;  // a 1xx without Contact: old peers; the 2xx will bring one
  } else {
    return base::Unexpected<Fault>{Fault::no_contact};
  }
  dialog.take_routes(response, true);
  dialog.confirmed_ = is_success(response.status());
  return dialog;
}

Dialog::Kept Dialog::kept() const {
  return {id_, local_, remote_, local_contact_, std::string{remote_target_.text()}, routes_, local_cseq_, remote_cseq_.value_or(0)};
}

std::optional<Dialog> Dialog::restored(const Kept& kept) {
  const auto target = Uri::parse(kept.remote_target);
  if (!target) return std::nullopt;
  Dialog dialog;
  dialog.id_ = kept.id;
  dialog.local_ = kept.local;
  dialog.remote_ = kept.remote;
  dialog.local_contact_ = kept.local_contact;
  dialog.remote_target_ = *target;
  dialog.routes_ = kept.routes;
  dialog.local_cseq_ = kept.local_cseq;
  dialog.remote_cseq_ = kept.remote_cseq;
  dialog.confirmed_ = true;
  if (kept.routes.empty()) return dialog;
  base::Cursor in{kept.routes.front()};
  const auto first = Route::parse(in);
  if (!first) return std::nullopt;
  dialog.first_route_ = first->uri;
  return dialog;
}

void Dialog::take_routes(const Message& message, bool reversed) {
  routes_.clear();
  first_route_.reset();
  auto recorded = message.all<RecordRoute>();
  if (!recorded || recorded->empty()) return;
  if (reversed) std::ranges::reverse(*recorded);
  for (const auto& hop : *recorded) routes_.push_back(hop.text());
  first_route_ = recorded->front().uri;
}

const Uri& Dialog::next_hop() const { return first_route_ ? *first_route_ : remote_target_; }

// RFC 3261 section 12.2.1.1: a strict router in front gets its own URI as request URI, and the remote target
// travels at the end of Route.
Message Dialog::request_with(std::string_view method, std::uint32_t cseq) const {
  const bool strict = first_route_ && !first_route_->has_param("lr");
  Uri target = strict ? *first_route_ : remote_target_;
  target.clear_headers();
  Message message = Message::request(method, target.text());
  for (std::size_t i = strict ? 1 : 0; i < routes_.size(); ++i) message.add("Route", routes_[i]);
  if (strict) message.add("Route", "<" + remote_target_.text() + ">");
  message.add("Max-Forwards", "70");
  message.add("From", local_);
  message.add("To", remote_);
  message.add("Call-ID", id_.call_id);
  message.add("CSeq", std::to_string(cseq) + " " + std::string{method});
  if (!local_contact_.empty()) message.add("Contact", local_contact_);
  return message;
}

Message Dialog::request(Method method) { return request_with(name(method), ++local_cseq_); }

Message Dialog::ack(std::uint32_t invite_cseq) const { return request_with(name(Method::ack), invite_cseq); }

Dialog::Order Dialog::on_request(const Message& request) {
  const auto cseq = request.get<CSeq>();
  if (!cseq) return Order::stale;
  if (request.method() != Method::ack) {
    if (remote_cseq_ && cseq->number <= *remote_cseq_) return Order::stale;
    remote_cseq_ = cseq->number;
  }
  if (!refreshes_target(request.method())) return Order::in_order;
  if (const auto contact = request.get<Contact>(); contact && !contact->uri.empty()) remote_target_ = contact->uri;
  return Order::in_order;
}

void Dialog::on_response(const Message& response, Method method) {
  const bool early = is_provisional(response.status()) && method == Method::invite && !confirmed_;
  if (!(is_success(response.status()) || early) || !refreshes_target(method)) return;
  if (const auto contact = response.get<Contact>(); contact && !contact->uri.empty()) remote_target_ = contact->uri;
  if (early || confirmed_ || method != Method::invite) return;
  confirmed_ = true;
  take_routes(response, true);
}

void Dialog::take_over(const Dialog& early) {
  local_cseq_ = std::max(local_cseq_, early.local_cseq_);
  if (early.remote_cseq_ && (!remote_cseq_ || *remote_cseq_ < *early.remote_cseq_)) remote_cseq_ = early.remote_cseq_;
}

}  // namespace sip
