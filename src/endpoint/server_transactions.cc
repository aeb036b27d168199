#include "endpoint/server_transactions.h"

#include "base/metrics.h"
#include "base/require.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
#include "sip/header/to.h"
#include "sip/header/via.h"

namespace endpoint {

namespace {

const base::metrics::Gauge alive{"ahoy_sip_server_transactions", "Server transactions alive"};

/// What identifies the transaction of a request. ACK and CANCEL use the method of the request they belong to.
std::string key_of(const sip::Message& request, std::string_view method) {
  const auto via = request.get<sip::Via>();
  std::string key;
  if (!via) return key;
  key.reserve(96);
  const auto branch = via->branch();
  if (branch.size() > sip::Via::magic_cookie.size() && base::same(branch.substr(0, 7), sip::Via::magic_cookie)) {
    key.append(branch).append(1, '|').append(via->sent_by()).append(1, '|').append(method);
    return key;
  }
  // RFC 2543: no branch to trust. Request URI, From tag, Call-ID, CSeq number and top Via (section 17.2.3).
  const auto from = request.get<sip::From>();
  const auto cseq = request.get<sip::CSeq>();
  key.append("2543|").append(request.request_uri()).append(1, '|');
  if (from) key.append(from->params.text_of("tag"));
  key.append(1, '|').append(request.text_of("Call-ID").value_or("")).append(1, '|');
  if (cseq) key.append(std::to_string(cseq->number));
  key.append(1, '|');
  via->print(key);
  key.append(1, '|').append(method);
  return key;
}

/// RFC 3261 section 8.2.2.2; empty for requests inside a dialog.
std::string merge_key_of(const sip::Message& request) {
  std::string key;
  const auto to = request.get<sip::To>();
  if (!to || to->params.has("tag")) return key;
  const auto from = request.get<sip::From>();
  if (!from) return key;
  key.append(request.text_of("Call-ID").value_or("")).append(1, '|');
  key.append(from->params.text_of("tag")).append(1, '|').append(request.text_of("CSeq").value_or(""));
  return key;
}

}  // namespace

ServerTransactions::Transaction::Transaction(ServerTransactions& owner, TransactionId number, const Flow& to)
    : id{number}, reply{to}, machine{sip::Server{{}, sip::Link::datagram}}, timer{[&owner, number] { owner.on_time(number); }} {}

ServerTransactions::Transaction* ServerTransactions::find(TransactionId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

ServerTransactions::Transaction* ServerTransactions::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

ServerTransactions::Outcome ServerTransactions::on_request(const sip::Message& request, const Flow& reply,
                                                           const sip::Timing& timing) {
  if (request.method() == sip::Method::ack) return on_ack(request);
  const std::string key = key_of(request, request.method_text());
  if (auto* known = find(key)) {
    const auto now = shard_.now();
    std::visit([&](auto& machine) { machine.on_request(now); }, known->machine);
    drain(*known);
    return {Match::absorbed};
  }
  std::string merge_key = merge_key_of(request);
  const bool merged = !merge_key.empty() && by_merge_.contains(merge_key);
  if (merged) merge_key.clear();  // that of the first to come stays
  if (by_id_.size() >= transactions_max) return {Match::full};

  auto fresh = std::make_unique<Transaction>(*this, TransactionId{++made_}, reply);
  fresh->key = key;
  fresh->merge_key = std::move(merge_key);
  if (request.method() == sip::Method::invite)
    fresh->machine = sip::InviteServer{timing, link(reply.transport)};
  else
    fresh->machine = sip::Server{timing, link(reply.transport)};
  by_key_[fresh->key] = fresh.get();
  if (!fresh->merge_key.empty()) by_merge_[fresh->merge_key] = fresh.get();
  alive.add();
  const TransactionId id = fresh->id;
  by_id_[id] = std::move(fresh);
  return {Match::fresh, id, merged};
}

bool ServerTransactions::knows(const sip::Message& request) const {
  return find(key_of(request, request.method_text())) != nullptr;
}

ServerTransactions::Outcome ServerTransactions::on_ack(const sip::Message& ack) {
  auto* invite = find(key_of(ack, "INVITE"));
  if (!invite) return {Match::no_match};
  auto* machine = std::get_if<sip::InviteServer>(&invite->machine);
  if (!machine || machine->state() == sip::InviteServer::State::accepted) return {Match::no_match};
  machine->on_ack(shard_.now());
  drain(*invite);
  return {Match::absorbed};
}

TransactionId ServerTransactions::cancelled_by(const sip::Message& cancel) const {
  const auto* invite = find(key_of(cancel, "INVITE"));
  return invite ? invite->id : no_transaction;
}

void ServerTransactions::respond(TransactionId id, int status, std::string bytes) {
  auto* transaction = find(id);
  if (!transaction || transaction->status >= 300) return;
  const auto now = shard_.now();
  transaction->response = std::move(bytes);
  transaction->status = status;
  std::visit([&](auto& machine) { machine.respond(status, now); }, transaction->machine);
  drain(*transaction);
}

void ServerTransactions::drop(TransactionId id) {
  if (auto* transaction = find(id)) erase(*transaction);
}

void ServerTransactions::set_user(TransactionId id, ServerUser* user) {
  if (auto* transaction = find(id)) transaction->user = user;
}

ServerUser* ServerTransactions::user(TransactionId id) const {
  const auto* transaction = find(id);
  return transaction ? transaction->user : nullptr;
}

const Flow* ServerTransactions::reply_flow(TransactionId id) const {
  const auto* transaction = find(id);
  return transaction ? &transaction->reply : nullptr;
}

bool ServerTransactions::answered(TransactionId id) const {
  const auto* transaction = find(id);
  return !transaction || transaction->status >= 200;
}

void ServerTransactions::drain(Transaction& transaction) {
  std::visit(
      [&](auto& machine) {
        using Machine = std::remove_cvref_t<decltype(machine)>;
        while (const auto output = machine.poll()) {
          if (std::holds_alternative<typename Machine::SendResponse>(*output)) {
            sender_.send_response(transaction.reply, transaction.response);
            continue;
          }
          const auto ended = std::get<typename Machine::Ended>(*output);
          auto* user = transaction.user;
          const TransactionId id = transaction.id;
          erase(transaction);
          if (user && ended.why != sip::End::finished) user->on_unacknowledged(id);
          return;
        }
        transaction.timer.start(shard_.timers(), machine.deadline());
      },
      transaction.machine);
}

void ServerTransactions::on_time(TransactionId id) {
  auto* transaction = find(id);
  base::require(transaction != nullptr, "a timer of a server transaction that is gone");
  const auto now = shard_.now();
  std::visit([&](auto& machine) { machine.on_time(now); }, transaction->machine);
  drain(*transaction);
}

void ServerTransactions::erase(Transaction& transaction) {
  by_key_.erase(transaction.key);
  if (!transaction.merge_key.empty()) by_merge_.erase(transaction.merge_key);
  alive.remove();
  // The machine that asked for this is still on the stack: keep the memory until the handler returns.
  auto node = by_id_.extract(transaction.id);
  transaction.timer.stop();
  shard_.post(shard_.id(), [dead = std::move(node.mapped())] {});
}

}  // namespace endpoint
