#include "tests/scenario/flow.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace scenario {

using endpoint::Transport;
using sim::body_of;
using sim::first_line;
using sim::header;
using sim::headers;
using sim::status_of;

namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string fill(std::string text, Transport over) {
  text = replaced(std::move(text), "{over}", "SIP/2.0/" + std::string{endpoint::name(over)});
  text = replaced(std::move(text), "{port}", std::to_string(endpoint::usual_port(over)));
  return replaced(std::move(text), "{transport}", ";transport=" + std::string{endpoint::parameter(over)});
}

/// `pattern` with * for anything.
bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*') return !text.empty() && pattern[0] == text[0] && is_like(text.substr(1), pattern.substr(1));
  for (std::size_t taken = 0; taken <= text.size(); ++taken)
    if (is_like(text.substr(taken), pattern.substr(1))) return true;
  return false;
}

std::string parameter(std::string_view field, std::string_view name) {
  const std::string wanted = ";" + std::string{name} + "=";
  const auto at = field.find(wanted);
  if (at == std::string_view::npos) return {};
  const auto value = field.substr(at + wanted.size());
  return std::string{value.substr(0, value.find_first_of(";,> "))};
}

std::string branch_of(std::string_view message) { return parameter(header(message, "Via"), "branch"); }

std::string method_of(std::string_view message) {
  const auto cseq = header(message, "CSeq");
  return cseq.substr(cseq.find(' ') + 1);
}

std::string request_uri_of(const std::string& request) {
  const auto begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

/// What is between < and >, or all of it.
std::string uri_in(const std::string& field) {
  const auto open = field.find('<');
  return open == std::string::npos ? field : field.substr(open + 1, field.find('>') - open - 1);
}

/// Who is meant: without tag, and without the quotes that a display name may have or not.
std::string without_tag(std::string field) {
  std::erase(field, '"');
  return field.substr(0, field.find(";tag="));
}

/// All values of a list header, one text for each; none of the lists of these flows has a comma inside a value.
std::vector<std::string> values(std::string_view message, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& field : headers(message, name))
    for (const auto value : base::split(field, ',')) all.emplace_back(base::trim(value));
  return all;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all.append(all.empty() ? "" : ", ").append(text);
  return all;
}

/// The address media is wanted at.
std::string media_of(std::string_view message) {
  const auto body = body_of(message);
  const auto at = body.find("c=IN IP4 ");
  return at == std::string::npos ? body : body.substr(at + 9, body.find("\r\n", at) - at - 9);
}

}  // namespace

// --- Ladder --------------------------------------------------------------------------------------------------

Ladder::Ladder(sim::World& world, Transport over) : world_{world}, over_{over} {
  world.set_tap([this](const sim::Sent& sent) {
    std::string bytes{sent.bytes};
    const auto start = first_line(bytes);
    if (!sent.stream && !start.starts_with("SIP/2.0 ") && !start.ends_with(" SIP/2.0")) return;  // media
    // What waited for a connection leaves in one piece.
    while (auto text = sim::take_message(bytes)) sent_.push_back({sent.at, sent.from, sent.to, std::move(*text)});
  });
}

std::string Ladder::name_of(const base::Address& address) const {
  const auto known = names_.find(address.ip);
  return known == names_.end() ? address.ip.text() : known->second;
}

std::string Ladder::text() const {
  std::string all = "\n";
  for (const auto& sent : sent_) {
    all += name_of(sent.from) + " -> " + name_of(sent.to) + "  " + first_line(sent.text);
    all += status_of(sent.text) == 0 ? "\n" : "  (" + method_of(sent.text) + ")\n";
  }
  return all;
}

std::vector<Ladder::Row> Ladder::rows_of(std::string_view table) const {
  std::vector<Row> rows;
  const std::string filled = fill(std::string{table}, over_);
  for (const auto line : base::split(filled, '\n')) {
    const auto text = base::trim(line);
    if (text.empty()) continue;
    const auto arrow = text.find(" -> ");
    if (text[0] != 'F' || arrow == std::string_view::npos) {
      rows.back().fields.emplace_back(text);
      continue;
    }
    Row row;
    row.number = text.substr(0, text.find(' '));
    auto from = base::trim(text.substr(row.number.size(), arrow - row.number.size()));
    int times = 1;
    if (from[0] == 'x') {
      times = base::to_number<int>(from.substr(1, from.find(' ') - 1)).value();
      from = base::trim(from.substr(from.find(' ')));
    }
    const auto rest = text.substr(arrow + 4);
    row.from = from;
    row.to = rest.substr(0, rest.find("  "));
    row.start = base::trim(rest.substr(row.to.size()));
    for (int i = 0; i < (over_ == Transport::udp ? times : 1); ++i) rows.push_back(row);
  }
  return rows;
}

