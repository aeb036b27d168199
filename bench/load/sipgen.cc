// bench/load/sipgen.cc - SIP load on loopback over UDP, TCP or TLS: callers and callees in one thread, at a fixed rate.
//
//   sipgen register --server 127.0.0.1:5060 --users 1000 --rate 500 --count 1000
//   sipgen call --server 127.0.0.1:5060 --users 1000 --rate 2000 --count 10000 [--hold-ms 60000]
//   sipgen call --transport tls --connections 20 --server 127.0.0.1:5061 ...
//   sipgen register --password secret ...     answers the 401; sipgen redirect: INVITE, 302, ACK; sipgen options: 200
//
// An open loop: what is late or lost does not slow it down, and nothing is repeated, so that loss shows as failures.
// The users are u0, u1, ...; over UDP all of them register the callee's socket, in a run of its own. Over connections
// each registers over one of the callee's, since it is reached there; that is done before the calls, and "ready" is
// printed a moment before the first one. A call is INVITE, 180, 200, ACK, BYE, 200.
// The last line of its output is one JSON object.
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <strings.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/datagrams.h"
#include "bench/load/repeats.h"
#include "bench/load/streams.h"

namespace {

using Clock = std::chrono::steady_clock;
using std::string;
using std::string_view;
using load::Peer;

enum class Mode : std::uint8_t { call, registers, redirect, options };

struct Options {
  Mode mode = Mode::call;
  string password;  // empty: no credentials
  bool repeats = false;
  string transport = "UDP";
  std::size_t connections = 1;  // of each side
  string server = "127.0.0.1:5060";
  string domain = "127.0.0.1";
  std::uint16_t caller_port = 16000, callee_port = 17000;
  std::size_t users = 1000, count = 1000;
  double rate = 100;
  std::chrono::milliseconds hold{0}, grace{3000};
} options;

bool over_streams() { return options.transport != "UDP"; }

sockaddr_in server_address() {
  const auto colon = options.server.find(':');
  auto address = load::loopback(static_cast<std::uint16_t>(std::stoi(options.server.substr(colon + 1))));
  inet_pton(AF_INET, options.server.substr(0, colon).c_str(), &address.sin_addr);
  return address;
}

std::unique_ptr<load::Way> way_from(std::uint16_t port) {
  if (!over_streams()) return std::make_unique<load::Datagrams>(port);
  return std::make_unique<load::Streams>(port, options.connections, server_address(), options.transport == "TLS");
}

/// What of a message the two sides look at.
struct Message {
  int status = 0;  // 0: a request
  string_view method, from, to, call_id, cseq, contact, challenge;
  std::vector<string_view> vias, recorded;

