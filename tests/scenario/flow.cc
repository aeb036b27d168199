#include "tests/scenario/flow.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace scenario {

using endpoint::Transport;
using sim::header;
using sim::status_of;

namespace {

/// What is between < and >, or all of it.
std::string uri_in(const std::string& field) {
  const auto open = field.find('<');
  return open == std::string::npos ? field : field.substr(open + 1, field.find('>') - open - 1);
}

}  // namespace

UserAgent::UserAgent(sim::World& world, const std::string& name, const std::string& address, const base::Ip& ip,
                     Transport over)
    : world_{world}, user_{address.substr(0, address.find('@'))}, address_{name + " <sip:" + address + ">"},
      over_{over},
      agent_{world, world.add_host(name, {ip}), endpoint::usual_port(over), over} {
  dialog.local = address_ + ";tag=" + user_ + "-9fxced76sl";
  dialog.call_id = "3848276298220188511@" + address.substr(address.find('@') + 1);
}

std::string UserAgent::via(std::string_view branch) const {
  return "Via: SIP/2.0/" + std::string{endpoint::name(over_)} + " " + agent_.address().text() +
         ";branch=" + std::string{branch};
}

std::string UserAgent::contact() const {
  if (!contact_.empty()) return contact_;
  return fill("<sip:" + user_ + "@" + agent_.address().ip.text() + "{transport}>", over_);
}

void UserAgent::use_sips() {
  for (auto* text : {&address_, &dialog.local}) text->replace(text->find("sip:"), 4, "sips:");
  contact_ = "<sips:" + user_ + "@" + agent_.address().ip.text() + ">";
}

base::Address UserAgent::place_of(std::string_view uri) const {
  auto host = uri.substr(uri.find(uri.find('@') == std::string_view::npos ? ':' : '@') + 1);
  host = host.substr(0, host.find(';'));
  const auto colon = host.find(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : base::to_number<std::uint16_t>(host.substr(colon + 1));
  host = host.substr(0, colon);
  auto ip = base::Ip::parse(host);
  if (!ip) ip = world_.names.answer({base::dns::Type::a, std::string{host}}).addresses.at(0);
  return {*ip, port.value_or(endpoint::usual_port(over_))};
}

void UserAgent::send(std::string_view method, const std::string& uri, const base::Address& hop,
                     const std::string& branch, const Lines& more, std::string_view body) {
  std::string text = std::string{method} + " " + uri + " SIP/2.0\r\n" + via(branch) + "\r\nMax-Forwards: 70\r\n";
  for (const auto& route : dialog.routes) text += "Route: " + route + "\r\n";
  text += "From: " + dialog.local + "\r\nTo: " + dialog.remote + "\r\nCall-ID: " + dialog.call_id + "\r\n";
  text += "CSeq: " + std::to_string(dialog.cseq) + " " + std::string{method} + "\r\n";
  for (const auto& line : more) text += line + "\r\n";
  if (!body.empty()) text += "Content-Type: application/sdp\r\n";
  agent_.send(hop, text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body});
}

void UserAgent::invite(const std::string& uri, const base::Address& hop, const Lines& more, std::string_view body) {
  invite_ = {uri, new_branch(), dialog.routes, hop};
  if (dialog.remote.empty()) dialog.remote = "Bob <" + uri + ">";
  ++dialog.cseq;
  Lines lines{"Contact: " + contact()};
  lines.insert(lines.end(), more.begin(), more.end());
  send("INVITE", uri, hop, invite_.branch, lines, body);
}

void UserAgent::send_register(const std::string& uri, const base::Address& hop, const Lines& more) {
  dialog.remote = address_;
  ++dialog.cseq;
  send("REGISTER", uri, hop, new_branch(), more, {});
}

void UserAgent::ack(const std::string& answer, std::string_view body) {
  const auto invited = dialog.remote;
  dialog.remote = header(answer, "To");
  if (status_of(answer) >= 300) {
    send("ACK", invite_.uri, invite_.hop, invite_.branch, {}, {});
    dialog.remote = invited;
    return;
  }
  dialog.target = uri_in(header(answer, "Contact"));
  dialog.routes = values(answer, "Record-Route");
  std::ranges::reverse(dialog.routes);
  send("ACK", dialog.target, place_of(dialog.routes.empty() ? dialog.target : uri_in(dialog.routes[0])), new_branch(),
       {}, body);
}

void UserAgent::cancel() { send("CANCEL", invite_.uri, invite_.hop, invite_.branch, {}, {}); }

void UserAgent::request(std::string_view method, const Lines& more, std::string_view body) {
  ++dialog.cseq;
  const auto hop = place_of(dialog.routes.empty() ? dialog.target : uri_in(dialog.routes[0]));
  if (method == "INVITE") invite_ = {dialog.target, new_branch(), dialog.routes, hop};
  send(method, dialog.target, hop, method == "INVITE" ? invite_.branch : new_branch(), more, body);
}

void UserAgent::respond(const std::string& request, int status, std::string_view phrase, std::string_view body,
                        const Lines& more) {
  std::string fields;
  for (const auto& line : more) fields += line + "\r\n";
  const bool invited = method_of(request) == "INVITE";
  if (invited && status < 300) fields += "Contact: " + contact() + "\r\n";
  if (!body.empty()) fields += "Content-Type: application/sdp\r\n";
  const auto text = sim::answer_to(request, status, phrase, user_ + "-8321234356", fields, body);
  agent_.send(agent_.from(), text);
  if (!invited || status >= 300) return;
  dialog.local = header(text, "To");
  dialog.remote = header(request, "From");
  dialog.call_id = header(request, "Call-ID");
  dialog.target = uri_in(header(request, "Contact"));
  dialog.routes = values(request, "Record-Route");
}

