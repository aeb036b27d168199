// endpoint/server_transactions.h - the requests that came in and are not over yet.
//
// RFC 3261 section 17.2.3 for matching (RFC 2543 rules for peers without the magic cookie), section 8.2.2.2 for
// merged requests. The machines are in sip/transaction; this file feeds them, keeps their timers and the answer
// to repeat. Owned by one shard.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>

#include "base/text.h"
#include "endpoint/flow.h"
#include "endpoint/transaction_id.h"
#include "io/port.h"
#include "sip/message.h"
#include "sip/transaction/invite_server.h"
#include "sip/transaction/server.h"

namespace endpoint {

/// Who answers a request.
class ServerUser {
 public:
  virtual ~ServerUser() = default;
  /// A CANCEL for the INVITE `id` (it has been answered 200); the INVITE still wants its final answer.
  virtual void on_cancel(TransactionId id, const sip::Message& cancel) = 0;
  /// A failure answer was never acknowledged, or could not be sent.
  virtual void on_unacknowledged(TransactionId) {}
};

class ServerTransactions {
 public:
  class Sender {
   public:
    virtual ~Sender() = default;
    virtual void send_response(const Flow& to, std::string_view bytes) = 0;
  };
  enum class Match : std::uint8_t {
    fresh,       ///< A new transaction was made.
    absorbed,    ///< A retransmission, or the ACK to a failure.
    no_match,    ///< An ACK to nothing we know: perhaps to a 2xx, which a dialog takes.
    full,        ///< transactions_max reached: 503.
  };
  struct Outcome {
    Match match;
    TransactionId id = no_transaction;
    /// A fresh one that has come another way before (section 8.2.2.2): a user agent answers 482, a proxy passes it on.
    bool merged = false;
  };

  /// Of one shard. About 1.5 KiB each.
  static constexpr std::size_t transactions_max = 2'000'000;

  ServerTransactions(io::Shard& shard, Sender& sender) : shard_{shard}, sender_{sender} {}

  /// `reply` is where answers go.
  Outcome on_request(const sip::Message& request, const Flow& reply, const sip::Timing& timing);
  /// Whether it repeats one that is not over yet.
  bool knows(const sip::Message& request) const;
  /// The INVITE that a CANCEL names (RFC 3261 section 9.2); no_transaction when there is none.
  TransactionId cancelled_by(const sip::Message& cancel) const;
  void respond(TransactionId id, int status, std::string bytes);
  /// As if it had never been here: nobody will answer it. What comes again is fresh.
  void drop(TransactionId id);
  void set_user(TransactionId id, ServerUser* user);
  ServerUser* user(TransactionId id) const;
  /// Where the answers of a living transaction go; null when it is over.
  const Flow* reply_flow(TransactionId id) const;
  /// An INVITE that was given a final answer no longer can be cancelled.
  bool answered(TransactionId id) const;
  std::size_t size() const { return by_id_.size(); }

 private:
  struct Transaction {
    Transaction(ServerTransactions& owner, TransactionId id, const Flow& reply);
    TransactionId id;
    Flow reply;
    std::string key;
    std::string merge_key;
    std::variant<sip::Server, sip::InviteServer> machine;
    std::string response;
    int status = 0;
    ServerUser* user = nullptr;
    io::Timer timer;
  };

  Transaction* find(TransactionId id) const;
  Transaction* find(std::string_view key) const;
  Outcome on_ack(const sip::Message& ack);
  /// Does what the machine asks for and sets the timer; the transaction may be gone afterwards.
  void drain(Transaction& transaction);
  void on_time(TransactionId id);
  void erase(Transaction& transaction);

  io::Shard& shard_;
  Sender& sender_;
  std::uint64_t made_ = 0;
  std::unordered_map<TransactionId, std::unique_ptr<Transaction>> by_id_;
  std::unordered_map<std::string_view, Transaction*> by_key_;    // views into the transactions
  std::unordered_map<std::string_view, Transaction*> by_merge_;  // without To tag only
};

}  // namespace endpoint
