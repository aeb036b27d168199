#include "endpoint/client_transactions.h"

#include <algorithm>

#include "base/metrics.h"
#include "base/require.h"
#include "sip/header/call_id.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
#include "sip/header/retry_after.h"
#include "sip/header/route.h"
#include "sip/header/to.h"
#include "sip/header/via.h"

namespace endpoint {

namespace {

const base::metrics::Gauge alive{"ahoy_sip_client_transactions", "Client transactions alive"};

/// Branch of the top Via and method of the CSeq.
std::string key_of(const sip::Message& message) {
  const auto via = message.get<sip::Via>();
  const auto cseq = message.get<sip::CSeq>();
  if (!via || !cseq) return {};
  std::string key{via->branch()};
  key.append(1, '|').append(cseq->method_text);
  return key;
}

}  // namespace

ClientTransactions::Transaction::Transaction(ClientTransactions& owner, TransactionId number)
    : id{number}, machine{sip::Client{{}, sip::Link::stream, base::Time{}}}, timer{[&owner, number] { owner.on_time(number); }} {}

ClientTransactions::Transaction* ClientTransactions::find(TransactionId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

TransactionId ClientTransactions::reserve(ClientUser* user) {
  const TransactionId id{++made_};
  auto& transaction = by_id_[id];
  transaction = std::make_unique<Transaction>(*this, id);
  transaction->user = user;
  alive.add();
  return id;
}

void ClientTransactions::send(TransactionId reserved, const sip::Message& request, const Flow& to, const sip::Timing& timing,
                              std::vector<Flow> others) {
  auto* found = find(reserved);
  base::require(found != nullptr, "a request without a transaction");
  auto& transaction = *found;
  transaction.flow = to;
  if (!others.empty()) {
    std::ranges::reverse(others);
    transaction.route = std::make_unique<Route>(Route{std::move(others), timing});
  }
  start(transaction, request, timing);
}

void ClientTransactions::start(Transaction& transaction, const sip::Message& request, const sip::Timing& usual) {
  transaction.key = key_of(request);
  base::require(!transaction.key.empty(), "a request of ours without Via or CSeq");
  transaction.request = request.text();
  auto timing = usual;
  if (transaction.route && !transaction.route->next.empty()) timing.no_answer = patience_t1 * timing.t1;
  const auto now = shard_.now();
  if (request.method() == sip::Method::invite)
    transaction.machine = sip::InviteClient{timing, link(transaction.flow.transport), now};
  else
    transaction.machine = sip::Client{timing, link(transaction.flow.transport), now};
  by_key_[transaction.key] = &transaction;
  drain(transaction);
}

bool ClientTransactions::on_response(const sip::Message& response) {
  const auto found = by_key_.find(key_of(response));
  if (found == by_key_.end()) return false;
  auto& transaction = *found->second;
  transaction.response = &response;
  const auto now = shard_.now();
  std::visit([&](auto& machine) { machine.on_response(response.status(), now); }, transaction.machine);
  drain(transaction);
  return true;
}

void ClientTransactions::on_connection_gone(const ConnectionId& connection) {
  std::vector<TransactionId> broken;
  for (const auto& [id, transaction] : by_id_)
    if (transaction->flow.connection == connection) broken.push_back(id);
  for (const auto id : broken)
    if (auto* transaction = find(id)) on_broken(*transaction);
}

void ClientTransactions::on_unreachable(const sip::Message& request, const base::Address& remote) {
  const auto found = by_key_.find(key_of(request));
  if (found == by_key_.end()) return;
  auto& transaction = *found->second;
  const bool asking = std::visit(
      [](const auto& machine) {
        using State = typename std::remove_cvref_t<decltype(machine)>::State;
        if constexpr (std::is_same_v<State, sip::InviteClient::State>) return machine.state() == State::calling;
        else return machine.state() == State::trying;
      },
      transaction.machine);
  if (asking && transaction.flow.remote == remote) on_broken(transaction);
}

void ClientTransactions::on_broken(Transaction& transaction) {
  std::visit([](auto& machine) { machine.on_transport_error(); }, transaction.machine);
  drain(transaction);
}

void ClientTransactions::forget(TransactionId id) {
  if (auto* transaction = find(id)) {
    transaction->user = nullptr;
    if (auto* invite = std::get_if<sip::InviteClient>(&transaction->machine)) {
      invite->abandon(shard_.now());
      transaction->timer.start(shard_.timers(), invite->deadline());
    }
  }
  settle(id);
}

void ClientTransactions::settle(TransactionId id) {
  if (auto* transaction = find(id)) transaction->route.reset();
}

void ClientTransactions::cancel(TransactionId invite, const sip::Timing& timing, std::string_view reason) {
  const auto* transaction = find(invite);
  if (!transaction || transaction->request.empty()) return;
  const auto original = sip::Message::parse(transaction->request);
  if (!original) return;
  auto message = sip::Message::request(sip::Method::cancel, original->request_uri());
  if (const auto via = original->get<sip::Via>()) message.append(*via);  // the same branch
  message.copy<sip::Route>(*original);
  message.add("Max-Forwards", "70");
  for (const auto* copied : {"From", "To", "Call-ID"}) message.copy(copied, *original);
  if (const auto cseq = original->get<sip::CSeq>()) message.add("CSeq", std::to_string(cseq->number) + " CANCEL");
  if (!reason.empty()) message.add("Reason", reason);
  const Flow to = transaction->flow;
  send(message, to, timing, nullptr);
}

const Flow* ClientTransactions::flow(TransactionId id) const {
  const auto* transaction = find(id);
  return transaction ? &transaction->flow : nullptr;
}

// Section 17.1.1.3: the request line, top Via, From, Call-ID, CSeq number and Route of the INVITE, the To of the
// response.
std::string ClientTransactions::ack_for(const Transaction& transaction) const {
  const auto invite = sip::Message::parse(transaction.request);
  base::require(invite.has_value(), "an INVITE of ours does not parse");
  auto ack = sip::Message::request(sip::Method::ack, invite->request_uri());
  if (const auto via = invite->get<sip::Via>()) ack.append(*via);
  ack.copy<sip::Route>(*invite);
  ack.add("Max-Forwards", "70");
  ack.copy<sip::From>(*invite);
  ack.copy<sip::To>(*transaction.response);
  ack.copy<sip::CallId>(*invite);
  if (const auto cseq = invite->get<sip::CSeq>()) ack.add("CSeq", std::to_string(cseq->number) + " ACK");
  return ack.text();
}

void ClientTransactions::drain(Transaction& transaction) {
  const TransactionId id = transaction.id;
  bool next_server = false;
  std::visit(
      [&](auto& machine) {
        using Machine = std::remove_cvref_t<decltype(machine)>;
        while (const auto output = machine.poll()) {
          if (std::holds_alternative<typename Machine::SendRequest>(*output)) {
            transaction.flow = sender_.send_request(transaction.flow, transaction.request);
          } else if (const auto* deliver = std::get_if<typename Machine::Deliver>(&*output)) {
            if (transaction.route && fails_over(transaction, deliver->status)) {
              next_server = true;
              continue;
            }
            if constexpr (std::is_same_v<Machine, sip::InviteClient>) transaction.accepted |= sip::is_success(deliver->status);
            // Somebody rings: a failure from now on is the answer.
            if (deliver->status > 100 && deliver->status < 200) transaction.route.reset();
            if (transaction.user && transaction.response) transaction.user->on_response(id, *transaction.response);
            // After a final answer only the ACK is repeated: a quarter million of these may wait for their timer.
            if (sip::is_final(deliver->status)) std::string{}.swap(transaction.request);
          } else if (const auto* ended = std::get_if<typename Machine::Ended>(&*output)) {
            const auto why = ended->why;
            if (transaction.route && fails_over(transaction, why)) {
              next_server = true;
              return;
            }
            auto* user = transaction.user;
            const bool accepted = transaction.accepted;
            erase(transaction);
            if (user && why != sip::End::finished) user->on_failure(id, why);
            else if (user && accepted) user->on_finished(id);
            return;
          } else {  // SendAck, of an INVITE only
            if (transaction.ack.empty()) transaction.ack = ack_for(transaction);
            transaction.flow = sender_.send_request(transaction.flow, transaction.ack);
          }
        }
        transaction.response = nullptr;
        transaction.timer.start(shard_.timers(), machine.deadline());
      },
      transaction.machine);
  if (next_server) move_on(transaction);
}

/// Whether the next server is to be tried; the present one gets its penalty either way.
bool ClientTransactions::fails_over(Transaction& transaction, int status) const {
  if (status != 503) return false;
  std::optional<base::Duration> pause;
  if (transaction.response)
    if (const auto retry = transaction.response->get<sip::RetryAfter>()) pause = std::chrono::seconds{retry->seconds};
  sender_.on_server_failed(transaction.flow, pause);
  return !transaction.route->next.empty();
}

bool ClientTransactions::fails_over(Transaction& transaction, sip::End why) const {
  if (why == sip::End::finished) return false;
  sender_.on_server_failed(transaction.flow, std::nullopt);
  return !transaction.route->next.empty();
}

void ClientTransactions::move_on(Transaction& transaction) {
  const Flow to = transaction.route->next.back();
  transaction.route->next.pop_back();
  const auto request = sender_.readdress(transaction.request, transaction.flow, to);
  leave_behind(transaction);
  transaction.response = nullptr;
  transaction.flow = to;
  transaction.ack.clear();
  const TransactionId id = transaction.id;
  if (transaction.user) transaction.user->on_moved(id, to, request);
  auto* still = find(id);
  if (still && still->route) return start(*still, request, still->route->timing);
  if (still) erase(*still);  // the user has no wish for it any more
}

/// A 503 may be repeated, which wants its ACK again: what absorbs that goes on under a number of its own.
void ClientTransactions::leave_behind(Transaction& transaction) {
  transaction.timer.stop();
  by_key_.erase(transaction.key);
  const bool over = std::visit([](const auto& machine) { return machine.deadline() == base::never; }, transaction.machine);
  if (over) return;
  auto rest = std::make_unique<Transaction>(*this, TransactionId{++made_});
  rest->flow = transaction.flow;
  rest->key = std::move(transaction.key);
  rest->machine = transaction.machine;
  rest->ack = std::move(transaction.ack);
  by_key_[rest->key] = rest.get();
  alive.add();
  rest->timer.start(shard_.timers(), std::visit([](const auto& machine) { return machine.deadline(); }, rest->machine));
  by_id_[rest->id] = std::move(rest);
}

void ClientTransactions::on_time(TransactionId id) {
  auto* transaction = find(id);
  base::require(transaction != nullptr, "a timer of a client transaction that is gone");
  const auto now = shard_.now();
  std::visit([&](auto& machine) { machine.on_time(now); }, transaction->machine);
  drain(*transaction);
}

void ClientTransactions::erase(Transaction& transaction) {
  by_key_.erase(transaction.key);
  alive.remove();
  auto node = by_id_.extract(transaction.id);
  transaction.timer.stop();
  shard_.post(shard_.id(), [dead = std::move(node.mapped())] {});
}

}  // namespace endpoint
