// endpoint/invite_session.h - one INVITE dialog at one end: offering or answering a call, changing it, ending it.
//
// RFC 3261 sections 9, 12-15, RFC 3262, RFC 3311, RFC 4028, RFC 6026, RFC 6086. Both roles in one object, because once
// the call is up there is no difference. It owns the rules (who may send what when, the ACK, repeated 2xx, forked 2xx,
// CANCEL that must wait for a provisional, PRACK, glare, session timers); its user decides what the call means. Bodies
// pass through as text. What a plain call does not need (PRACK, timers, a second try) exists only where it is used.
//
// Life: the user owns it; to end it, hang_up() and give it to SipEndpoint::linger(), which keeps it until the last
// transaction is over.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "endpoint/session_policy.h"
#include "endpoint/sip_endpoint.h"
#include "sip/digest.h"

namespace endpoint {

/// What a response or request of ours carries beyond what the protocol wants.
struct Extra {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type;
  std::string body;

  static Extra sdp(std::string text) { return {{}, "application/sdp", std::move(text)}; }
};

/// How a session ended, told once.
struct Ending {
  enum class How : std::uint8_t {
    cancelled,        ///< The caller gave up; we answered 487.
    rejected,         ///< Our INVITE got a final failure: `status`.
    bye,              ///< The peer hung up.
    no_ack,           ///< Our 2xx was never acknowledged; we sent BYE. Or a reliable 1xx; we sent 504.
    expired,          ///< The session timer ran out; we sent BYE.
    timeout,          ///< Nobody answered our INVITE.
    transport_error,  ///< It could not be sent, or the connection broke.
  };
  How how;
  int status = 0;
  std::string reason;  ///< The Reason header of the message that ended it.
  std::string phrase;  ///< Of a rejection, as the peer worded it.
};

class InviteSession : public Lingering, RequestHandler, ServerUser, ClientUser {
 public:
  class User {
   public:
    virtual ~User() = default;
    /// Outgoing: a 101-199.
    virtual void on_provisional(const sip::Message&) {}
    /// The same for one that a PRACK acknowledges. Answers what the PRACK carries: where the INVITE had no offer and
    /// the response has one, the answer to it.
    virtual Extra on_reliable_provisional(const sip::Message& response) {
      on_provisional(response);
      return {};
    }
    /// Outgoing: the 2xx. An INVITE without offer wants acknowledge() now; otherwise the ACK has been sent.
    virtual void on_answered(const sip::Message&) {}
    /// Incoming: the ACK to our 2xx (it may hold the answer to our late offer), to a re-INVITE's too.
    virtual void on_acknowledged(const sip::Message&) {}
    /// Incoming: the PRACK to a reliable 1xx of ours; it may hold the answer to our late offer.
    virtual void on_provisional_acknowledged(const sip::Message&) {}
    /// re-INVITE, UPDATE or PRACK with or without offer: answer with accept_change() or refuse_change().
    virtual void on_change(const sip::Message&) = 0;
    /// The answer to change() or update(): a 2xx, or a failure (0: none came).
    virtual void on_change_result(int, const sip::Message*) {}
    /// It is time for a change that offer_soon() asked for, or for another try of one that met the peer's (491): what
    /// is to be said now? Nullopt: nothing any more.
    virtual std::optional<Extra> on_change_due() { return std::nullopt; }
    /// A session timer is refreshed by re-INVITE: our present description, unchanged.
    virtual Extra on_refresh() { return {}; }
    /// INFO, RFC 6086; answers the status to respond with.
    virtual int on_info(const sip::Message&) { return 200; }
    /// REFER, NOTIFY and MESSAGE: to be answered with respond(), once.
    virtual void on_other(InviteSession& session, TransactionId id, const sip::Message& request) {
      session.respond(id, request, 501);
    }
    /// The final answer to a REFER of ours; 0: none came.
    virtual void on_refer_result(int) {}
    virtual void on_ended(const Ending& ending) = 0;
  };

  enum class State : std::uint8_t {
    proceeding,   ///< Before the final answer.
    answered,     ///< 2xx sent or received.
    ending,       ///< CANCEL or BYE is on its way.
    over,
  };

  /// The callee's side: takes over an INVITE from RequestHandler::on_request.
  static std::unique_ptr<InviteSession> receive(SipEndpoint& endpoint, User& user, TransactionId id,
                                                sip::Message invite, const Flow& from, const SessionPolicy& policy = {});
  /// The caller's side: `invite` is complete but for Via, Supported and what the policy adds. `others` are tried in turn
  /// when the first server fails.
  static std::unique_ptr<InviteSession> send(SipEndpoint& endpoint, User& user, sip::Message invite, const Flow& to,
                                             const SessionPolicy& policy = {}, std::vector<Flow> others = {});
  /// Answers 422 to an INVITE whose session interval is too short, before anything is made of it. RFC 4028 section 9.
  static bool refuses(SipEndpoint& endpoint, TransactionId id, const sip::Message& invite, const SessionPolicy& policy);
  ~InviteSession() override;

