#include "endpoint/client_transactions.h"

#include "base/metrics.h"
#include "base/require.h"
#include "sip/header/call_id.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
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

TransactionId ClientTransactions::send(const sip::Message& request, const Flow& to, const sip::Timing& timing,
                                       ClientUser* user) {
  auto fresh = std::make_unique<Transaction>(*this, TransactionId{++made_});
  auto& transaction = *fresh;
  transaction.flow = to;
  transaction.key = key_of(request);
  base::require(!transaction.key.empty(), "a request of ours without Via or CSeq");
  transaction.request = request.text();
  transaction.user = user;
  if (request.method() == sip::Method::invite)
    transaction.machine = sip::InviteClient{timing, link(to.transport), shard_.now()};
  else
    transaction.machine = sip::Client{timing, link(to.transport), shard_.now()};
  by_key_[transaction.key] = &transaction;
  alive.add();
  const TransactionId id = transaction.id;
  by_id_[id] = std::move(fresh);
  drain(transaction);
  return id;
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

void ClientTransactions::on_broken(Transaction& transaction) {
  std::visit([](auto& machine) { machine.on_transport_error(); }, transaction.machine);
  drain(transaction);
}

void ClientTransactions::forget(TransactionId id) {
  if (auto* transaction = find(id)) transaction->user = nullptr;
}

std::string_view ClientTransactions::request(TransactionId id) const {
  const auto* transaction = find(id);
  return transaction ? std::string_view{transaction->request} : std::string_view{};
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
  std::visit(
      [&](auto& machine) {
        using Machine = std::remove_cvref_t<decltype(machine)>;
        while (const auto output = machine.poll()) {
          if (std::holds_alternative<typename Machine::SendRequest>(*output)) {
            transaction.flow = sender_.send_request(transaction.flow, transaction.request);
          } else if (std::holds_alternative<typename Machine::Deliver>(*output)) {
            if (transaction.user && transaction.response) transaction.user->on_response(id, *transaction.response);
            // After a final answer only the ACK is repeated: a quarter million of these may wait for their timer.
            if (sip::is_final(std::get<typename Machine::Deliver>(*output).status)) std::string{}.swap(transaction.request);
          } else if (const auto* ended = std::get_if<typename Machine::Ended>(&*output)) {
            auto* user = transaction.user;
            const auto why = ended->why;
            erase(transaction);
            if (user && why != sip::End::finished) user->on_failure(id, why);
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
