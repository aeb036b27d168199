// bench/load/sipgen.cc - SIP load over UDP on loopback: callers and callees in one thread, at a fixed rate.
//
//   sipgen register --server 127.0.0.1:5060 --users 1000 --rate 500 --count 1000
//   sipgen call --server 127.0.0.1:5060 --users 1000 --rate 2000 --count 10000 [--hold-ms 60000]
//
// An open loop: what is late or lost does not slow it down, and nothing is repeated, so that loss shows as failures.
// The users are u0, u1, ...; all of them register the callee's socket. A call is INVITE, 180, 200, ACK, BYE, 200.
// The last line of its output is one JSON object.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::string;
using std::string_view;

struct Options {
  bool registers = false;
  string server = "127.0.0.1:5060";
  string domain = "127.0.0.1";
  std::uint16_t caller_port = 16000, callee_port = 17000;
  std::size_t users = 1000, count = 1000;
  double rate = 100;
  std::chrono::milliseconds hold{0}, grace{3000};
} options;

/// A UDP socket that sends in batches.
class Socket {
 public:
  explicit Socket(std::uint16_t port) : file_{socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)} {
    const int room = 8 << 20;
    setsockopt(file_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(file_, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_port = htons(port);
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(file_, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0) return;
    std::perror("sipgen: bind");
    std::exit(2);
  }
  int file() const { return file_; }
  void send(string text, const sockaddr_in& to) {
    out_.push_back({std::move(text), to});
    if (out_.size() == batch) flush();
  }
  void flush() {
    std::array<mmsghdr, batch> headers{};
    std::array<iovec, batch> parts;
    for (std::size_t i = 0; i < out_.size(); ++i) {
      parts[i] = {out_[i].text.data(), out_[i].text.size()};
      headers[i].msg_hdr = {&out_[i].to, sizeof out_[i].to, &parts[i], 1, nullptr, 0, 0};
    }
    for (std::size_t sent = 0; sent < out_.size();) {
      const int n = sendmmsg(file_, headers.data() + sent, static_cast<unsigned>(out_.size() - sent), 0);
      if (n > 0) sent += static_cast<std::size_t>(n);
      else usleep(50);
    }
    out_.clear();
  }
  template <class Take>
  void receive(Take take) {
    static std::array<std::array<char, 8192>, batch> space;
    std::array<mmsghdr, batch> headers{};
    std::array<iovec, batch> parts;
    std::array<sockaddr_in, batch> from;
    for (std::size_t i = 0; i < batch; ++i) {
      parts[i] = {space[i].data(), space[i].size()};
      headers[i].msg_hdr = {&from[i], sizeof from[i], &parts[i], 1, nullptr, 0, 0};
    }
    const int n = recvmmsg(file_, headers.data(), batch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      take(string_view{space[at].data(), headers[at].msg_len}, from[at]);
    }
  }

 private:
  static constexpr std::size_t batch = 32;
  struct Datagram {
    string text;
    sockaddr_in to;
  };
  int file_;
  std::vector<Datagram> out_;
};

/// What of a message the two sides look at.
struct Message {
  int status = 0;  // 0: a request
  string_view method, from, to, call_id, cseq, contact;
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

/// Answers whatever comes: 180 and 200 to an INVITE, 200 to the rest.
class Callee {
 public:
  Callee() : socket_{options.callee_port} {}
  int file() const { return socket_.file(); }
  void receive() {
    socket_.receive([this](string_view text, const sockaddr_in& from) {
      const auto request = scan(text);
      if (request.status != 0 || request.method == "ACK") return;
      if (request.method != "INVITE") return socket_.send(without_body(response(request, "200 OK")), from);
      socket_.send(without_body(response(request, "180 Ringing")), from);
      socket_.send(with_body(response(request, "200 OK"), description_), from);
    });
    socket_.flush();
  }

 private:
  static string response(const Message& request, string_view status) {
    string text{"SIP/2.0 "};
    text.append(status).append("\r\n");
    for (const auto via : request.vias) text += field("Via", via);
    for (const auto hop : request.recorded) text += field("Record-Route", hop);
    const bool tagged = request.to.find(";tag=") != string_view::npos;
    text += field("From", request.from) + field("To", string{request.to} + (tagged ? "" : ";tag=callee"));
    text += field("Call-ID", request.call_id) + field("CSeq", request.cseq);
    return text + "Contact: <sip:callee@127.0.0.1:" + std::to_string(options.callee_port) + ">\r\n";
  }
  Socket socket_;
  const string description_ = description("callee");
};

/// Starts operations and counts what becomes of them.
class Caller {
 public:
  Caller() : socket_{options.caller_port}, run_{std::to_string(getpid()) + "x" + std::to_string(time(nullptr))} {
    server_.sin_family = AF_INET;
    const auto colon = options.server.find(':');
    server_.sin_port = htons(static_cast<std::uint16_t>(std::stoi(options.server.substr(colon + 1))));
    inet_pton(AF_INET, options.server.substr(0, colon).c_str(), &server_.sin_addr);
    operations_.resize(options.count);
  }
  int file() const { return socket_.file(); }
  std::size_t finished() const { return good_ + bad_; }
  void flush() { socket_.flush(); }

  void start(std::size_t i) {
    operations_[i].begun = Clock::now();
    operations_[i].state = State::begun;
    options.registers ? send_register(i) : send_invite(i);
  }
  void receive() {
    socket_.receive([this](string_view text, const sockaddr_in&) { take(scan(text)); });
  }
  /// Says BYE in the calls that have lasted long enough.
  void end_calls(Clock::time_point now) {
    for (; !held_.empty() && held_.front().until <= now; held_.pop_front()) say_bye(held_.front());
  }
  Clock::time_point next_bye() const { return held_.empty() ? Clock::time_point::max() : held_.front().until; }

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

  string user(std::size_t i) const { return "u" + std::to_string(i % options.users); }
  string uri(string_view name) const { return "sip:" + string{name} + "@" + options.domain; }
  string via(std::size_t i, int n) const {
    return "Via: SIP/2.0/UDP 127.0.0.1:" + std::to_string(options.caller_port) + ";branch=z9hG4bK" + run_ + "-" +
           std::to_string(i) + "-" + std::to_string(n) + ";rport\r\nMax-Forwards: 70\r\n";
  }
  string ids(std::size_t i, string_view from, string_view to) const {
    return field("From", "<" + string{from} + ">;tag=f" + std::to_string(i)) + field("To", "<" + string{to} + ">") +
           field("Call-ID", run_ + "-" + std::to_string(i) + "@127.0.0.1");
  }

  void send_invite(std::size_t i) {
    const auto to = uri(user(i));
    string text = "INVITE " + to + " SIP/2.0\r\n" + via(i, 1) + ids(i, uri("c" + std::to_string(i % options.users)), to);
    text += "CSeq: 1 INVITE\r\nContact: <sip:caller@127.0.0.1:" + std::to_string(options.caller_port) + ">\r\n";
    text += "User-Agent: sipgen\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n";
    socket_.send(with_body(std::move(text), description_), server_);
  }
  void send_register(std::size_t i) {
    const auto to = uri(user(i));
    string text = "REGISTER sip:" + options.domain + " SIP/2.0\r\n" + via(i, 1) + ids(i, to, to);
    text += "CSeq: 1 REGISTER\r\nContact: <sip:" + user(i) + "@127.0.0.1:" + std::to_string(options.caller_port) + ">\r\n";
    socket_.send(without_body(text + "Expires: 3600\r\nUser-Agent: sipgen\r\n"), server_);
  }

  void take(const Message& message) {
    const auto dash = message.call_id.find('-');
    if (message.status < 200 || message.call_id.substr(0, dash) != run_) return;
    std::size_t i = options.count;
    std::from_chars(message.call_id.data() + dash + 1, message.call_id.data() + message.call_id.size(), i);
    if (i >= operations_.size()) return;
    auto& operation = operations_[i];
    if (message.of("INVITE") && operation.state == State::begun && message.status < 300) return on_answer(i, message);
    const bool expected = message.of("BYE") ? operation.state == State::ending : operation.state == State::begun;
    if (!expected) return;
    if (!message.of("BYE")) note_setup(operation);
    ++statuses_[message.status];
    ++(message.status == 200 ? good_ : bad_);
    operation.state = State::over;
    if (message.of("INVITE")) acknowledge_failure(i, message);
  }

  void note_setup(const Operation& operation) {
    setup_us_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - operation.begun).count());
  }

  void on_answer(std::size_t i, const Message& answer) {
    note_setup(operations_[i]);
    operations_[i].state = State::answered;
    const auto open = answer.contact.find('<');
    const auto target = answer.contact.substr(open + 1, answer.contact.find('>') - open - 1);
    string routes;
    for (auto hop = answer.recorded.rbegin(); hop != answer.recorded.rend(); ++hop) routes += field("Route", *hop);
    const auto inside = [&](string_view method, int n) {
      string text{method};
      text.append(" ").append(target).append(" SIP/2.0\r\n").append(via(i, n + 1)).append(routes);
      text += field("From", answer.from) + field("To", answer.to) + field("Call-ID", answer.call_id);
      return without_body(text + "CSeq: " + std::to_string(n) + " " + string{method} + "\r\n");
    };
    socket_.send(inside("ACK", 1), server_);
    Held held{Clock::now() + options.hold, i, inside("BYE", 2)};
    if (options.hold.count() == 0) say_bye(held);
    else held_.push_back(std::move(held));
  }
  void say_bye(Held& held) {
    operations_[held.operation].state = State::ending;
    socket_.send(std::move(held.bye), server_);
  }
  void acknowledge_failure(std::size_t i, const Message& failure) {
    string text = "ACK " + uri(user(i)) + " SIP/2.0\r\n" + via(i, 1) + field("From", failure.from) + field("To", failure.to);
    socket_.send(without_body(text + field("Call-ID", failure.call_id) + "CSeq: 1 ACK\r\n"), server_);
  }

  Socket socket_;
  const string run_;
  const string description_ = description("caller");
  sockaddr_in server_{};
  std::vector<Operation> operations_;
  std::deque<Held> held_;
  std::vector<long> setup_us_;
  std::map<int, std::size_t> statuses_;
  std::size_t good_ = 0, bad_ = 0;
};

