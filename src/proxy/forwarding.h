// proxy/forwarding.h - one request on its way through us, until the last of its transactions is over.
//
// Keeps the messages and the transactions that proxy/response_context decides about. A request outside dialogs has a
// script, which sends it somewhere with `co_await fork(...)`, perhaps somewhere else afterwards, or answers it; one that
// follows a Record-Route of ours just goes on.
#pragma once
#include <coroutine>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "endpoint/sip_endpoint.h"
#include "proxy/flow_token.h"
#include "proxy/response_context.h"
#include "proxy/target.h"
#include "sip/message.h"

namespace proxy {

class Proxy;

class Forwarding : endpoint::ServerUser, endpoint::ClientUser {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// `request`: its own Routes are taken off and its hop is counted.
  Forwarding(Proxy& proxy, endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from);
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;
  ~Forwarding() override;

  endpoint::TransactionId id() const { return server_; }
  Proxy& proxy() { return proxy_; }
  /// What goes on; a script may change its headers.
  sip::Message& request() { return request_; }
  const endpoint::Flow& from() const { return from_; }
  bool invites() const { return invites_; }

  // --- for scripts ------------------------------------------------------------------------------------------

  /// Requests of the dialog to come will pass through us (section 16.6 step 4).
  void record_route() { records_route_ = true; }
  /// A registration that passes comes back through us (RFC 3327).
  void add_path() { adds_path_ = true; }

  /// `auto status = co_await forwarding.fork(targets, no_answer);` sends to all of them side by side. Goes on when one has
  /// answered (2xx, which is passed on already), when all have failed, or when the sender has given up (487). The status is
  /// the best so far. After `no_answer` (0: never) those that have not answered are cancelled.
  class Fork;
  Fork fork(std::vector<Target> targets, base::Duration no_answer);
  /// 1xx, or the end of it. Without effect after a final one.
  void respond(int status, std::string_view reason = {}, const Headers& headers = {});
  /// Sends it on as it is and forgets it (section 16.11); only before anything else was done with it.
  void forward_stateless(const Target& target);
  /// Nothing more can be said: a final response is on its way.
  bool over() const { return told_; }
  bool cancelled() const { return cancelled_; }
  int best_status() const;
  /// The Contacts of the best failure, if that is a 3xx (section 16.5: they may be tried).
  std::vector<std::string> best_contacts() const;

  // --- for the proxy ----------------------------------------------------------------------------------------

  /// `mark`: what it looked like, for the branches it is sent on.
  void run(base::Task<void> script, std::string mark);
  /// Without a script.
  void pass_on(Target target);
  /// Nothing of it is under way any more.
  bool finished() const { return told_ && clients_ == 0 && !waiter_ && (!script_ || script_.done()); }

 private:
  void on_cancel(endpoint::TransactionId id, const sip::Message& cancel) override;
  void on_unacknowledged(endpoint::TransactionId) override {}
  void on_response(endpoint::TransactionId id, const sip::Message& response) override;
  void on_failure(endpoint::TransactionId id, sip::End why) override;
  void on_finished(endpoint::TransactionId) override;

  void send(Target target, unsigned breadth);
  void add_routes(sip::Message& request, const Target& target, FlowTokens::Kind kind) const;
  bool is_reached_by_contact() const;
  base::Task<void> live(base::Task<void> script);
  void drain();
  void forward(const sip::Message& response);
  void cancel(ResponseContext::Branch branch, Why why);
  void keep_best(ResponseContext::Branch branch, const sip::Message* response);
  void on_time();
  void wake();
  /// The best there is, when nobody has anything more to try.
  void conclude();
  void settle();
  std::optional<ResponseContext::Branch> branch_of(endpoint::TransactionId client) const;

  Proxy& proxy_;
  endpoint::SipEndpoint& endpoint_;
  endpoint::TransactionId server_;
  sip::Message request_;
  endpoint::Flow from_;
  bool invites_;
  ResponseContext context_;
  std::vector<endpoint::TransactionId> branches_;  // by number of the branch
  const sip::Message* response_ = nullptr;  // while it is being delivered
  std::unique_ptr<sip::Message> best_;      // null: none, or one of our own making
  std::vector<std::string> challenges_;     // of all 401 and 407: their fields (section 16.7 step 7)
  std::size_t clients_ = 0;                 // transactions that may still speak
  bool records_route_ = false, adds_path_ = false, told_ = false, cancelled_ = false;
  std::string mark_, tag_;
  io::Timer timer_;
  base::Time no_answer_at_ = base::never;
  std::coroutine_handle<> waiter_;
  base::Task<void> script_;
};

class Forwarding::Fork {
 public:
  explicit Fork(Forwarding& of) : of_{of} {}
  bool await_ready() const { return !of_.context_.under_way() || of_.context_.answered(); }
  void await_suspend(std::coroutine_handle<> waiter) { of_.waiter_ = waiter; }
  int await_resume() const { return of_.best_status(); }

 private:
  Forwarding& of_;
};

}  // namespace proxy
