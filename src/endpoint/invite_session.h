// endpoint/invite_session.h - one INVITE dialog at one end: offering or answering a call, changing it, ending it.
//
// RFC 3261 sections 9, 12-15, RFC 6026, RFC 3311, RFC 6086. Both roles in one object, because once the call is up
// there is no difference. It owns the rules (who may send what when, the ACK, repeated 2xx, forked 2xx, CANCEL
// that must wait for a provisional, glare); its user decides what the call means. Bodies pass through as text.
//
// Life: the user owns it; to end it, hang_up() and give it to SipEndpoint::linger(), which keeps it until the last
// transaction is over.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    no_ack,           ///< Our 2xx was never acknowledged; we sent BYE.
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
    /// Outgoing: the 2xx. An INVITE without offer wants acknowledge() now; otherwise the ACK has been sent.
    virtual void on_answered(const sip::Message&) {}
    /// Outgoing: a final failure, before on_ended. True: the user took care (a retry is on its way).
    virtual bool on_challenged(const sip::Message&) { return false; }
    /// Incoming: the ACK to our 2xx (it may hold the answer to our late offer), to a re-INVITE's too.
    virtual void on_acknowledged(const sip::Message&) {}
    /// re-INVITE or UPDATE with or without offer: answer with accept_change() or refuse_change().
    virtual void on_change(const sip::Message&) = 0;
    /// The answer to change(): a 2xx, or a failure (0: none came).
    virtual void on_change_result(int, const sip::Message*) {}
    /// INFO, RFC 6086; answers the status to respond with.
    virtual int on_info(const sip::Message&) { return 200; }
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
                                                sip::Message invite, const Flow& from);
  /// The caller's side: `invite` is complete but for Via. `others` are tried in turn when the first server fails.
  static std::unique_ptr<InviteSession> send(SipEndpoint& endpoint, User& user, sip::Message invite, const Flow& to,
                                             std::vector<Flow> others = {});
  ~InviteSession() override;

  // --- callee ------------------------------------------------------------------------------------------------
  void provisional(int status, std::string_view reason = {}, const Extra& extra = {});
  void answer(const Extra& extra);
  /// 3xx-6xx.
  void reject(int status, std::string_view reason = {}, const Extra& extra = {});

  // --- caller ------------------------------------------------------------------------------------------------
  /// The ACK that holds our answer to a late offer.
  void acknowledge(const Extra& extra);
  /// Sends the INVITE again with the credentials that on_challenged() asked for; CSeq goes up.
  void resend(sip::Responder& responder);

  // --- both --------------------------------------------------------------------------------------------------
  /// A re-INVITE. False while another change is going on (RFC 3261 section 14.1).
  bool change(const Extra& extra);
  void accept_change(const Extra& extra);
  void refuse_change(int status, std::string_view reason = {});
  void info(const Extra& extra);
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
  InviteSession(SipEndpoint& endpoint, User& user, bool outgoing, sip::Message invite, const Flow& flow);

  void on_request(TransactionId id, sip::Message request, const Flow& from) override;
  void on_cancel(TransactionId id, const sip::Message& cancel) override;
  void on_unacknowledged(TransactionId id) override;
  void on_response(TransactionId id, const sip::Message& response) override;
  void on_failure(TransactionId id, sip::End why) override;
  void on_moved(TransactionId id, const Flow& flow, const sip::Message& request) override;

  // invite_session_in.cc: requests of the peer
  void on_bye(TransactionId id, const sip::Message& bye);
  void on_ack(const sip::Message& ack);
  void on_offer(TransactionId id, sip::Message request);
  sip::Message response_to(const sip::Message& request, int status, std::string_view reason, const Extra& extra) const;
  void repeat_until_acknowledged(TransactionId id, const sip::Message& success);
  void repeat_success();

  // invite_session_out.cc: responses to our requests
  void on_invite_response(const sip::Message& response);
  void on_success(const sip::Message& response);
  void on_forked_success(const sip::Message& response);
  void on_change_response(const sip::Message& response);
  void send_ack(std::uint32_t cseq, const Extra& extra);
  void send_cancel();
  void send_bye(sip::Dialog& dialog, std::string_view reason_header, ClientUser* user);

  Flow flow_in_dialog(const sip::Dialog& dialog) const;
  void end(const Ending& ending);
  void finish();

  SipEndpoint& endpoint_;
  User* user_;
  const bool outgoing_;
  State state_ = State::proceeding;
  sip::Message invite_;
  Flow flow_;
  std::string call_id_, local_tag_;
  std::optional<sip::Dialog> dialog_;
  bool has_offer_;

  // callee
  TransactionId invite_in_ = no_transaction;
  // caller
  TransactionId invite_out_ = no_transaction;
  bool provisional_came_ = false;
  bool cancel_wanted_ = false;
  std::string cancel_reason_;
  std::string last_ack_;
  Flow ack_flow_;
  std::string remote_tag_;  // of the 2xx that won

  // changes
  struct Change {
    TransactionId id;
    sip::Message request;
  };
  std::optional<Change> change_in_;
  TransactionId change_out_ = no_transaction;  // the last one; its 2xx may be repeated
  bool changing_ = false;                      // ... and has no final answer yet
  std::uint32_t change_cseq_ = 0;
  TransactionId bye_out_ = no_transaction;

  // our 2xx, until its ACK
  TransactionId success_id_ = no_transaction;
  std::uint32_t success_cseq_ = 0;
  std::string success_;
  base::Duration success_interval_{};
  base::Time success_until_ = base::never;
  io::Timer success_timer_;
  io::Timer give_up_timer_;  // after CANCEL
};

}  // namespace endpoint