  string_view cseq_method() const { return cseq.substr(cseq.find(' ') + 1); }
  bool of(string_view wanted) const { return cseq_method() == wanted; }
};

bool same(string_view a, string_view b) { return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0; }

Message scan(string_view text) {
  Message message;
  auto end = text.find("\r\n");
  const auto line = text.substr(0, end);
  if (line.starts_with("SIP/2.0 ")) std::from_chars(line.data() + 8, line.data() + line.size(), message.status);
  else message.method = line.substr(0, line.find(' '));
  while (end != string_view::npos) {
    text.remove_prefix(end + 2);
    end = text.find("\r\n");
    const auto field = text.substr(0, end);
    const auto colon = field.find(':');
    if (field.empty() || colon == string_view::npos) break;
    const auto name = field.substr(0, colon);
    auto value = field.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (same(name, "Via")) message.vias.push_back(value);
    else if (same(name, "Record-Route")) message.recorded.push_back(value);
    else if (same(name, "From")) message.from = value;
    else if (same(name, "To")) message.to = value;
    else if (same(name, "Call-ID")) message.call_id = value;
    else if (same(name, "CSeq")) message.cseq = value;
    else if (same(name, "Contact")) message.contact = value;
    else if (same(name, "WWW-Authenticate")) message.challenge = value;
  }
  return message;
}

string field(string_view name, string_view value) {
  string line{name};
  line.append(": ").append(value).append("\r\n");
  return line;
}

string description(string_view owner) {
  string text{"v=0\r\no="};
  text.append(owner).append(" 123456 654321 IN IP4 127.0.0.1\r\ns=call\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                            "m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
                            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n");
  return text;
}

string with_body(string message, string_view body) {
  message += field("Content-Type", "application/sdp") + field("Content-Length", std::to_string(body.size())) + "\r\n";
  return message.append(body);
}

string without_body(string message) { return message + "Content-Length: 0\r\n\r\n"; }

string user(std::size_t i) { return "u" + std::to_string(i % options.users); }
string uri(string_view name) { return "sip:" + string{name} + "@" + options.domain; }
string host_port(std::size_t port) { return "127.0.0.1:" + std::to_string(port); }
/// Where a side is reached: its port is that of one of its connections.
string contact(string_view name, std::size_t port) {
  string text = "<sip:" + string{name} + "@" + host_port(port);
  if (over_streams()) text += options.transport == "TLS" ? ";transport=tls" : ";transport=tcp";
  return text + ">";
}
string via(const string& run, std::size_t i, int n, std::size_t port) {
  const auto branch = run + "-" + std::to_string(i) + "-" + std::to_string(n);
  return field("Via", "SIP/2.0/" + options.transport + " " + host_port(port) + ";branch=z9hG4bK" + branch + ";rport") +
         "Max-Forwards: 70\r\n";
}
string ids(const string& run, std::size_t i, string_view from, string_view to) {
  return field("From", "<" + string{from} + ">;tag=f" + std::to_string(i)) + field("To", "<" + string{to} + ">") +
         field("Call-ID", run + "-" + std::to_string(i) + "@127.0.0.1");
}
string register_request(const string& run, std::size_t i, std::size_t port, int n = 1, string_view authorization = {}) {
  const auto to = uri(user(i));
  string text = "REGISTER sip:" + options.domain + " SIP/2.0\r\n" + via(run, i, n, port) + ids(run, i, to, to);
  text += "CSeq: " + std::to_string(n) + " REGISTER\r\n" + field("Contact", contact(user(i), port));
  if (!authorization.empty()) text += field("Authorization", authorization);
  return without_body(text + "Expires: 3600\r\nUser-Agent: sipgen\r\n");
}
string options_request(const string& run, std::size_t i, std::size_t port) {
  const auto to = "sip:" + options.domain;
  string text = "OPTIONS " + to + " SIP/2.0\r\n" + via(run, i, 1, port) + ids(run, i, uri("ping"), to) + "CSeq: 1 OPTIONS\r\n";
  return without_body(text + "Accept: application/sdp\r\nUser-Agent: sipgen\r\n");
}
string md5(string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  string hex;
  for (unsigned k = 0; k < size; ++k) {
    hex += "0123456789abcdef"[digest[k] >> 4];
    hex += "0123456789abcdef"[digest[k] & 15];
  }
  return hex;
}
string quoted(string_view challenge, string_view name) {
  const auto at = challenge.find(string{name} + "=\"");
  if (at == string_view::npos) return {};
  const auto text = challenge.substr(at + name.size() + 2);
  return string{text.substr(0, text.find('"'))};
}
/// RFC 7616 with qop=auth when that is offered, RFC 2069 else.
string credentials(string_view challenge, const string& name) {
  const auto realm = quoted(challenge, "realm"), nonce = quoted(challenge, "nonce"), to = "sip:" + options.domain;
  const auto ha1 = md5(name + ":" + realm + ":" + options.password), ha2 = md5("REGISTER:" + to);
  const bool qop = challenge.find("qop") != string_view::npos;
  const auto response = md5(ha1 + ":" + nonce + (qop ? ":00000001:0a4f113b:auth:" : ":") + ha2);
  return "Digest username=\"" + name + "\", realm=\"" + realm + "\", nonce=\"" + nonce + "\", uri=\"" + to + "\", response=\"" +
         response + "\", algorithm=MD5" + (qop ? ", qop=auth, nc=00000001, cnonce=\"0a4f113b\"" : "");
}
string name_of_run() { return std::to_string(getpid()) + "x" + std::to_string(time(nullptr)); }

/// Answers whatever comes: 180 and 200 to an INVITE, 200 to the rest.
class Callee {
 public:
  Callee() : way_{way_from(options.callee_port)} {}
  const load::Way& way() const { return *way_; }
  void receive() {
    way_->receive([this](string_view text, const Peer& from) {
      const auto message = scan(text);
      if (message.status != 0) return note_registered(message);
      if (message.method == "ACK") return repeats_.stop(string{message.call_id});
      if (message.method != "INVITE") return way_->send(without_body(response(message, "200 OK", from)), from);
      way_->send(without_body(response(message, "180 Ringing", from)), from);
      auto answer = with_body(response(message, "200 OK", from), description_);
      if (options.repeats) repeats_.start(string{message.call_id}, answer, from, Clock::now());
      way_->send(std::move(answer), from);
    });
    repeats_.send_due(*way_, Clock::now());
    way_->flush();
  }
  Clock::time_point next() const { return repeats_.next(); }
  /// Each user over a connection, a few at a time.
  bool register_users() {
    constexpr std::size_t at_once = 100;
    const auto run = name_of_run() + "r";
    const auto give_up = Clock::now() + std::chrono::seconds{20};
    for (std::size_t next = 0; registered_ < options.users; receive()) {
      for (; next < options.users && next < registered_ + at_once; ++next) {
        const auto connection = next % options.connections;
        way_->send(register_request(run, next, options.callee_port + connection), {{}, connection});
      }
      way_->flush();
      if (Clock::now() > give_up) return false;
      usleep(500);
    }
    return true;
  }

 private:
  void note_registered(const Message& response) {
    if (response.status == 200 && response.of("REGISTER")) ++registered_;
  }
  static string response(const Message& request, string_view status, const Peer& from) {
    string text{"SIP/2.0 "};
    text.append(status).append("\r\n");
    for (const auto hop : request.vias) text += field("Via", hop);
    for (const auto hop : request.recorded) text += field("Record-Route", hop);
    const bool tagged = request.to.find(";tag=") != string_view::npos;
    text += field("From", request.from) + field("To", string{request.to} + (tagged ? "" : ";tag=callee"));
    text += field("Call-ID", request.call_id) + field("CSeq", request.cseq);
    return text + field("Contact", contact("callee", options.callee_port + from.connection));
  }
  std::unique_ptr<load::Way> way_;
  load::Repeats repeats_;
  std::size_t registered_ = 0;
  const string description_ = description("callee");
};

/// Starts operations and counts what becomes of them.
class Caller {
 public:
  Caller() : way_{way_from(options.caller_port)}, run_{name_of_run()}, server_{server_address()} {
    operations_.resize(options.count);
  }
  const load::Way& way() const { return *way_; }
  std::size_t finished() const { return good_ + bad_; }
  void flush() { way_->flush(); }

  void start(std::size_t i) {
    operations_[i].begun = Clock::now();
    operations_[i].state = State::begun;
    switch (options.mode) {
      case Mode::registers: return send(i, register_request(run_, i, options.caller_port));
      case Mode::options: return send(i, options_request(run_, i, options.caller_port));
      case Mode::call:
      case Mode::redirect: return send_invite(i);
    }
  }
  void receive() {
    way_->receive([this](string_view text, const Peer&) { take(scan(text)); });
  }
  /// Says BYE in the calls that have lasted long enough, and again what was not answered.
  void end_calls(Clock::time_point now) {
    repeats_.send_due(*way_, now);
    for (; !held_.empty() && held_.front().until <= now; held_.pop_front()) say_bye(held_.front());
  }
  Clock::time_point next() const {
    return std::min(repeats_.next(), held_.empty() ? Clock::time_point::max() : held_.front().until);
  }

  void print(std::size_t started, double seconds) {
    std::sort(setup_us_.begin(), setup_us_.end());
    const auto at = [&](double share) {
      return setup_us_.empty() ? 0 : setup_us_[static_cast<std::size_t>(share * static_cast<double>(setup_us_.size() - 1))];
    };
    string statuses;
    for (const auto& [status, times] : statuses_)
      statuses += (statuses.empty() ? "\"" : ", \"") + std::to_string(status) + "\": " + std::to_string(times);
    std::printf("{\"rate\": %.0f, \"started\": %zu, \"ok\": %zu, \"failed\": %zu, \"seconds\": %.2f, \"statuses\": {%s}, "
                "\"setup_us_p50\": %ld, \"setup_us_p99\": %ld}\n",
                options.rate, started, good_, started - good_, seconds, statuses.c_str(), at(0.5), at(0.99));
  }

 private:
  enum class State : std::uint8_t { fresh, begun, answered, ending, over };
  struct Operation {
    Clock::time_point begun;
    State state = State::fresh;
  };
  struct Held {
    Clock::time_point until;
    std::size_t operation;
    string bye;
  };

  static int wanted() { return options.mode == Mode::redirect ? 302 : 200; }
  std::size_t port_of(std::size_t i) const { return options.caller_port + i % options.connections; }
  void send(std::size_t i, string text) { way_->send(std::move(text), {server_, i % options.connections}); }
  void send_until_answered(std::size_t i, string text) {
    if (options.repeats) repeats_.start(std::to_string(i), text, {server_, i % options.connections}, Clock::now());
    send(i, std::move(text));
  }

  void send_invite(std::size_t i) {
    const auto to = uri(user(i));
    string text = "INVITE " + to + " SIP/2.0\r\n" + via(run_, i, 1, port_of(i));
    text += ids(run_, i, uri("c" + std::to_string(i % options.users)), to);
    text += "CSeq: 1 INVITE\r\n" + field("Contact", contact("caller", port_of(i)));
    text += "User-Agent: sipgen\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n";
    send_until_answered(i, with_body(std::move(text), description_));
  }

  void take(const Message& message) {
    const auto dash = message.call_id.find('-');
    if (message.status == 0 || message.call_id.substr(0, dash) != run_) return;
    std::size_t i = options.count;
    std::from_chars(message.call_id.data() + dash + 1, message.call_id.data() + message.call_id.size(), i);
    if (i >= operations_.size()) return;
    if (options.repeats && message.of(operations_[i].state == State::ending ? "BYE" : "INVITE")) repeats_.stop(std::to_string(i));
    if (message.status < 200) return;
    auto& operation = operations_[i];
    if (message.of("INVITE") && operation.state == State::begun && message.status < 300) return on_answer(i, message);
    // Said again: our ACK was lost.
    const bool again = message.of("INVITE") && operation.state != State::fresh && message.status < 300;
    if (options.repeats && again && operation.state != State::over) return send(i, inside(i, message, "ACK", 1));
    const bool expected = message.of("BYE") ? operation.state == State::ending : operation.state == State::begun;
    if (!expected) return;
    if (message.status == 401 && !options.password.empty() && !message.challenge.empty() && !message.cseq.starts_with("2"))
      return send(i, register_request(run_, i, options.caller_port, 2, credentials(message.challenge, user(i))));
    if (!message.of("BYE")) note_setup(operation);
    ++statuses_[message.status];
    ++(message.status == wanted() ? good_ : bad_);
    operation.state = State::over;
    if (message.of("INVITE")) acknowledge_failure(i, message);
  }

  void note_setup(const Operation& operation) {
    setup_us_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - operation.begun).count());
  }

