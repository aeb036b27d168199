#include "sim/watcher.h"

#include "sim/agent.h"
#include "sip/header/cseq.h"

namespace sim {

Watcher::Subscription::Subscription(Watcher& owner, std::string uri, std::string event)
    : owner_{owner}, uri_{std::move(uri)}, event_{std::move(event)}, call_id_{owner.endpoint_->new_call_id()},
      tag_{owner.endpoint_->new_tag()}, to_{"<" + uri_ + ">"} {
  // A NOTIFY may come before the answer that makes the dialog.
  owner_.endpoint_->add_dialog({call_id_, tag_, {}}, *this);
}

Watcher::Subscription::~Subscription() {
  if (asked_ != endpoint::no_transaction) owner_.endpoint_->forget(asked_);
  owner_.endpoint_->remove_dialog({call_id_, tag_, {}});
}

void Watcher::Subscription::send(std::uint32_t expires, const std::vector<std::pair<std::string, std::string>>& more) {
  auto& endpoint = *owner_.endpoint_;
  const endpoint::Flow flow{0, endpoint::Transport::udp, owner_.server_, {}};
  auto subscribe = sip::Message::request(sip::Method::subscribe, uri_);
  subscribe.add("Max-Forwards", "70");
  subscribe.add("From", "<sip:" + owner_.user_ + "@" + owner_.server_.ip.host() + ">;tag=" + tag_);
  subscribe.add("To", to_);
  subscribe.add("Call-ID", call_id_);
  subscribe.add("CSeq", std::to_string(++cseq_) + " SUBSCRIBE");
  subscribe.add("Contact", "<" + endpoint.contact(flow, owner_.user_).text() + ">");
  subscribe.add("Event", event_);
  subscribe.add("Expires", std::to_string(expires));
  for (const auto& [name, value] : more) subscribe.add(name, value);
  status_ = 0;
  asked_ = endpoint.send_request(std::move(subscribe), flow, this);
}

void Watcher::Subscription::on_response(endpoint::TransactionId, const sip::Message& response) {
  if (response.status() < 200) return;
  asked_ = endpoint::no_transaction;
  status_ = response.status();
  if (status_ == 200) to_ = response.text_of("To").value_or(to_);
}

void Watcher::Subscription::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow&) {
  const auto cseq = request.get<sip::CSeq>()->number;
  if (cseq <= cseq_in_) return owner_.endpoint_->respond(id, request, 500);
  cseq_in_ = cseq;
  owner_.endpoint_->respond(id, request, owner_.answer);
  state_ = request.text_of("Subscription-State").value_or("");
  if (owner_.on_notify) owner_.on_notify(*this, request);
  else bodies.emplace_back(request.body());
}

namespace {

endpoint::UasChecks watcher_checks() {
  auto checks = agent_checks();
  checks.supported.emplace_back("eventlist");
  return checks;
}

}  // namespace

Watcher::Watcher(Host& host, std::string user, const base::Address& server, std::uint16_t port, std::uint16_t shard)
    : server_{server}, address_{host.ip(), port}, user_{std::move(user)},
      endpoint_{std::make_unique<endpoint::SipEndpoint>(host.shard(shard), watcher_checks())} {
  endpoint_->join({endpoint_.get()});
  endpoint::ListeningPoint point;
  point.profile = "watcher";
  point.local = address_;
  base::require(endpoint_->open(point).has_value(), "a simulated watcher's port is taken");
}

Watcher::Subscription& Watcher::subscribe(const std::string& uri, const std::string& event, std::uint32_t expires,
                                          const std::vector<std::pair<std::string, std::string>>& more) {
  subscriptions_.push_back(std::make_unique<Subscription>(*this, uri, event));
  subscriptions_.back()->send(expires, more);
  return *subscriptions_.back();
}

}  // namespace sim