void Ladder::expect(std::string_view table) const {
  const auto rows = rows_of(table);
  SCOPED_TRACE("the messages were:" + text());
  std::vector<const Sent*> left;
  for (const auto& sent : sent_) left.push_back(&sent);
  for (const auto& row : rows)
    if (const auto* sent = take(row, left)) compare(row, *sent);
  EXPECT_EQ(sent_.size(), rows.size());
  check_transactions();
}

const Ladder::Sent* Ladder::take(const Row& row, std::vector<const Sent*>& left) const {
  const auto delay = world_.weather.delay_max;
  const auto must_wait = [&](const Sent& message) {
    for (const auto* earlier : left) {
      if (earlier == &message) return false;
      const bool same_way = earlier->from.ip == message.from.ip && earlier->to.ip == message.to.ip;
      const bool received = earlier->to.ip == message.from.ip && earlier->at + delay <= message.at;
      if (same_way || received || earlier->at + delay < message.at) return true;
    }
    return false;
  };
  auto found = std::ranges::find_if(left, [&](const auto* sent) { return fits(row, *sent) && !must_wait(*sent); });
  if (found == left.end()) found = left.begin();
  if (found == left.end()) return nullptr;
  const auto* sent = *found;
  left.erase(found);
  return sent;
}

bool Ladder::fits(const Row& row, const Sent& sent) const {
  return name_of(sent.from) == row.from && name_of(sent.to) == row.to && is_like(first_line(sent.text), row.start);
}

void Ladder::compare(const Row& row, const Sent& sent) const {
  SCOPED_TRACE(row.number + ":\n" + sent.text);
  EXPECT_EQ(name_of(sent.from), row.from);
  EXPECT_EQ(name_of(sent.to), row.to);
  EXPECT_TRUE(is_like(first_line(sent.text), row.start)) << row.start;
  for (const auto& field : row.fields) {
    if (field == "no SDP") {
      EXPECT_EQ(body_of(sent.text), "");
    } else if (field.starts_with("no ")) {
      EXPECT_TRUE(headers(sent.text, field.substr(3)).empty()) << field;
    } else {
      const auto name = field.substr(0, field.find(':'));
      const auto value = base::trim(std::string_view{field}.substr(name.size() + 1));
      const auto actual = name == "SDP" ? media_of(sent.text) : joined(headers(sent.text, name));
      EXPECT_TRUE(is_like(actual, value)) << field << "\nis " << actual;
    }
  }
}

const Ladder::Sent* Ladder::before(std::size_t at, const std::function<bool(const Sent&)>& wanted) const {
  for (std::size_t i = at; i-- > 0;)
    if (wanted(sent_[i])) return &sent_[i];
  return nullptr;
}

void Ladder::check_transactions() const {
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    const auto& text = sent_[i].text;
    SCOPED_TRACE("number " + std::to_string(i + 1) + ":\n" + text);
    EXPECT_EQ(header(text, "Content-Length"), std::to_string(body_of(text).size()));
    if (status_of(text) != 0) {
      check_response(i);
      continue;
    }
    check_request(i);
    if (text.starts_with("ACK ") || text.starts_with("CANCEL ")) check_ack(i);
    if (values(text, "Via").size() > 1) check_forwarded(i);
  }
}

/// A response goes back where its request came from, with that request's Via, From, To, Call-ID and CSeq.
void Ladder::check_response(std::size_t at) const {
  const auto& response = sent_[at];
  const auto* request = before(at, [&](const Sent& earlier) {
    return status_of(earlier.text) == 0 && earlier.from.ip == response.to.ip && earlier.to.ip == response.from.ip &&
           branch_of(earlier.text) == branch_of(response.text) &&
           header(earlier.text, "CSeq") == header(response.text, "CSeq");
  });
  ASSERT_TRUE(request) << "it answers nothing";
  EXPECT_EQ(values(response.text, "Via").size(), values(request->text, "Via").size());
  EXPECT_EQ(header(response.text, "From"), header(request->text, "From"));
  EXPECT_EQ(header(response.text, "Call-ID"), header(request->text, "Call-ID"));
  EXPECT_EQ(without_tag(header(response.text, "To")), without_tag(header(request->text, "To")));
  const bool tagged = !parameter(header(request->text, "To"), "tag").empty();
  EXPECT_TRUE(!tagged || header(response.text, "To") == header(request->text, "To"));
  EXPECT_TRUE(status_of(response.text) == 100 || !parameter(header(response.text, "To"), "tag").empty());
}