  void on_answer(std::size_t i, const Message& answer) {
    note_setup(operations_[i]);
    operations_[i].state = State::answered;
    send(i, inside(i, answer, "ACK", 1));
    Held held{Clock::now() + options.hold, i, inside(i, answer, "BYE", 2)};
    if (options.hold.count() == 0) say_bye(held);
    else held_.push_back(std::move(held));
  }
  /// A request in the dialog that `answer` made.
  string inside(std::size_t i, const Message& answer, string_view method, int n) const {
    const auto open = answer.contact.find('<');
    string text{method};
    text.append(" ").append(answer.contact.substr(open + 1, answer.contact.find('>') - open - 1));
    text.append(" SIP/2.0\r\n").append(via(run_, i, n + 1, port_of(i)));
    for (auto hop = answer.recorded.rbegin(); hop != answer.recorded.rend(); ++hop) text += field("Route", *hop);
    text += field("From", answer.from) + field("To", answer.to) + field("Call-ID", answer.call_id);
    return without_body(text + "CSeq: " + std::to_string(n) + " " + string{method} + "\r\n");
  }
  void say_bye(Held& held) {
    operations_[held.operation].state = State::ending;
    send_until_answered(held.operation, std::move(held.bye));
  }
  void acknowledge_failure(std::size_t i, const Message& failure) {
    string text = "ACK " + uri(user(i)) + " SIP/2.0\r\n" + via(run_, i, 1, port_of(i));
    text += field("From", failure.from) + field("To", failure.to);
    send(i, without_body(text + field("Call-ID", failure.call_id) + "CSeq: 1 ACK\r\n"));
  }