  /// Before answer(): what a dialplan wants instead of the profile.
  void set_policy(const SessionPolicy& policy) { policy_ = policy; }

  // --- callee ------------------------------------------------------------------------------------------------
  void provisional(int status, std::string_view reason = {}, const Extra& extra = {});
  void answer(const Extra& extra);
  /// 3xx-6xx.
  void reject(int status, std::string_view reason = {}, const Extra& extra = {});

  // --- caller ------------------------------------------------------------------------------------------------
  /// The ACK that holds our answer to a late offer.
  void acknowledge(const Extra& extra);
  /// From now on challenges are answered: those of the INVITE and of what is asked in the dialog (PRACK excepted), each
  /// once, and again where the nonce was stale.
  void use(std::unique_ptr<sip::Responder> responder);

  // --- both --------------------------------------------------------------------------------------------------
  /// A re-INVITE. False while another change is going on (RFC 3261 section 14.1).
  bool change(const Extra& extra);
  /// An UPDATE, also before the final answer once an offer has been answered reliably (RFC 3311). False as above, or when
  /// the peer does not take it.
  bool update(const Extra& extra);
  /// on_change_due() is asked for a re-INVITE as soon as no other change is in the way.
  void offer_soon();
  void accept_change(const Extra& extra);
  void refuse_change(int status, std::string_view reason = {});
  void info(const Extra& extra) { ask(sip::Method::info, extra); }
  /// A request inside the dialog whose answer matters to nobody: INFO, NOTIFY, MESSAGE. Nothing without a dialog.
  void ask(sip::Method method, const Extra& extra);
  /// REFER, RFC 3515; on_refer_result() follows.
  bool refer(const Extra& extra);
  /// Answers what on_other() got.
  void respond(TransactionId id, const sip::Message& request, int status, const Extra& extra = {});
  /// Ends it in whatever way is right now: a failure response, CANCEL or BYE. Nothing is told afterwards.
  /// `status` is for a callee that has not answered.
  void hang_up(int status, std::string_view phrase = {}, std::string_view reason_header = {}, const Extra& extra = {});

  State state() const { return state_; }
  bool finished() const override { return state_ == State::over; }
  bool outgoing() const { return outgoing_; }
  const sip::Message& invite() const { return invite_; }
  const Flow& flow() const { return flow_; }
  const std::string& call_id() const { return call_id_; }
  const std::string& local_tag() const { return local_tag_; }
  /// The peer's Contact, once a dialog exists.
  const sip::Dialog* dialog() const { return dialog_ ? &*dialog_ : nullptr; }
  /// Frees what only an unanswered call needs.
  void compact();

 private:
  struct Redirection;
  struct Reliability;
  struct SessionClock;
  struct LaterChange;
  struct Credentials;

  InviteSession(SipEndpoint& endpoint, User& user, bool outgoing, sip::Message invite, const Flow& flow,
                const SessionPolicy& policy);

  void on_request(TransactionId id, sip::Message request, const Flow& from) override;
  void on_cancel(TransactionId id, const sip::Message& cancel) override;
  void on_unacknowledged(TransactionId id) override;
  void on_response(TransactionId id, const sip::Message& response) override;
  void on_answer(TransactionId id, const sip::Message& response);
  void on_failure(TransactionId id, sip::End why) override;
  void on_moved(TransactionId id, const Flow& flow, const sip::Message& request) override;

  // invite_session_in.cc: requests of the peer
  bool in_order(TransactionId id, const sip::Message& request);
  void on_bye(TransactionId id, const sip::Message& bye);
  void on_ack(const sip::Message& ack);
  void send_answer(const Extra& extra);
  sip::Message response_to(const sip::Message& request, int status, std::string_view reason, const Extra& extra) const;
  void repeat_until_acknowledged(TransactionId id, const sip::Message& success);
  void repeat_success();

  // invite_session_out.cc: responses to our requests
  void on_invite_response(const sip::Message& response);
  void on_invite_provisional(const sip::Message& response);
  void take_early_dialog(const sip::Message& response);
  sip::Dialog* fork(std::string_view remote_tag);
  void send_again(std::vector<Flow> others = {});
  void on_success(const sip::Message& response);
  void on_forked_success(const sip::Message& response);
  void send_ack(std::uint32_t cseq, const Extra& extra);
  void send_cancel();
  void send_bye(sip::Dialog& dialog, std::string_view reason_header, ClientUser* user);