std::string credentials(const std::string& challenged, const std::string& user, const std::string& password,
                        const std::string& method, const std::string& uri, int count) {
  const bool proxy = status_of(challenged) == 407;
  const auto challenge = header(challenged, proxy ? "Proxy-Authenticate" : "WWW-Authenticate");
  const auto quoted = [&](const std::string& name) {
    const auto at = challenge.find(name + "=\"") + name.size() + 2;
    return challenge.substr(at, challenge.find('"', at) - at);
  };
  const auto md5 = [](const std::string& text) { return base::digest_hex(base::Digest::md5, text); };
  const auto realm = quoted("realm"), nonce = quoted("nonce"), number = "0000000" + std::to_string(count);
  const auto response = md5(md5(user + ":" + realm + ":" + password) + ":" + nonce + ":" + number + ":0a4f113b:auth:" +
                            md5(method + ":" + uri));
  return std::string{proxy ? "Proxy-" : ""} + "Authorization: Digest username=\"" + user + "\", realm=\"" + realm +
         "\", nonce=\"" + nonce + "\", uri=\"" + uri + "\", qop=auth, nc=" + number +
         ", cnonce=\"0a4f113b\", response=\"" + response + "\", algorithm=MD5";
}

namespace {

std::string gateways(Transport over) {
  std::string all = "<gateways>";
  for (const auto* name : {"atlanta", "biloxi"}) {
    all += "<gateway name=\"" + std::string{name} + "\">";
    if (std::string_view{name} == "atlanta")
      all += fill(R"(<param name="outbound-proxy" value="ss1.atlanta.example.com{transport}"/>)", over);
    all += fill(R"(<param name="username" value="alice"/><param name="password" value="wonderland"/>
<param name="realm" value="atlanta.example.com"/><param name="proxy" value="biloxi.example.com{transport}"/>
<param name="register" value="false"/></gateway>)", over);
  }
  return all + "</gateways>";
}

std::string context(const std::string& dial) {
  if (dial.starts_with("<")) return dial;
  return R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="set" data="hangup_after_bridge=true"/><action application="bridge" data=")" +
         dial + R"("/></condition></extension>)";
}

}  // namespace

Flow::Flow(Transport transport, const std::string& dial, std::string_view profile_params)
    : over{transport}, house{context(fill(dial, transport)), 1, 2,
                             R"(<param name="tls" value="true"/>)" + std::string{profile_params}, gateways(transport)},
      ladder{house.world, transport},
      alice{house.world, "Alice", "alice@atlanta.example.com", alice_at_atlanta, transport},
      bob{house.world, "Bob", "bob@biloxi.example.com", bob_at_biloxi, transport} {
  ladder.name(server_ip, "Ahoy");
  ladder.name(alice_at_atlanta, "Alice");
  ladder.name(bob_at_biloxi, "Bob");
  for (const auto& [name, ip] :
       {std::pair{"ss1.atlanta.example.com", ss1_ip}, std::pair{"ss2.biloxi.example.com", ss2_ip},
        std::pair{"biloxi.example.com", ss2_ip}, std::pair{"chicago.example.com", ss3_ip},
        std::pair{"ss3.chicago.example.com", ss3_ip}})
    house.world.names.host(name, ip);
}

void Flow::learn_names() {
  for (std::uint16_t id = 0; id < house.server->count(); ++id)
    for (const auto* name : {"ss1.atlanta.example.com", "ss2.biloxi.example.com", "ss3.chicago.example.com"})
      for (const auto* parameters : {"", "{transport}"}) {
        const auto uri = sip::Uri::parse(filled(std::string{"sip:"} + name + parameters));
        house.server->at(id).endpoint.resolve(0, *uri, [](const std::vector<endpoint::Flow>&) {});
      }
  house.world.run_for(std::chrono::seconds{1});
}

std::string Flow::filled(std::string text) const { return fill(std::move(text), over); }

sim::Host& Flow::host(const std::string& name, const base::Ip& ip) {
  ladder.name(ip, name);
  return house.world.add_host(name, {ip});
}

sim::Proxy::Options Flow::ss1() const {
  sim::Proxy::Options options{"ss1.atlanta.example.com", "atlanta.example.com"};
  options.next_hops["biloxi.example.com"] = {filled("sip:ss2.biloxi.example.com{transport}")};
  return options;
}

sim::Proxy::Options Flow::ss2() const {
  sim::Proxy::Options options{"ss2.biloxi.example.com", "biloxi.example.com"};
  options.location["sip:bob@biloxi.example.com"] = filled("sip:bob@192.0.2.201{transport}");
  return options;
}

sim::Proxy::Options Flow::ss3() const {
  sim::Proxy::Options options{"ss3.chicago.example.com", "chicago.example.com"};
  options.location["sip:bob@chicago.example.com"] = filled("sip:bob@192.0.2.100{transport}");
  return options;
}

void Flow::alice_calls() {
  learn_names();
  alice.invite("sip:bob@biloxi.example.com", ahoy(), {}, alice.sdp());
}

void Flow::call_that_bob_ends(base::Duration until_he_rings) {
  alice_calls();
  talk_until_bob_ends(until_he_rings);
}

void Flow::talk_until_bob_ends(base::Duration until_he_rings) {
  const auto invite = bob.take(until_he_rings);
  bob.respond(invite, 180, "Ringing");
  alice.take_answer();
  bob.respond(invite, 200, "OK", bob.sdp());
  alice.ack(alice.take_answer());
  bob.take();
  bob.request("BYE");
  bob.take();
  alice.respond(alice.take(), 200, "OK");
}

void Flow::expect(std::string_view table) {
  house.world.run_for(std::chrono::seconds{1});
  ladder.expect(table);
  house.expect_nothing_left();
}

}  // namespace scenario
