// endpoint/sip_endpoint.h - one shard's SIP: transports, transactions and dialogs joined, for whoever uses them.
//
// A request that is not a retransmission goes to its dialog's handler, or to the one for requests outside
// dialogs; a response to whoever sent the request. What every user agent core does the same way (RFC 3261
// section 8.2: 405, 416, 420, 481, 482, 483, 501 ...) is done here, in uas_checks.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "endpoint/client_transactions.h"
#include "endpoint/penalties.h"
#include "endpoint/resolver.h"
#include "endpoint/server_transactions.h"
#include "endpoint/transports.h"
#include "endpoint/uas_checks.h"
#include "sip/dialog/dialog.h"
#include "sip/header/via.h"
#include "sip/uri.h"

namespace endpoint {

/// Takes requests: of one dialog, or those outside any.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  /// Every request but ACK wants exactly one final answer through SipEndpoint::respond(). `id` is no_transaction
  /// for an ACK.
  virtual void on_request(TransactionId id, sip::Message request, const Flow& from) = 0;
};

/// Sees requests before they count as ours, and responses that nobody here waits for: a proxy (RFC 3261 section 16).
class Front {
 public:
  virtual ~Front() = default;
  /// Of no dialog of ours. True: taken; it wants what RequestHandler says, but no user agent's checks have been made. `id`
  /// is no_transaction for an ACK.
  virtual bool take(TransactionId id, sip::Message& request, const Flow& from) = 0;
  /// A CANCEL for nothing we know. True: taken.
  virtual bool take_cancel(TransactionId id, sip::Message& cancel, const Flow& from) = 0;
  virtual bool take_response(sip::Message& response, const Flow& from) = 0;
};

/// Hears that a connection has ended, on every shard: whoever can be reached over it alone cannot any more.
class ConnectionWatcher {
 public:
  virtual ~ConnectionWatcher() = default;
  virtual void on_connection_gone(const ConnectionId& connection) = 0;
};

/// Something that must outlive its owner to end its transactions properly.
class Lingering {
 public:
  virtual ~Lingering() = default;
  virtual bool finished() const = 0;
};

class SipEndpoint : Transports::Sink, ServerTransactions::Sender, ClientTransactions::Sender {
 public:
  SipEndpoint(io::Shard& shard, UasChecks checks);
  ~SipEndpoint() override;

  /// The endpoints of all shards, in the order of shards; before anything is opened.
  void join(const std::vector<SipEndpoint*>& all);
  base::Result<PointId, io::Reason> open(const ListeningPoint& point) { return transports_.open(point); }
  /// Who takes requests of that method outside dialogs. Without one: OPTIONS is answered 200, others 503.
  void set_handler(sip::Method method, RequestHandler* handler) { handlers_[static_cast<std::size_t>(method)] = handler; }
  /// Null: nobody.
  void set_front(Front* front) { front_ = front; }
  /// Null: everybody is let in.
  void set_guard(Guard* guard) { transports_.set_guard(guard); }
  void set_tap(Tap* tap) { transports_.set_tap(tap); }
  /// Null: nobody.
  void set_connection_watcher(ConnectionWatcher* watcher) { watcher_ = watcher; }
  void set_limits(const Transports::Limits& limits) { transports_.set_limits(limits); }

  io::Shard& shard() { return shard_; }
  const Transports& transports() const { return transports_; }
  const ListeningPoint& point(PointId id) const { return transports_.point(id); }
  /// What peers are told from now on as our address and port (ext-sip-ip, found out or changed), and who they are.
  void advertise(PointId id, std::string host, std::uint16_t port, PeerLists peers) {
    transports_.advertise(id, std::move(host), port, std::move(peers));
  }

  // --- answering ---------------------------------------------------------------------------------------------

  /// `response` is complete; Server and Contact are the caller's business.
  void respond(TransactionId id, const sip::Message& response);
  /// Builds it from the request: for answers without more to say. Adds a To tag.
  void respond(TransactionId id, const sip::Message& request, int status, std::string_view reason = {});
  /// Repeats what was sent: a 2xx to INVITE (RFC 6026: its user does that, not the transaction) or a reliable 1xx.
  void respond_with(TransactionId id, int status, std::string_view bytes) { servers_.respond(id, status, std::string{bytes}); }
  /// 503 with Retry-After, drawn so that those who are refused together do not come back together.
  void respond_busy(TransactionId id, const sip::Message& request);
  /// 200 to OPTIONS: what we can do (RFC 3261 section 11.2).
  void describe(TransactionId id, const sip::Message& options);
  void set_user(TransactionId id, ServerUser* user) { servers_.set_user(id, user); }
  bool answered(TransactionId id) const { return servers_.answered(id); }
  /// Nobody will answer it: a stateless proxy has sent it on.
  void drop(TransactionId id) { servers_.drop(id); }

  // --- asking ------------------------------------------------------------------------------------------------

  /// Puts our Via on top and sends. `user` hears of the outcome, unless forget() was called; it may be null. `others`
  /// are tried in turn when the first fails. For requests outside dialogs; in one: send_in(). `mark`: the end of the branch.
  TransactionId send_request(sip::Message request, const Flow& to, ClientUser* user, std::vector<Flow> others = {},
                             std::string_view mark = {});
  /// Section 9.1: only after a provisional response to the INVITE; `reason` becomes a Reason header.
  void cancel(TransactionId invite, std::string_view reason = {});
  /// An ACK to a 2xx: a message of its own, outside any transaction. Answers its bytes, to repeat them.
  std::string send_ack(sip::Message ack, const Flow& to);
  /// As it is, outside any transaction.
  void send_bare(const Flow& to, const sip::Message& message) { send_bytes(to, message.text()); }
  void repeat(const Flow& to, std::string_view bytes) { send_bytes(to, bytes); }
  void forget(TransactionId id) { clients_.forget(id); }
  /// The request is not wanted any more: no further server is tried.
  void settle(TransactionId id) { clients_.settle(id); }

