#include "sim/agent.h"

namespace sim {

endpoint::UasChecks agent_checks() {
  return {{sip::Method::invite, sip::Method::bye, sip::Method::options, sip::Method::info, sip::Method::update,
           sip::Method::register_, sip::Method::prack, sip::Method::refer, sip::Method::notify, sip::Method::message},
          {"replaces", "100rel", "timer", "norefersub"}};
}

Agent::Agent(Host& host, std::string user, std::uint16_t port, std::uint16_t shard)
    : host_{host}, user_{std::move(user)}, address_{host.ip(), port},
      endpoint_{std::make_unique<endpoint::SipEndpoint>(host.shard(shard), agent_checks())} {
  endpoint_->join({endpoint_.get()});
  endpoint::ListeningPoint point;
  point.profile = "agent";
  point.local = address_;
  base::require(endpoint_->open(point).has_value(), "a simulated agent's port is taken");
  endpoint_->set_handler(sip::Method::invite, this);
  on_incoming = [](Call& call) { call.session->provisional(180); };
}

Agent::~Agent() {
  calls_.clear();
}

Agent::Call& Agent::call(const std::string& uri, const base::Address& at, std::string body,
                         endpoint::Transport transport,
                         const std::vector<std::pair<std::string, std::string>>& more) {
  auto made = std::make_unique<Call>();
  made->agent = this;
  const endpoint::Flow flow{0, transport, at, {}};
  auto invite = sip::Message::request(sip::Method::invite, uri);
  invite.add("Max-Forwards", "70");
  invite.add("From", "<sip:" + user_ + "@" + host_.ip().host() + ">;tag=" + endpoint_->new_tag());
  invite.add("To", "<" + uri + ">");
  invite.add("Call-ID", endpoint_->new_call_id());
  invite.add("CSeq", "1 INVITE");
  invite.add("Contact", "<" + endpoint_->contact(flow, user_).text() + ">");
  invite.add("Allow", endpoint_->allow());
  for (const auto& [name, value] : more) invite.add(name, value);
  if (!body.empty()) invite.set_body("application/sdp", body);
  made->session = endpoint::InviteSession::send(*endpoint_, *made, std::move(invite), flow, policy);
  calls_.push_back(std::move(made));
  return *calls_.back();
}

void Agent::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  if (endpoint::InviteSession::refuses(*endpoint_, id, request, policy)) return;
  auto made = std::make_unique<Call>();
  made->agent = this;
  made->remote_body = request.body();
  made->session = endpoint::InviteSession::receive(*endpoint_, *made, id, std::move(request), from, policy);
  incoming_ = made.get();
  calls_.push_back(std::move(made));
  if (on_incoming) on_incoming(*incoming_);
}

void Agent::Call::on_provisional(const sip::Message& response) { provisionals.push_back(response.status()); }
endpoint::Extra Agent::Call::on_reliable_provisional(const sip::Message& response) {
  on_provisional(response);
  early_body = response.body();
  return on_early ? on_early(response) : endpoint::Extra{};
}
void Agent::Call::on_provisional_acknowledged(const sip::Message& prack) {
  ++pracks;
  if (prack.has_body()) remote_body = prack.body();
}
void Agent::Call::on_answered(const sip::Message& response) {
  answered = true;
  remote_body = response.body();
}
void Agent::Call::on_acknowledged(const sip::Message&) { acknowledged = true; }
void Agent::Call::on_change(const sip::Message& request) {
  ++changes;
  changed_by = request.method_text();
  changed_body = request.body();
  session->accept_change(request.has_body() || request.method() == sip::Method::invite ? endpoint::Extra::sdp(change_answer)
                                                                                      : endpoint::Extra{});
}
void Agent::Call::on_change_result(int status, const sip::Message*) { change_result = status; }
std::optional<endpoint::Extra> Agent::Call::on_change_due() {
  return retry ? std::optional{*retry} : std::nullopt;
}
endpoint::Extra Agent::Call::on_refresh() { return endpoint::Extra::sdp("v=0\r\nsame"); }
void Agent::Call::on_other(endpoint::InviteSession& of, endpoint::TransactionId id, const sip::Message& request) {
  others.push_back(request);
  of.respond(id, request, request.method() == sip::Method::refer ? 202 : 200);
}
void Agent::Call::on_ended(const endpoint::Ending& ending) {
  ended = ending;
  ++ended_times;
  agent->endpoint().linger(std::move(session));
}
void Agent::Call::hang_up(int status) {
  if (!session) return;
  session->hang_up(status);
  agent->endpoint().linger(std::move(session));
}

}  // namespace sim
