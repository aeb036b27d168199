#include "tests/compat/called_side.h"

#include "base/require.h"
#include "base/text.h"
#include "sim/raw_agent.h"
#include "tests/scenario/fixture.h"

namespace compat {

namespace {

std::string user_of(std::string_view request) {
  const auto line = sim::first_line(request);
  const auto begin = line.find("sip:");
  const auto end = line.find('@');
  return begin == std::string::npos || end == std::string::npos ? std::string{} : line.substr(begin + 4, end - begin - 4);
}

/// The recorder's phones had no better words for most.
std::string phrase_of(int status) {
  switch (status) {
    case 180: return "Ringing";
    case 183: return "Session Progress";
    case 200: return "OK";
    case 486: return "Busy Here";
    case 487: return "Request Terminated";
    default: return "Reply";
  }
}

}  // namespace

struct CalledSide::Phone {
  Phone(CalledSide& side, std::string invite, const base::Address& from)
      : seen{user_of(invite), invite, side.shard_.now(), {}}, tokens{}, peer{from}, timer{[&side, this] { side.step(*this); }} {
    const std::string bare = seen.user.substr(0, seen.user.find(';'));
    for (const auto token : base::split(bare, '-')) tokens.emplace_back(token);
  }
  Seen seen;
  std::vector<std::string> tokens;
  base::Address peer;
  io::Timer timer;
  std::size_t next = 0;
  std::string reason;
  bool final_sent = false;
  int bye_cseq = 1;
};

CalledSide::CalledSide(io::Shard& shard, const base::Address& local) : shard_{shard}, local_{local} {
  auto socket = shard.open_udp(local, io::Sharing::exclusive, this);
  base::require(socket.has_value(), "the called side's port is taken");
  socket_ = std::move(*socket);
}

CalledSide::~CalledSide() = default;

std::vector<const CalledSide::Seen*> CalledSide::seen() const {
  std::vector<const Seen*> all;
  for (const auto* phone : order_) all.push_back(&phone->seen);
  return all;
}

void CalledSide::on_datagrams(std::span<const io::Datagram> batch) {
  for (const auto& datagram : batch)
    if (sim::status_of(datagram.bytes) == 0) on_request(std::string{datagram.bytes}, datagram.from);
}

void CalledSide::on_request(const std::string& request, const base::Address& from) {
  const auto id = sim::header(request, "Call-ID");
  if (phones_.contains(id) || !request.starts_with("INVITE ")) return later(request, from);
  auto& phone = phones_[id] = std::make_unique<Phone>(*this, request, from);
  order_.push_back(phone.get());
  // Without it no CANCEL may come (RFC 3261 section 9.1).
  socket_->send(from, sim::answer_to(request, 100, "Trying", {}));
  step(*phone);
}

void CalledSide::later(const std::string& request, const base::Address& from) {
  const auto found = phones_.find(sim::header(request, "Call-ID"));
  const auto method = request.substr(0, request.find(' '));
  if (found == phones_.end() || method == "ACK") return;
  Phone& phone = *found->second;
  if (sim::header(request, "CSeq") == sim::header(phone.seen.invite, "CSeq")) return;  // repeated
  const auto reason = sim::header(request, "Reason");
  phone.seen.then.push_back({method, shard_.now(), reason.empty() ? sim::body_of(request) : reason});
  const bool offer = method == "INVITE" && !sim::body_of(request).empty();
  socket_->send(from, sim::answer_to(request, 200, "OK", "called",
                                     offer ? "Contact: <sip:" + local_.text() + ">\r\nContent-Type: application/sdp\r\n" : "",
                                     offer ? scenario::sdp(local_.ip, 6000) : ""));
  phone.timer.stop();
  if (method != "CANCEL" || phone.final_sent) return;
  phone.final_sent = true;
  socket_->send(phone.peer, sim::answer_to(phone.seen.invite, 487, "Request Terminated", "called"));
}

void CalledSide::step(Phone& phone) {
  while (phone.next < phone.tokens.size()) {
    const std::string token = phone.tokens[phone.next++];
    const auto number = base::to_number<int>(std::string_view{token}.substr(token.empty() ? 0 : 1)).value_or(0);
    if (token == "bye") {
      hang_up(phone);
    } else if (token.starts_with('w')) {
      return phone.timer.start(shard_.timers(), shard_.now() + std::chrono::milliseconds{number});
    } else if (token.starts_with('q')) {
      phone.reason = "Reason: Q.850;cause=" + std::to_string(number) + "\r\n";
    } else if (token.starts_with('r')) {
      respond(phone, number);
    }
  }
}

void CalledSide::respond(Phone& phone, int status) {
  std::string more = "Contact: <sip:" + local_.text() + ">\r\n";
  if (status / 100 == 3)
    for (const auto& token : phone.tokens)
      if (token.starts_with("to")) more = "Contact: <sip:" + token.substr(2) + "@" + local_.text() + ">\r\n";
  if (status >= 200) {
    more += std::exchange(phone.reason, {});
    phone.final_sent = true;
  }
  const bool described = status == 183 || status == 200;
  if (described) more += "Content-Type: application/sdp\r\n";
  socket_->send(phone.peer, sim::answer_to(phone.seen.invite, status, phrase_of(status), "called", more,
                                           described ? scenario::sdp(local_.ip, 6000) : ""));
}

void CalledSide::hang_up(Phone& phone) {
  const auto contact = sim::header(phone.seen.invite, "Contact");
  const auto uri = contact.substr(contact.find('<') + 1, contact.find('>') - contact.find('<') - 1);
  std::string text = "BYE " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP " + local_.text() + ";branch=z9hG4bKbye" +
                     sim::header(phone.seen.invite, "Call-ID") + "\r\nMax-Forwards: 70\r\nFrom: " +
                     sim::header(phone.seen.invite, "To") + ";tag=called\r\nTo: " + sim::header(phone.seen.invite, "From") +
                     "\r\nCall-ID: " + sim::header(phone.seen.invite, "Call-ID") + "\r\nCSeq: " +
                     std::to_string(phone.bye_cseq++) + " BYE\r\n" + std::exchange(phone.reason, {}) + "Content-Length: 0\r\n\r\n";
  socket_->send(phone.peer, text);
}

}  // namespace compat
