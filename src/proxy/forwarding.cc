#include "proxy/forwarding.h"

#include <algorithm>

#include "proxy/proxy.h"
#include "proxy/request_edit.h"
#include "sip/header/contact.h"
#include "sip/header/path.h"
#include "sip/header/record_route.h"
#include "sip/header/via.h"
#include "sip/status.h"

namespace proxy {

namespace {

constexpr int timed_out = 408, terminated = 487, internal_error = 500, out_of_service = 503, too_broad = 440, not_found = 404,
              bad_gateway = 502;

bool is_challenge(int status) { return status == 401 || status == 407; }

constexpr std::string_view reason_of(Why why) {
  switch (why) {
    case Why::answered_elsewhere: return "SIP;cause=200;text=\"Call completed elsewhere\"";
    case Why::declined: return "SIP;cause=603;text=\"Declined elsewhere\"";
    case Why::no_answer: return "SIP;cause=408;text=\"No answer\"";
    case Why::cancelled: break;
  }
  return {};
}

}  // namespace

Forwarding::Forwarding(Proxy& proxy, endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from)
    : proxy_{proxy}, endpoint_{proxy.endpoint()}, server_{id}, request_{std::move(request)}, from_{from},
      invites_{request_.method() == sip::Method::invite}, context_{invites_, endpoint_.shard().now()},
      timer_{[this] { on_time(); }} {
  endpoint_.set_user(server_, this);
}

Forwarding::~Forwarding() {
  script_.reset();
  endpoint_.set_user(server_, nullptr);
  for (const auto branch : branches_) endpoint_.forget(branch);
}

// --- scripts -------------------------------------------------------------------------------------------------

/// It may be woken last by somebody else than us, a name service or a location service: what it leaves is looked after then.
base::Task<void> Forwarding::live(base::Task<void> script) {
  co_await script;
  timer_.start(endpoint_.shard().timers(), endpoint_.shard().now());
}

void Forwarding::run(base::Task<void> script, std::string mark) {
  mark_ = std::move(mark);
  script_ = live(std::move(script));
  timer_.start(endpoint_.shard().timers(), context_.deadline());
  script_.start();
  settle();
}

void Forwarding::pass_on(Target target) {
  send(std::move(target), 0);
  drain();
}

Forwarding::Fork Forwarding::fork(std::vector<Target> targets, base::Duration no_answer) {
  const auto now = endpoint_.shard().now();
  const unsigned breadth = breadth_of(request_);
  if (targets.size() > breadth) {
    if (breadth == 0 && !told_) respond(too_broad, "Max-Breadth Exceeded");
    targets.resize(breadth);
  }
  if (cancelled_ || told_) targets.clear();
  const bool several = targets.size() > 1;
  for (auto& target : targets) {
    if (context_.branches() == branches_max) break;
    send(std::move(target), several ? breadth / static_cast<unsigned>(targets.size()) : 0);
  }
  no_answer_at_ = no_answer > base::Duration{0} && context_.under_way() ? now + no_answer : base::never;
  drain();
  return Fork{*this};
}

void Forwarding::respond(int status, std::string_view reason, const Headers& headers) {
  if (told_) return;
  if (server_ == endpoint::no_transaction) {
    told_ = true;
    return;
  }
  if (status > 100 && tag_.empty()) tag_ = endpoint_.new_tag();
  auto response = sip::Message::response(request_, status, reason, status > 100 ? tag_ : std::string{});
  for (const auto& [name, value] : headers) response.add(name, value);
  if (status >= 200) {
    told_ = true;
    context_.cancel_all(Why::cancelled, endpoint_.shard().now());
  }
  context_.on_told();
  endpoint_.respond(server_, response);
}

void Forwarding::forward_stateless(const Target& target) {
  if (told_ || context_.branches() != 0) return;
  told_ = true;
  context_.on_told();
  auto request = request_;
  add_routes(request, target, FlowTokens::Kind::stateless);
  proxy_.forward_stateless(server_, std::move(request), target);
}

int Forwarding::best_status() const {
  const auto best = context_.best();
  return best ? context_.status(*best) : cancelled_ ? terminated : 0;
}

std::vector<std::string> Forwarding::best_contacts() const {
  std::vector<std::string> uris;
  if (!best_ || !sip::is_redirection(best_->status())) return uris;
  auto contacts = best_->all<sip::Contact>();
  if (!contacts) return uris;
  std::ranges::stable_sort(*contacts, std::greater{}, [](const sip::Contact& contact) { return contact.q(); });
  for (const auto& contact : *contacts)
    if (!contact.star) uris.emplace_back(contact.uri.text());
  return uris;
}

void Forwarding::wake() {
  if (waiter_ && (!context_.under_way() || context_.answered())) {
    no_answer_at_ = base::never;
    std::exchange(waiter_, {}).resume();
  }
  settle();
}

/// What is to be done when no more news can come.
void Forwarding::settle() {
  const bool has_more_to_try = waiter_ || (script_ && !script_.done());
  if (!has_more_to_try && !told_ && !context_.under_way()) conclude();
  // Only transactions of a 2xx are left, for half a minute: they need no more than this.
  if (!has_more_to_try && told_) {
    request_ = {};
    best_.reset();
  }
  proxy_.reap(*this);
}

void Forwarding::conclude() {
  const auto best = context_.best();
  if (!best) return respond(cancelled_ ? terminated : not_found);
  const int status = context_.status(*best);
  if (!best_) {
    // RFC 4320 section 4.2: nobody waits for the 408 of anything but an INVITE.
    if (status == timed_out && !invites()) {
      told_ = true;
      return endpoint_.drop(server_);
    }
    return respond(status);
  }
  // Section 16.7: a 503 says something of the next hop, not of us.
  if (status == out_of_service) best_->set_status(internal_error);
  if (is_challenge(status)) {
    best_->remove("WWW-Authenticate");
    best_->remove("Proxy-Authenticate");
    for (const auto& field : challenges_) {
      const auto colon = field.find(':');
      best_->add(field.substr(0, colon), field.substr(colon + 1));
    }
  }
  forward(*best_);
}

// --- sending -------------------------------------------------------------------------------------------------

/// `breadth`: of a fork; 0: none.
void Forwarding::send(Target target, unsigned breadth) {
  sip::Message request = request_;
  if (breadth != 0) request.set("Max-Breadth", std::to_string(breadth));
  add_routes(request, target, FlowTokens::Kind::record_route);
  address(request, target);
  const auto at = context_.add(endpoint_.shard().now());
  ++clients_;
  branches_.push_back(endpoint::no_transaction);
  branches_[at] = endpoint_.send_request(std::move(request), target.flow, this, std::move(target.others), mark_);
}

/// Section 16.6 step 4. One value does where a dialog's requests find us and the next hop by addresses; where the two
/// sides differ, or one of them is reached by its flow only, each side gets its own.
void Forwarding::add_routes(sip::Message& request, const Target& target, FlowTokens::Kind kind) const {
  if (adds_path_) request.prepend(sip::Path::of(proxy_.path_uri(from_)));
  if (!records_route_) return;
  const bool by_contact = is_reached_by_contact();
  const auto straight = endpoint_.flow_to(target.flow.point, target.uri.empty() ? next_hop(request) : target.uri);
  const bool by_uri = !target.routes.empty() || !straight ||
                      (straight->remote == target.flow.remote && !target.flow.connection);
  const bool alike = from_.point == target.flow.point && from_.transport == target.flow.transport;
  const auto route = [&](const endpoint::Flow& side, bool found) {
    return sip::RecordRoute::of(proxy_.route_uri(kind, request, side, !found || endpoint::is_web(side.transport)));
  };
  if (!(alike && by_contact && by_uri) || endpoint::is_web(from_.transport)) request.prepend(route(from_, by_contact));
  request.prepend(route(target.flow, by_uri));
}

/// Whether its Contact leads to where the request came from.
bool Forwarding::is_reached_by_contact() const {
  const auto contact = request_.get<sip::Contact>();
  if (!contact || request_.has<sip::RecordRoute>()) return true;  // a proxy before us sees to it
  if (from_.connection) return false;  // it may live on another shard, and nobody listens where it came from
  const auto straight = endpoint_.flow_to(from_.point, contact->uri);
  if (!straight) return !contact->uri.ip();
  return straight->transport == from_.transport && straight->remote.ip == from_.remote.ip &&
         (from_.transport != endpoint::Transport::udp || straight->remote.port == from_.remote.port);
}

void Forwarding::cancel(ResponseContext::Branch branch, Why why) {
  endpoint_.cancel(branches_[branch], reason_of(why));
  endpoint_.settle(branches_[branch]);
}

// --- what comes back -----------------------------------------------------------------------------------------

std::optional<ResponseContext::Branch> Forwarding::branch_of(endpoint::TransactionId client) const {
  const auto found = std::ranges::find(branches_, client);
  if (found == branches_.end()) return std::nullopt;
  return static_cast<ResponseContext::Branch>(found - branches_.begin());
}

void Forwarding::on_response(endpoint::TransactionId id, const sip::Message& response) {
  const auto branch = branch_of(id);
  if (!branch) return;
  const int status = response.status();
  context_.on_response(*branch, status, endpoint_.shard().now());
  if (status >= 300) keep_best(*branch, &response);
  // A 2xx to an INVITE may be repeated; nothing else that is final has more to say.
  if (sip::is_final(status) && !(invites() && sip::is_success(status))) {
    endpoint_.forget(id);
    --clients_;
  }
  response_ = &response;
  drain();
}

void Forwarding::on_failure(endpoint::TransactionId id, sip::End why) {
  const auto branch = branch_of(id);
  if (!branch) return;
  --clients_;
  context_.on_failure(*branch, why == sip::End::timeout ? timed_out : out_of_service, endpoint_.shard().now());
  keep_best(*branch, nullptr);
  drain();
}

void Forwarding::on_finished(endpoint::TransactionId id) {
  if (!branch_of(id)) return;
  --clients_;
  proxy_.reap(*this);
}

void Forwarding::keep_best(ResponseContext::Branch branch, const sip::Message* response) {
  if (response && is_challenge(response->status()))
    for (std::size_t i = 0; i < response->field_count(); ++i)
      if (const auto field = response->field(i); field.id == sip::header_id("WWW-Authenticate") ||
                                                 field.id == sip::header_id("Proxy-Authenticate"))
        challenges_.push_back(std::string{field.name}.append(":").append(field.value));
  if (context_.best() == branch) best_ = response ? std::make_unique<sip::Message>(*response) : nullptr;
}

void Forwarding::on_cancel(endpoint::TransactionId, const sip::Message&) {
  cancelled_ = true;
  context_.cancel_all(Why::cancelled, endpoint_.shard().now());
  drain();
}

void Forwarding::on_time() {
  const auto now = endpoint_.shard().now();
  if (no_answer_at_ <= now) {
    no_answer_at_ = base::never;
    context_.cancel_all(Why::no_answer, now);
  }
  context_.on_time(now);
  drain();
}

void Forwarding::forward(const sip::Message& response) {
  sip::Message passed = response;
  passed.remove_first<sip::Via>();
  const bool final = sip::is_final(response.status());
  // Who cuts off the way back leaves us to find words for it.
  if (!passed.has<sip::Via>()) return final ? respond(bad_gateway) : void();
  told_ |= final;
  context_.on_told();
  endpoint_.respond(server_, passed);
}

void Forwarding::drain() {
  while (const auto output = context_.poll()) {
    if (std::holds_alternative<ResponseContext::Forward>(*output)) {
      if (response_ && (!told_ || sip::is_success(response_->status()))) forward(*response_);
    } else if (const auto* stop = std::get_if<ResponseContext::Cancel>(&*output)) {
      cancel(stop->branch, stop->why);
    } else if (std::holds_alternative<ResponseContext::Trying>(*output)) {
      respond(100);
    }
  }
  response_ = nullptr;
  timer_.start(endpoint_.shard().timers(), std::min(context_.deadline(), no_answer_at_));
  wake();
}

}  // namespace proxy
