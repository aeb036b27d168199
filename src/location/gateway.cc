#include "location/gateway.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "sip/header/contact.h"
#include "sip/header/min_expires.h"
#include "sip/header/retry_after.h"

namespace location {

Gateway::Gateway(endpoint::SipEndpoint& endpoint, GatewayOptions options, Tell tell)
    : endpoint_{endpoint},
      shard_{endpoint.shard()},
      options_{std::move(options)},
      tell_{std::move(tell)},
      registration_{options_.registration, shard_.now()},
      ping_{options_.ping, shard_.now()},
      responder_{options_.account},
      call_id_{endpoint_.new_call_id()},
      tag_{endpoint_.new_tag()},
      names_(options_.names.size()),
      timer_{[this] { work(); }},
      names_timer_{[this] { look_up_names(); }} {
  status_.name = options_.name;
  status_.profile = options_.profile;
  status_.since = shard_.now();
  status_.contact = options_.contact(endpoint_.contact({options_.point, endpoint::Transport::udp, {}, {}, {}}, {}));
  this->tell();
  timer_.start(shard_.timers(), shard_.now());
  if (!names_.empty()) names_timer_.start(shard_.timers(), shard_.now());
}

Gateway::~Gateway() {
  for (const auto id : {register_out_, ping_out_})
    if (id != endpoint::no_transaction) endpoint_.forget(id);
  for (const auto ticket : {ticket_, ping_ticket_}) endpoint_.cancel_resolution(ticket);
  for (const auto& name : names_) endpoint_.cancel_resolution(name.ticket);
}

void Gateway::register_now() {
  registration_.start(shard_.now());
  work();
}

void Gateway::unregister() {
  registration_.unregister(shard_.now());
  work();
}

void Gateway::count_call(bool inbound, bool failed) {
  ++(inbound ? status_.calls_in : status_.calls_out);
  if (failed) ++(inbound ? status_.failed_in : status_.failed_out);
  tell();
}

void Gateway::work() {
  const auto now = shard_.now();
  registration_.on_time(now);
  // A resolution under way takes what is asked for last; a REGISTER under way is let to its end first.
  while (const auto wanted = registration_.poll()) {
    asked_ = wanted->expires;
    if (register_out_ != endpoint::no_transaction)
      again_ = true;
    else if (ticket_ == endpoint::Resolver::no_ticket)
      resolve(sip::Method::register_);
  }
  if (ping_.on_time(now)) {
    status_.pinged = now;
    resolve(sip::Method::options);
  }
  tell();
  timer_.start(shard_.timers(), std::min(registration_.deadline(), ping_.deadline()));
}

void Gateway::resolve(sip::Method method) {
  auto& ticket = method == sip::Method::register_ ? ticket_ : ping_ticket_;
  const auto& hop = options_.first_hop ? *options_.first_hop : options_.registrar;
  ticket = endpoint_.resolve(options_.point, hop, [this, method](std::vector<endpoint::Flow> flows) {
    (method == sip::Method::register_ ? ticket_ : ping_ticket_) = endpoint::Resolver::no_ticket;
    send(method, std::move(flows));
  });
}

void Gateway::look_up_names() {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i].ticket != endpoint::Resolver::no_ticket) continue;
    auto found = [this, i](const std::vector<endpoint::Flow>& flows) { on_name(i, flows); };
    const auto ticket = endpoint_.resolve(options_.point, options_.names[i], std::move(found));
    names_[i].ticket = ticket;
  }
  if (!names_.empty()) names_timer_.start(shard_.timers(), shard_.now() + look_up_interval);
}

void Gateway::on_name(std::size_t which, const std::vector<endpoint::Flow>& flows) {
  auto& name = names_[which];
  name.ticket = endpoint::Resolver::no_ticket;
  if (flows.empty()) return;  // a name service that is out of order makes nobody a stranger
  name.addresses.clear();
  for (const auto& flow : flows) name.addresses.push_back(flow.remote.ip);
  std::vector<base::Ip> all;
  for (const auto& each : names_) all.insert(all.end(), each.addresses.begin(), each.addresses.end());
  if (all == status_.addresses) return;
  status_.addresses = std::move(all);
  tell();
}

void Gateway::send(sip::Method method, std::vector<endpoint::Flow> flows) {
  if (flows.empty()) {
    const bool registers = method == sip::Method::register_;
    base::log::warn("gateway", "{}: no way to {}", options_.name,
                    options_.first_hop.value_or(options_.registrar).text());
    if (registers) return on_register_reply(nullptr);
    return on_ping_reply(0);
  }
  const auto first = flows.front();
  flows.erase(flows.begin());
  auto& out = method == sip::Method::register_ ? register_out_ : ping_out_;
  out = endpoint_.send_request(make(method, first), first, this, std::move(flows));
}