  // invite_session_redirect.cc: 3xx to our INVITE
  bool redirect(const sip::Message& response);
  void take_targets(const sip::Message& response);
  bool try_next_target(int status);
  void go_to(std::vector<Flow> flows);

  // invite_session_change.cc: re-INVITE and UPDATE, both ways
  void on_offer(TransactionId id, sip::Message request);
  void take_change(TransactionId id, sip::Message request);
  int too_early_for(const sip::Message& offer) const;
  bool may_change() const;
  void send_change(sip::Method method, const Extra& extra);
  void on_change_response(const sip::Message& response);
  void on_change_failed(int status, const sip::Message* response);
  void change_later(base::Duration wait);
  void on_change_time();
  void hold_off(TransactionId id, const sip::Message& request);

  // invite_session_credentials.cc
  bool answers_challenge(const sip::Message& response);
  TransactionId send_in_dialog(sip::Message request, ClientUser* user);
  bool ask_again(TransactionId id, const sip::Message& response);
  void forget_asked(TransactionId id);
  const sip::Message& acknowledged(std::uint32_t cseq) const;

  // invite_session_reliable.cc: PRACK, both ways
  bool is_reliable(int status) const;
  Reliability& reliability();
  void send_reliably(sip::Message response);
  void drain_reliable();
  void on_prack(TransactionId id, sip::Message prack);
  void on_reliable(const sip::Message& response);
  /// answer() was called, but the 2xx waits for a PRACK.
  bool answer_waits() const;

  // invite_session_timer.cc
  void agree_on_timer(sip::Message& success, const sip::Message& request);
  void on_timer_terms(const sip::Message& success);
  void run_timer(const sip::SessionTerms& terms, bool we_asked);
  void drain_session_timer();
  void ask_for_refresh(sip::Message& request) const;
  void refresh();
  void expire();

  /// Ends it with a BYE of our own making; the user is told.
  void give_up(const Ending& ending, std::string_view reason_header);
  void end(const Ending& ending);
  void finish();

  SipEndpoint& endpoint_;
  User* user_;
  const bool outgoing_;
  State state_ = State::proceeding;
  sip::Message invite_;
  Flow flow_;
  SessionPolicy policy_;
  std::string call_id_, local_tag_;
  std::optional<sip::Dialog> dialog_;
  bool has_offer_;
  /// Whether the peer may be somewhere else than where flow_ leads: not when it came over a connection of its own.
  bool beyond_proxies_ = false;
  bool peer_takes_update_ = false;  // known where it matters: with PRACK or a session timer

  // callee
  TransactionId invite_in_ = no_transaction;
  // caller
  TransactionId invite_out_ = no_transaction;
  bool provisional_came_ = false;
  bool cancel_wanted_ = false;
  bool min_se_heeded_ = false;
  std::string cancel_reason_;
  std::string last_ack_;  // empty: none, or it waits for its way
  Flow ack_flow_;
  Resolver::Ticket ack_ticket_ = Resolver::no_ticket;
  std::string remote_tag_;  // of the 2xx that won

  // changes
  struct Change {
    Change(TransactionId of, sip::Message change) : id{of}, request{std::move(change)} {}
    TransactionId id;
    sip::Message request;
  };
  std::shared_ptr<const Change> change_in_;
  TransactionId change_out_ = no_transaction;  // the last one; its 2xx may be repeated
  bool changing_ = false;                      // ... and has no final answer yet
  bool refreshing_ = false;                    // ... and is the session timer's
  sip::Method change_method_ = sip::Method::invite;
  std::uint32_t change_cseq_ = 0;
  TransactionId bye_out_ = no_transaction;
  TransactionId refer_out_ = no_transaction;

  // our 2xx, until its ACK
  TransactionId success_id_ = no_transaction;
  std::uint32_t success_cseq_ = 0;
  std::string success_;
  base::Duration success_interval_{};
  base::Time success_until_ = base::never;
  io::Timer success_timer_;
  io::Timer give_up_timer_;  // after CANCEL

  // only where they are needed: invite_session_parts.h
  std::unique_ptr<std::vector<sip::Dialog>> forks_;  // early dialogs beside dialog_
  std::unique_ptr<Redirection> redirection_;
  std::unique_ptr<Reliability> reliability_;
  std::unique_ptr<SessionClock> clock_;
  std::unique_ptr<LaterChange> later_change_;
  std::unique_ptr<Credentials> credentials_;
};

}  // namespace endpoint