volatile std::sig_atomic_t stopping = 0;

void wait(const Caller& caller, const Callee& callee, Clock::time_point until) {
  pollfd files[] = {{caller.file(), POLLIN, 0}, {callee.file(), POLLIN, 0}};
  const auto left = std::max(until - Clock::now(), Clock::duration::zero());
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
  const timespec limit{ns / 1'000'000'000, ns % 1'000'000'000};
  ppoll(files, 2, &limit, nullptr);
}

void run() {
  Caller caller;
  Callee callee;
  const auto begin = Clock::now() + std::chrono::milliseconds{20};
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
    wait(caller, callee, std::min({next < options.count ? due(next) : give_up, caller.next_bye(), give_up}));
    caller.receive();
    callee.receive();
    caller.flush();
  }
  caller.print(next, std::chrono::duration<double>(Clock::now() - begin).count());
}

bool read_options(int argc, char** argv) {
  if (argc < 2) return false;
  options.registers = string_view{argv[1]} == "register";
  if (!options.registers && string_view{argv[1]} != "call") return false;
  for (int i = 2; i + 1 < argc; i += 2) {
    const string_view name = argv[i];
    const string value = argv[i + 1];
    if (name == "--server") options.server = value;
    else if (name == "--domain") options.domain = value;
    else if (name == "--users") options.users = std::stoul(value);
    else if (name == "--count") options.count = std::stoul(value);
    else if (name == "--rate") options.rate = std::stod(value);
    else if (name == "--hold-ms") options.hold = std::chrono::milliseconds{std::stol(value)};
    else return false;
  }
  if (options.registers) std::swap(options.caller_port, options.callee_port);  // a phone registers from where it listens
  return options.server.starts_with("127.");  // loopback only
}

}  // namespace

int main(int argc, char** argv) {
  if (!read_options(argc, argv)) {
    std::fputs("usage: sipgen call|register --server 127.x.x.x:PORT [--users N] [--count N] [--rate N] [--hold-ms N]\n", stderr);
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
  std::signal(SIGTERM, [](int) { stopping = 1; });
  run();
  return 0;
}