sip::Message Gateway::make(sip::Method method, const endpoint::Flow& flow) {
  const bool registers = method == sip::Method::register_;
  auto request = sip::Message::request(method, options_.registrar.text());
  if (options_.first_hop) {
    auto route = *options_.first_hop;
    if (!route.has_param("lr")) route.set_param("lr");
    request.add("Route", "<" + std::string{route.text()} + ">");
  }
  const std::string own = "<" + std::string{options_.address.text()} + ">";
  request.add("Max-Forwards", "70");
  request.add("From", own + ";tag=" + (registers ? tag_ : endpoint_.new_tag()));
  request.add("To", registers ? own : "<" + std::string{options_.registrar.text()} + ">");
  request.add("Call-ID", registers ? call_id_ : endpoint_.new_call_id());
  request.add("CSeq", registers ? std::to_string(++cseq_) + " REGISTER" : std::string{"1 OPTIONS"});
  status_.contact = options_.contact(endpoint_.contact(flow, {}));
  request.add("Contact", "<" + std::string{status_.contact.text()} + ">");
  if (registers) request.add("Expires", std::to_string(asked_.count()));
  request.add("User-Agent", options_.user_agent);
  if (registers) responder_.authorize(request);
  return request;
}

void Gateway::on_response(endpoint::TransactionId id, const sip::Message& response) {
  if (response.status() < 200) return;
  if (id == ping_out_) {
    ping_out_ = endpoint::no_transaction;
    return on_ping_reply(response.status());
  }
  if (id != register_out_) return;
  register_out_ = endpoint::no_transaction;
  on_register_reply(&response);
}

void Gateway::on_failure(endpoint::TransactionId id, sip::End) {
  if (id == ping_out_) {
    ping_out_ = endpoint::no_transaction;
    return on_ping_reply(0);
  }
  if (id != register_out_) return;
  register_out_ = endpoint::no_transaction;
  on_register_reply(nullptr);
}

void Gateway::on_moved(endpoint::TransactionId, const endpoint::Flow& flow, const sip::Message&) {
  status_.contact = options_.contact(endpoint_.contact(flow, {}));
}

/// What the registrar gave our contact: its own expires, else that of the response, else what we asked for.
std::chrono::seconds Gateway::granted_in(const sip::Message& response) const {
  auto granted = asked_;
  if (const auto all = base::to_number<long>(base::trim(response.text_of("Expires").value_or(""))))
    granted = std::chrono::seconds{*all};
  if (const auto contacts = response.all<sip::Contact>())
    for (const auto& contact : *contacts)
      if (contact.uri.user() == status_.contact.user() && contact.uri.host() == status_.contact.host() &&
          contact.expires())
        granted = std::chrono::seconds{*contact.expires()};
  return granted;
}

void Gateway::on_register_reply(const sip::Message* response) {
  sip::Registration::Reply reply;
  if (response) {
    reply.status = response->status();
    if (const auto least = response->get<sip::MinExpires>()) reply.min_expires = std::chrono::seconds{least->value};
    if (const auto pause = response->get<sip::RetryAfter>()) reply.retry_after = std::chrono::seconds{pause->seconds};
    if (reply.status == 401 || reply.status == 407)
      reply.answerable = responder_.on_challenge(*response, shard_.random()) == sip::Responder::Outcome::ready;
    if (reply.status < 300) {
      responder_.on_success();
      reply.granted = granted_in(*response);
      status_.granted = *reply.granted;
      look_up_names();
    }
  }
  if (std::exchange(again_, false)) return resolve(sip::Method::register_);
  const auto before = registration_.state();
  registration_.on_reply(reply, shard_.now());
  const auto after = registration_.state();
  if (after != before && after == sip::Registration::State::reged)
    base::log::notice("gateway", "{}: registered for {} s", options_.name, status_.granted.count());
  if (after != before && after == sip::Registration::State::failed)
    base::log::warn(
        "gateway", "{}: registration failed: {}", options_.name,
        response ? std::to_string(reply.status) + " " + std::string{response->reason()} : std::string{"no answer"});
  tell();
  // What is to be sent next goes out later: we may be inside work().
  const bool more = after == sip::Registration::State::trying || after == sip::Registration::State::unregister;
  timer_.start(shard_.timers(), more ? shard_.now() : std::min(registration_.deadline(), ping_.deadline()));
}

void Gateway::on_ping_reply(int status) {
  const bool changed = ping_.on_reply(status, shard_.now());
  if (changed) {
    status_.since = shard_.now();
    if (ping_.up())
      base::log::notice("gateway", "{}: up", options_.name);
    else
      base::log::warn("gateway", "{}: down: no answer to OPTIONS", options_.name);
  }
  tell();
  timer_.start(shard_.timers(), std::min(registration_.deadline(), ping_.deadline()));
}

void Gateway::tell() {
  status_.state = registration_.state();
  const bool refused =
      status_.state == sip::Registration::State::failed || status_.state == sip::Registration::State::fail_wait;
  status_.up = ping_.up() && (!refused || registration_.registered(shard_.now()));
  status_.expires = std::chrono::duration_cast<std::chrono::seconds>(registration_.expires());
  status_.failures = registration_.failures();
  status_.ping_min = ping_.min();
  status_.ping_count = ping_.count();
  status_.ping_max = ping_.max();
  status_.ping_interval = ping_.interval();
  status_.round_trip = ping_.round_trip();
  tell_(status_);
}

}  // namespace location