void Ladder::check_request(std::size_t at) const {
  const auto& request = sent_[at];
  const auto via = header(request.text, "Via");
  EXPECT_TRUE(via.starts_with("SIP/2.0/" + std::string{endpoint::name(over_)} + " ")) << via;
  EXPECT_TRUE(branch_of(request.text).starts_with("z9hG4bK"));
  EXPECT_FALSE(parameter(header(request.text, "From"), "tag").empty());
  EXPECT_FALSE(header(request.text, "Max-Forwards").empty());
  EXPECT_EQ(method_of(request.text), request.text.substr(0, request.text.find(' ')));
}

/// CANCEL and the ACK to a failure have the branch of their INVITE; the ACK to a 2xx has one of its own.
void Ladder::check_ack(std::size_t at) const {
  const auto& ack = sent_[at];
  const auto number = header(ack.text, "CSeq");
  const auto wanted = number.substr(0, number.find(' ')) + " INVITE";
  const auto of_call = [&](const Sent& earlier) {
    return header(earlier.text, "Call-ID") == header(ack.text, "Call-ID") && header(earlier.text, "CSeq") == wanted;
  };
  const auto* answer = before(at, [&](const Sent& earlier) {
    return of_call(earlier) && status_of(earlier.text) >= 200 && earlier.to.ip == ack.from.ip;
  });
  const bool acknowledges_success = ack.text.starts_with("ACK ") && answer && status_of(answer->text) < 300;
  const auto* invite = before(at, [&](const Sent& earlier) {
    return of_call(earlier) && status_of(earlier.text) == 0 && branch_of(earlier.text) == branch_of(ack.text);
  });
  EXPECT_EQ(invite == nullptr, acknowledges_success);
  EXPECT_TRUE(!ack.text.starts_with("ACK ") || !answer || header(ack.text, "To") == header(answer->text, "To"));
  if (!invite) return;
  EXPECT_EQ(invite->to.ip, ack.to.ip);
  EXPECT_EQ(request_uri_of(ack.text), request_uri_of(invite->text));
  EXPECT_EQ(values(ack.text, "Via").size(), 1U);
}

/// A proxy changes what section 16.6 lets it change, and nothing else.
void Ladder::check_forwarded(std::size_t at) const {
  const auto& out = sent_[at];
  const auto vias = values(out.text, "Via");
  const auto* in = before(at, [&](const Sent& earlier) {
    return status_of(earlier.text) == 0 && earlier.to.ip == out.from.ip &&
           branch_of(earlier.text) == parameter(vias[1], "branch") &&
           header(earlier.text, "CSeq") == header(out.text, "CSeq");
  });
  ASSERT_TRUE(in) << "nobody asked for it to be forwarded";
  EXPECT_EQ(vias.size(), values(in->text, "Via").size() + 1);
  EXPECT_EQ(std::stoi(header(out.text, "Max-Forwards")), std::stoi(header(in->text, "Max-Forwards")) - 1);
  for (const auto* kept : {"From", "To", "Call-ID", "Contact"})
    EXPECT_EQ(header(out.text, kept), header(in->text, kept));
  EXPECT_EQ(body_of(out.text), body_of(in->text));
}

// --- UserAgent -----------------------------------------------------------------------------------------------

UserAgent::UserAgent(sim::World& world, const std::string& name, std::string address, const base::Ip& ip,
                     Transport over)
    : world_{world},
      user_{address.substr(0, address.find('@'))},
      address_{name + " <sip:" + address + ">"},
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

// --- Flow ----------------------------------------------------------------------------------------------------

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
    : over{transport},
      house{context(fill(dial, transport)), 1, 2, R"(<param name="tls" value="true"/>)" + std::string{profile_params},
            gateways(transport)},
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

void Flow::alice_calls() { alice.invite("sip:bob@biloxi.example.com", ahoy(), {}, alice.sdp()); }

void Flow::expect(std::string_view table) {
  house.world.run_for(std::chrono::seconds{1});
  ladder.expect(table);
  house.expect_nothing_left();
}

}  // namespace scenario
