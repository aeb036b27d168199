// sim/agent.h - a SIP user agent for tests: an endpoint of its own on a simulated host, scripted by hand.
//
// It uses the product's SIP stack on the other side of the wire. Tests that must not trust that stack use
// sim/raw_agent.h instead, which only sends and compares text.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "endpoint/invite_session.h"
#include "sim/world.h"

namespace sim {

/// The checks every test endpoint uses.
endpoint::UasChecks agent_checks();

class Agent : public endpoint::RequestHandler {
 public:
  /// One call of this agent, either way; what happened to it is written down.
  struct Call : endpoint::InviteSession::User {
    Agent* agent = nullptr;
    std::unique_ptr<endpoint::InviteSession> session;
    std::vector<int> provisionals;
    std::string remote_body, early_body, changed_by, changed_body;
    int pracks = 0;
    /// What a PRACK of ours carries.
    std::function<endpoint::Extra(const sip::Message&)> on_early;
    /// What is said when a change is due (again); empty: nothing.
    std::optional<endpoint::Extra> retry;
    /// What offers of the peer are answered with.
    std::string change_answer = "v=0\r\nchanged";
    bool answered = false, acknowledged = false;
    int changes = 0;
    std::optional<int> change_result;
    std::optional<endpoint::Ending> ended;
    int ended_times = 0;
    /// REFER, NOTIFY and MESSAGE that came in the dialog.
    std::vector<sip::Message> others;
    std::optional<int> refer_result;

    void on_provisional(const sip::Message& response) override;
    endpoint::Extra on_reliable_provisional(const sip::Message& response) override;
    void on_provisional_acknowledged(const sip::Message& prack) override;
    void on_answered(const sip::Message& response) override;
    void on_acknowledged(const sip::Message& ack) override;
    void on_change(const sip::Message& request) override;
    void on_change_result(int status, const sip::Message* response) override;
    std::optional<endpoint::Extra> on_change_due() override;
    endpoint::Extra on_refresh() override;
    void on_other(endpoint::InviteSession& of, endpoint::TransactionId id, const sip::Message& request) override;
    void on_refer_result(int status) override { refer_result = status; }
    void on_ended(const endpoint::Ending& ending) override;
    /// Hangs up and lets go of the session.
    void hang_up(int status = 480);
  };

  Agent(Host& host, std::string user, std::uint16_t port = 5060, std::uint16_t shard = 0);
  ~Agent() override;

  endpoint::SipEndpoint& endpoint() { return *endpoint_; }
  const base::Address& address() const { return address_; }
  /// Calls a URI at an address.
  Call& call(const std::string& uri, const base::Address& at, std::string body = "v=0\r\n",
             endpoint::Transport transport = endpoint::Transport::udp,
             const std::vector<std::pair<std::string, std::string>>& more = {});
  /// Who calls from now on.
  void set_user(std::string user) { user_ = std::move(user); }
  /// The last incoming call; null before there is one.
  Call* incoming() { return incoming_; }
  std::vector<std::unique_ptr<Call>>& calls() { return calls_; }
  /// What incoming calls get at once: 180 and nothing more by default.
  std::function<void(Call&)> on_incoming;
  /// For calls from now on.
  endpoint::SessionPolicy policy;

 private:
  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

  Host& host_;
  std::string user_;
  base::Address address_;
  std::unique_ptr<endpoint::SipEndpoint> endpoint_;
  std::vector<std::unique_ptr<Call>> calls_;
  Call* incoming_ = nullptr;
};

}  // namespace sim
