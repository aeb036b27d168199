// location/test_registrar.h - a registrar on a simulated host, and a phone that talks to it; for tests only.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "location/location_service.h"
#include "location/registrar.h"
#include "sim/asking_agent.h"
#include "sip/digest.h"
#include "sip/header/www_authenticate.h"

namespace location::test {

struct Accounts : endpoint::Accounts {
  std::optional<endpoint::Account> find(std::string_view user, std::string_view domain) const override {
    if (!knows_domain(domain) || (user != "bob" && user != "alice" && user != "5550" && !user.starts_with("user")))
      return std::nullopt;
    endpoint::Account account;
    account.user = user == "5550" ? "bob" : user;  // an alias of bob
    account.domain = "biloxi.example.com";
    account.password = "zanzibar";
    return account;
  }
  bool knows_domain(std::string_view domain) const override {
    return base::same(domain, "biloxi.example.com") || base::same(domain, "biloxi.alias");
  }
};

/// What a process keeps over its restart.
struct Kept : store::Storage {
  std::map<std::pair<std::string, std::string>, store::Binding> rows;
  bool away = false;
  base::Result<void, store::Fault> apply(std::span<const store::Change> changes) override {
    if (away) return base::Unexpected<store::Fault>{store::Fault::away};
    for (const auto& change : changes) {
      if (const auto* row = std::get_if<store::Binding>(&change)) rows[{row->aor, row->id}] = *row;
      if (const auto* name = std::get_if<store::BindingName>(&change)) rows.erase({name->aor, name->id});
    }
    return {};
  }
  base::Result<std::vector<store::Binding>, store::Fault> load_bindings(std::chrono::seconds now) override {
    if (away) return base::Unexpected<store::Fault>{store::Fault::away};
    std::vector<store::Binding> all;
    for (const auto& [name, row] : rows)
      if (row.expires_at > now) all.push_back(row);
    return all;
  }
  base::Result<std::vector<store::Ban>, store::Fault> load_bans(std::chrono::seconds) override { return std::vector<store::Ban>{}; }
  base::Result<std::vector<store::Item>, store::Fault> load_items(const std::string&, std::chrono::seconds) override {
    return std::vector<store::Item>{};
  }
};

/// One process: everything on it dies with it.
struct Server {
  struct Part {
    endpoint::SipEndpoint endpoint;
    store::WriteBehind queue;
    store::Bindings bindings;
    LocationService service;
    endpoint::Authenticator authenticator;
    Registrar registrar;
    Part(io::Shard& shard, const Accounts& accounts, std::shared_ptr<Kept> kept)
        : endpoint{shard, {{sip::Method::register_}, {"path"}}}, queue{shard, std::move(kept)}, bindings{queue},
          service{endpoint, &bindings}, authenticator{endpoint, accounts, "0123456789abcdef"},
          registrar{endpoint, authenticator, accounts, service.local()} {}
  };

  Server(sim::Host& host, std::shared_ptr<Kept> kept, const RegistrarSettings& settings) {
    std::vector<endpoint::SipEndpoint*> endpoints;
    std::vector<LocationService*> services;
    for (std::uint16_t i = 0; i < host.count(); ++i) {
      parts.push_back(std::make_unique<Part>(host.shard(i), accounts, kept));
      endpoints.push_back(&parts.back()->endpoint);
      services.push_back(&parts.back()->service);
    }
    for (auto& part : parts) {
      part->endpoint.join(endpoints);
      part->service.join(services);
      endpoint::ListeningPoint point;
      point.profile = "internal";
      point.local = {host.ip(), 5060};
      base::require(part->endpoint.open(point).has_value(), "port 5060 is taken");
      part->endpoint.set_handler(sip::Method::register_, &part->registrar);
      part->registrar.set_settings("internal", settings);
    }
  }

  Accounts accounts;
  std::vector<std::unique_ptr<Part>> parts;
};

/// multiple-registrations=true; the rest as it comes.
inline RegistrarSettings several_phones() {
  RegistrarSettings settings;
  settings.multiple = true;
  return settings;
}

struct World {
  explicit World(RegistrarSettings with = several_phones(), std::uint16_t shards = 1)
      : settings{std::move(with)}, host{world.add_host("server", {base::Ip::v4(192, 0, 2, 1)}, shards)},
        phones{world.add_host("phones", {base::Ip::v4(192, 0, 2, 201)})}, phone{world, phones, 5061} {
    start();
  }
  void start() { server = std::make_unique<Server>(host, kept, settings); }
  void kill() { server.reset(); }

  base::Address at() const { return {host.ip(), 5060}; }
  Server::Part& part(std::size_t i = 0) { return *server->parts[i]; }

  /// A REGISTER as in RFC 3665; `more` are whole header lines, each ended by \n.
  std::string text(const std::string& more, const std::string& user = "bob") {
    const auto number = std::to_string(++cseq);
    return "REGISTER sip:biloxi.example.com SIP/2.0\n"
           "Via: SIP/2.0/UDP client.biloxi.example.com:5061;branch=z9hG4bKnashds" + number + "\n"
           "Max-Forwards: 70\n"
           "From: Bob <sip:" + user + "@biloxi.example.com>;tag=a73kszlfl\n"
           "To: Bob <sip:" + user + "@" + domain + ">\n"
           "Call-ID: " + call_id + "\n"
           "CSeq: " + number + " REGISTER\n" + more + "Content-Length: 0";
  }
  /// The Authorization line for a challenge.
  std::string answer(const sip::Message& challenge, const std::string& user, const std::string& password = "zanzibar") {
    auto request = sip::Message::request(sip::Method::register_, "sip:biloxi.example.com");
    sip::Responder responder{{user, {password, {}, {}, {}}, {}}};
    base::Random random{7};
    if (responder.on_challenge(challenge, random) != sip::Responder::Outcome::ready) return {};
    responder.authorize(request);
    return "Authorization: " + std::string{request.text_of("Authorization").value_or("")} + "\n";
  }
  /// REGISTER, 401, REGISTER with credentials.
  sip::Message enroll(const std::string& more, const std::string& user = "bob", const std::string& login = {}) {
    const auto challenge = phone.ask(at(), text(more, user));
    if (challenge.status() != 401) return challenge;
    return phone.ask(at(), text(more + answer(challenge, login.empty() ? user : login), user));
  }
  std::vector<std::string> contacts(const sip::Message& response) const {
    std::vector<std::string> all;
    for (const auto text : response.texts_of("Contact")) all.emplace_back(text);
    return all;
  }

  sim::World world{1};
  RegistrarSettings settings;
  std::shared_ptr<Kept> kept = std::make_shared<Kept>();
  sim::Host& host;
  sim::Host& phones;
  sim::AskingAgent phone;
  std::unique_ptr<Server> server;
  std::string call_id = "1j9FpLxk3uxtm8tn@biloxi.example.com", domain = "biloxi.example.com";
  std::uint32_t cseq = 0;
};

}  // namespace location::test
