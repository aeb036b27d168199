// endpoint/client_transactions.h - the requests that we sent and are not over yet.
//
// RFC 3261 section 17.1.3 for matching. The machines are in sip/transaction; this file feeds them, keeps their
// timers, what to repeat, and builds the ACK to a failure (section 17.1.1.3). Owned by one shard.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "endpoint/flow.h"
#include "endpoint/transaction_id.h"
#include "io/port.h"
#include "sip/message.h"
#include "sip/transaction/client.h"
#include "sip/transaction/invite_client.h"

namespace endpoint {

/// Who sent a request.
class ClientUser {
 public:
  virtual ~ClientUser() = default;
  virtual void on_response(TransactionId id, const sip::Message& response) = 0;
  /// No final answer will come: `timeout` counts as 408, `transport_error` as 503.
  virtual void on_failure(TransactionId id, sip::End why) = 0;
  /// An INVITE that was answered with 2xx: no further 2xx will come.
  virtual void on_finished(TransactionId) {}
  /// The server failed and the next one is tried: `request` went over `flow`.
  virtual void on_moved(TransactionId, const Flow& /*flow*/, const sip::Message& /*request*/) {}
};

class ClientTransactions {
 public:
  class Sender {
   public:
    virtual ~Sender() = default;
    /// Answers the flow that was really taken (a new connection, say).
    virtual Flow send_request(const Flow& to, std::string_view bytes) = 0;
    /// The same request for another server: with a Via of a new branch, and a Contact that fits.
    virtual sip::Message readdress(std::string_view request, const Flow& before, const Flow& to) = 0;
    /// A request that had other servers to go to found this one dead, broken or, with 503, out of service for `pause`.
    virtual void on_server_failed(const Flow& server, std::optional<base::Duration> pause) = 0;
  };

  /// With other servers to try, one that does not answer at all is given up after this many T1: five sendings.
  static constexpr int patience_t1 = 16;

  ClientTransactions(io::Shard& shard, Sender& sender) : shard_{shard}, sender_{sender} {}

  /// `request` has our Via on top, with a branch of its own. `others` are tried one after another, under the same id,
  /// when a server does not answer, cannot be reached or says 503 (RFC 3263 section 4.3).
  TransactionId send(const sip::Message& request, const Flow& to, const sip::Timing& timing, ClientUser* user,
                     std::vector<Flow> others = {}) {
    const auto id = reserve(user);
    send(id, request, to, timing, std::move(others));
    return id;
  }
  /// The same in two steps, where it is not known yet what way the request goes.
  TransactionId reserve(ClientUser* user);
  void send(TransactionId reserved, const sip::Message& request, const Flow& to, const sip::Timing& timing,
            std::vector<Flow> others);
  /// The CANCEL of an INVITE without final answer (section 9.1); `reason` becomes a Reason header.
  void cancel(TransactionId invite, const sip::Timing& timing, std::string_view reason = {});
  /// False when it belongs to nothing we sent.
  bool on_response(const sip::Message& response);
  void on_connection_gone(const ConnectionId& connection);
  /// RFC 3261 section 18.4. A transaction that has had an answer is left alone.
  void on_unreachable(const sip::Message& request, const base::Address& remote);
  /// The user goes away; the transaction ends by itself.
  void forget(TransactionId id);
  /// No further server is tried: the request is not wanted any more.
  void settle(TransactionId id);
  const Flow* flow(TransactionId id) const;
  std::size_t size() const { return by_id_.size(); }

 private:
  struct Route {
    std::vector<Flow> next;  // the last is tried first
    sip::Timing timing;
  };
  struct Transaction {
    Transaction(ClientTransactions& owner, TransactionId id);
    TransactionId id;
    Flow flow;
    std::string key;
    std::variant<sip::Client, sip::InviteClient> machine;
    std::string request, ack;
    const sip::Message* response = nullptr;  // while it is being delivered
    bool accepted = false;                   // an INVITE, with 2xx
    ClientUser* user = nullptr;
    std::unique_ptr<Route> route;  // null for the one flow of a registered phone or a numeric address
    io::Timer timer;
  };

  Transaction* find(TransactionId id) const;
  void drain(Transaction& transaction);
  void on_time(TransactionId id);
  void on_broken(Transaction& transaction);
  void erase(Transaction& transaction);
  void start(Transaction& transaction, const sip::Message& request, const sip::Timing& timing);
  bool fails_over(Transaction& transaction, int status) const;
  bool fails_over(Transaction& transaction, sip::End why) const;
  void move_on(Transaction& transaction);
  void leave_behind(Transaction& transaction);
  std::string ack_for(const Transaction& transaction) const;

  io::Shard& shard_;
  Sender& sender_;
  std::uint64_t made_ = 0;
  std::unordered_map<TransactionId, std::unique_ptr<Transaction>> by_id_;
  std::unordered_map<std::string_view, Transaction*> by_key_;
};

}  // namespace endpoint