  /// The ways to `uri` from `point` by RFC 3263, in the order to try them; servers that failed lately come last. `done`
  /// is called before this returns no_ticket when nobody has to be asked, else later. For coroutines: Resolution.
  Resolver::Ticket resolve(PointId point, const sip::Uri& uri, base::Function<void(std::vector<Flow>)> done);
  void cancel_resolution(Resolver::Ticket ticket) { resolver_.cancel(ticket); }
  Resolver& resolver() { return resolver_; }
  const Penalties& penalties() const { return penalties_; }
  /// Where a request for `uri` goes from `point` when its host is an address: RFC 3263 without DNS. Nullopt for a name.
  std::optional<Flow> flow_to(PointId point, const sip::Uri& uri) const;
  /// The way that was kept over a restart: a connection died with the process, and where the peer says it listens is better
  /// than the port it came from. Nullopt: that profile is gone, or has no address of the family.
  std::optional<Flow> flow_again(std::string_view profile, std::string_view transport, std::string_view received,
                                 const sip::Uri& contact) const;
  using WhenFound = base::Function<void(std::vector<Flow>)>;
  /// The ways of a request in `dialog`, whose peer came by `flow`, in the order to try them; at least one, and by RFC 3263
  /// where they are said by a name. `beyond_proxies`: the peer may be somewhere else than where `flow` leads. `done` as
  /// in resolve().
  Resolver::Ticket resolve_in(const sip::Dialog& dialog, const Flow& flow, bool beyond_proxies, WhenFound done);
  /// Sends it there, as soon as that is known. What is sent to one name stays in its order.
  TransactionId send_in(const sip::Dialog& dialog, const Flow& flow, bool beyond_proxies, sip::Message request, ClientUser* user);
  /// The contact of ours that reaches us over `flow`: "sip:user@192.0.2.1:5060;transport=tcp".
  /// `sips`: the dialog is one of a sips URI, and so must be its contacts (RFC 5630 section 5.1.1).
  sip::Uri contact(const Flow& flow, std::string_view user, bool sips = false) const;

  /// Our Contact in a request that goes over `to` and not over `before` becomes one that reaches us there.
  void fit_contact(sip::Message& request, const Flow& before, const Flow& to) const;

  // --- dialogs -----------------------------------------------------------------------------------------------

  void add_dialog(const sip::DialogId& id, RequestHandler& handler);
  void remove_dialog(const sip::DialogId& id);
  std::size_t dialogs() const { return dialogs_.size(); }
  /// Keeps `what` until it is finished(); looked at when poke() is called and every few seconds.
  void linger(std::unique_ptr<Lingering> what);
  void poke() { sweep_soon(); }

  std::string allow() const { return checks_.allow(); }
  /// 64 bits in hexadecimal.
  std::string new_tag() { return shard_.random().hex(16); }
  /// Hashes to this shard.
  std::string new_call_id();

  std::size_t server_transactions() const { return servers_.size(); }
  std::size_t client_transactions() const { return clients_.size(); }
  std::size_t lingering() const { return lingering_.size(); }

 private:
  void on_message(sip::Message message, const Flow& flow) override;
  void on_unreachable(const sip::Message& request, const base::Address& remote) override {
    clients_.on_unreachable(request, remote);
  }
  void on_connection_gone(const ConnectionId& connection) override {
    clients_.on_connection_gone(connection);
    if (watcher_) watcher_->on_connection_gone(connection);
  }
  void send_response(const Flow& to, std::string_view bytes) override { send_bytes(to, bytes); }
  Flow send_request(const Flow& to, std::string_view bytes) override { return send_bytes(to, bytes); }
  sip::Message readdress(std::string_view request, const Flow& before, const Flow& to) override;
  void on_server_failed(const Flow& server, std::optional<base::Duration> pause) override;
  Flow better_of(Flow found, const Flow& known) const;
  TransactionId send_large(sip::Message request, const Flow& to, ClientUser* user, std::vector<Flow> others,
                           std::string_view mark);
  RequestHandler* dialog_of(const sip::Message& request, bool& inside) const;

  Flow send_bytes(const Flow& to, std::string_view bytes);
  void on_request(sip::Message request, const Flow& flow);
  void on_cancel(TransactionId id, sip::Message& cancel, const Flow& from);
  sip::Message busy(const sip::Message& request);
  bool is_overloaded_for(const sip::Message& request);
  void reply(const sip::Message& request, const Flow& to, int status, std::string_view reason);
  void refuse_unhandled(TransactionId id, const sip::Message& request);
  void refuse(TransactionId id, const sip::Message& request, const Refusal& refusal);
  void sweep();
  void sweep_soon();

  io::Shard& shard_;
  UasChecks checks_;
  Transports transports_;
  ServerTransactions servers_;
  ClientTransactions clients_;
  Resolver resolver_;
  Penalties penalties_;
  std::array<RequestHandler*, static_cast<std::size_t>(sip::Method::unknown)> handlers_{};
  std::unordered_map<std::string, RequestHandler*> dialogs_;
  std::vector<std::unique_ptr<Lingering>> lingering_;
  io::Timer sweep_timer_;
  ConnectionWatcher* watcher_ = nullptr;
  Front* front_ = nullptr;
  std::string instance_;  // part of our Call-IDs
};

}  // namespace endpoint
