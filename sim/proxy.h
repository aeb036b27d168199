// sim/proxy.h - a stateful proxy (RFC 3261 section 16) on a simulated host: what stands between the parties of a flow.
//
// It joins the product's transports, transactions, resolver and digest to a core of its own; one branch a request. Who
// is where comes from tables. A request whose Route or Request-URI is no matter of these tables goes where it says.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "endpoint/client_transactions.h"
#include "endpoint/resolver.h"
#include "endpoint/server_transactions.h"
#include "endpoint/transports.h"
#include "sim/world.h"
#include "sip/digest.h"

namespace sim {

class Proxy : endpoint::Transports::Sink,
              endpoint::ServerTransactions::Sender,
              endpoint::ClientTransactions::Sender,
              endpoint::ClientUser {
 public:
  struct Options {
    std::string name;    ///< its own, of Via and Record-Route
    std::string domain;  ///< whose users it knows; the realm of its challenges
    bool records_route = true;
    /// What the caller is told when nobody answers: 408 by RFC 3261 section 16.8, 480 in RFC 3665 section 3.10.
    int silence = 408;
    /// Users and their passwords; empty: everybody may call.
    std::map<std::string, std::string> accounts{};
    /// Address of record to the contact that takes its place in the Request-URI; other users of the domain are 404.
    std::map<std::string, std::string> location{};
    /// Address of record to the contact that is told in a 302.
    std::map<std::string, std::string> moved{};
    /// Foreign domain to the servers that are tried in turn for it.
    std::map<std::string, std::vector<std::string>> next_hops{};
  };

  /// Listens for UDP, TCP and TLS at the usual ports.
  Proxy(Host& host, Options options);
  ~Proxy() override;

  std::size_t transactions() const { return servers_.size() + clients_.size(); }

 private:
  /// A request on its way, until both of its transactions are over.
  struct Forwarded {
    Forwarded(sip::Message received, endpoint::TransactionId id, base::Function<void()> on_timer_c)
        : request{std::move(received)}, server{id}, timer_c{std::move(on_timer_c)} {}
    sip::Message request;  // as it came
    endpoint::TransactionId server, client = endpoint::no_transaction;
    bool provisional = false, cancelled = false;
    io::Timer timer_c;
  };
  using Flows = std::vector<endpoint::Flow>;

  void on_message(sip::Message message, const endpoint::Flow& flow) override;
  void on_connection_gone(const endpoint::ConnectionId& connection) override {
    clients_.on_connection_gone(connection);
  }
  void on_unreachable(const sip::Message& request, const base::Address& remote) override {
    clients_.on_unreachable(request, remote);
  }
  void send_response(const endpoint::Flow& to, std::string_view bytes) override { transports_.send(to, bytes); }
  endpoint::Flow send_request(const endpoint::Flow& to, std::string_view bytes) override {
    return transports_.send(to, bytes);
  }
  sip::Message readdress(std::string_view request, const endpoint::Flow& before, const endpoint::Flow& to) override;
  void on_server_failed(const endpoint::Flow&, std::optional<base::Duration>) override {}
  void on_response(endpoint::TransactionId id, const sip::Message& response) override;
  void on_failure(endpoint::TransactionId id, sip::End why) override;

  void on_request(endpoint::TransactionId id, const sip::Message& request, const endpoint::Flow& from);
  void on_cancel(endpoint::TransactionId id, const sip::Message& cancel);
  void on_timer_c(endpoint::TransactionId server);
  void forward(Forwarded& forwarded, sip::Message request, const Flows& to);
  void cancel(Forwarded& forwarded);
  void answer(endpoint::TransactionId id, const sip::Message& request, int status, std::string_view contact = {});
  bool admits(endpoint::TransactionId id, sip::Message& request);
  std::vector<std::string> route(sip::Message& request) const;
  void resolve(std::vector<std::string> uris, Flows found, std::function<void(Flows)> done);
  bool is_own(const sip::Uri& uri) const;
  void forget_finished();

  io::Shard& shard_;
  Options options_;
  endpoint::Transports transports_;
  endpoint::ServerTransactions servers_;
  endpoint::ClientTransactions clients_;
  endpoint::Resolver resolver_;
  sip::Challenger challenger_;
  base::Ip ip_;
  std::unordered_map<endpoint::TransactionId, std::unique_ptr<Forwarded>> by_server_;
  std::unordered_map<endpoint::TransactionId, Forwarded*> by_client_;
};

}  // namespace sim