  std::unique_ptr<load::Way> way_;
  const string run_;
  const string description_ = description("caller");
  const sockaddr_in server_;
  std::vector<Operation> operations_;
  std::deque<Held> held_;
  load::Repeats repeats_;
  std::vector<long> setup_us_;
  std::map<int, std::size_t> statuses_;
  std::size_t good_ = 0, bad_ = 0;
};

volatile std::sig_atomic_t stopping = 0;

void wait(const Caller& caller, const Callee& callee, Clock::time_point until) {
  static std::vector<pollfd> files;
  files.clear();
  caller.way().add_files(files);
  callee.way().add_files(files);
  const auto left = std::max(until - Clock::now(), Clock::duration::zero());
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
  const timespec limit{ns / 1'000'000'000, ns % 1'000'000'000};
  ppoll(files.data(), files.size(), &limit, nullptr);
}

bool run() {
  Caller caller;
  Callee callee;
  if (over_streams()) {
    if (!callee.register_users()) {
      std::fputs("sipgen: the server does not take the registrations\n", stderr);
      return false;
    }
    std::puts("ready");
    std::fflush(stdout);
  }
  const auto begin = Clock::now() + std::chrono::milliseconds{over_streams() ? 1000 : 20};
  const auto due = [&](std::size_t i) {
    return begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{static_cast<double>(i) / options.rate});
  };
  constexpr int burst_max = 16;  // in arrears it still looks for answers
  std::size_t next = 0;
  auto give_up = Clock::time_point::max();
  while (stopping == 0 && caller.finished() < options.count && Clock::now() < give_up) {
    for (int burst = 0; next < options.count && due(next) <= Clock::now() && burst < burst_max; ++burst) caller.start(next++);
    caller.end_calls(Clock::now());
    caller.flush();
    if (next == options.count && give_up == Clock::time_point::max())
      give_up = Clock::now() + options.hold + options.grace;
    wait(caller, callee, std::min({next < options.count ? due(next) : give_up, caller.next(), callee.next(), give_up}));
    caller.receive();
    callee.receive();
    caller.flush();
  }
  caller.print(next, std::chrono::duration<double>(Clock::now() - begin).count());
  return true;
}

bool read_options(int argc, char** argv) {
  if (argc < 2) return false;
  constexpr string_view modes[]{"call", "register", "redirect", "options"};
  const auto* mode = std::find(std::begin(modes), std::end(modes), argv[1]);
  if (mode == std::end(modes)) return false;
  options.mode = static_cast<Mode>(mode - modes);
  for (int i = 2; i + 1 < argc; i += 2) {
    const string_view name = argv[i];
    const string value = argv[i + 1];
    if (name == "--server") options.server = value;
    else if (name == "--domain") options.domain = value;
    else if (name == "--users") options.users = std::stoul(value);
    else if (name == "--count") options.count = std::stoul(value);
    else if (name == "--rate") options.rate = std::stod(value);
    else if (name == "--transport") options.transport = value == "tcp" ? "TCP" : value == "tls" ? "TLS" : "UDP";
    else if (name == "--connections") options.connections = std::stoul(value);
    else if (name == "--password") options.password = value;
    else if (name == "--repeat") options.repeats = value == "1";
    else if (name == "--grace-ms") options.grace = std::chrono::milliseconds{std::stol(value)};
    else if (name == "--hold-ms") options.hold = std::chrono::milliseconds{std::stol(value)};
    else return false;
  }
  const bool registers = options.mode == Mode::registers;
  if (registers) std::swap(options.caller_port, options.callee_port);  // a phone registers from where it listens
  const bool fits = options.connections == 1 || (over_streams() && !registers);
  return fits && options.server.starts_with("127.");  // loopback only
}

}  // namespace

int main(int argc, char** argv) {
  if (!read_options(argc, argv)) {
    std::fputs("usage: sipgen call|register|redirect|options --server 127.x.x.x:PORT [--users N] [--count N] [--rate N] [--hold-ms N]\n"
               "              [--password P] [--repeat 1] [--grace-ms N]\n"
               "              [--transport udp|tcp|tls --connections N]\n", stderr);
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
  std::signal(SIGTERM, [](int) { stopping = 1; });
  return run() ? 0 : 1;
}
