#include "tests/compat/stage.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/require.h"
#include "base/text.h"
#include "control/commander.h"
#include "sim/raw_agent.h"
#include "tests/scenario/fixture.h"
#include "tests/support/shared.h"

namespace compat {

using namespace std::chrono_literals;
using test::Json;

// --- the caller ------------------------------------------------------------------------------------------------

Caller::Caller(io::Shard& shard, const Json& call) : shard_{shard}, call_{call} {
  auto socket = shard.open_udp(caller_address, io::Sharing::exclusive, this);
  base::require(socket.has_value(), "the caller's port is taken");
  socket_ = std::move(*socket);
  target_ = "sip:" + call["destination_number"].text() + "@" + server_address.text();
  contact_ = target_;
  from_ = "\"" + call["caller_id_name"].text() + "\" <sip:" + call["caller_id_number"].text() + "@" +
          std::string{context_name} + ">;tag=caller";
  to_ = "<" + target_ + ">";
}

void Caller::send(std::string_view method, int cseq, const std::string& to, const std::string& branch, std::string_view more,
                  std::string_view body) {
  const bool outside = method == "INVITE" || method == "CANCEL" || (method == "ACK" && final_status_ >= 300);
  std::string text = std::string{method} + " " + (outside ? target_ : contact_) + " SIP/2.0\r\n" +
                     "Via: SIP/2.0/UDP " + caller_address.text() + ";branch=z9hG4bK" + branch + "\r\nMax-Forwards: 70\r\n" +
                     "From: " + from_ + "\r\nTo: " + to + "\r\nCall-ID: " + std::string{a_uuid} + "\r\nCSeq: " +
                     std::to_string(cseq) + " " + std::string{method} + "\r\nContact: <sip:caller@" + caller_address.text() +
                     ">\r\n" + std::string{more} + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                     std::string{body};
  socket_->send(server_address, text);
}

void Caller::invite() {
  begun_ = shard_.now();
  std::string more = "Content-Type: application/sdp\r\n";
  for (const auto& [name, value] : call_["sip_headers"].object()) more += name + ": " + value.text() + "\r\n";
  const std::string ip = caller_address.ip.text();
  send("INVITE", cseq_, to_, "invite", more,
       "v=0\r\no=caller 1 1 IN IP4 " + ip + "\r\ns=-\r\nc=IN IP4 " + ip +
           "\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
           "a=rtpmap:101 telephone-event/8000\r\n");
}

void Caller::info(char digit) {
  ++cseq_;
  send("INFO", cseq_, to_, "info" + std::to_string(cseq_), "Content-Type: application/dtmf-relay\r\n",
       "Signal=" + std::string(1, digit) + "\r\nDuration=100\r\n");
}

void Caller::hang_up() {
  if (over_ || final_status_ >= 300) return;
  over_ = true;
  if (final_status_ == 0) return send("CANCEL", 1, "<" + target_ + ">", "invite");
  ++cseq_;
  send("BYE", cseq_, to_, "bye");
}

void Caller::on_datagrams(std::span<const io::Datagram> batch) {
  for (const auto& datagram : batch) {
    const std::string text{datagram.bytes};
    if (sim::status_of(text) != 0)
      on_response(text);
    else
      on_request(text);
  }
}

void Caller::on_response(const std::string& response) {
  const int status = sim::status_of(response);
  const bool about_invite = sim::header(response, "CSeq") == "1 INVITE";
  if (!about_invite || status == 100 || final_status_ != 0) return;
  ToCaller heard;
  heard.text = sim::first_line(response).substr(8);
  heard.reason = sim::header(response, "Reason");
  heard.contacts = status / 100 == 3 ? sim::headers(response, "Contact") : std::vector<std::string>{};
  heard.challenge = sim::header(response, status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate");
  const std::string head = response.substr(0, response.find("\r\n\r\n"));
  for (const auto line : base::split(head, '\n'))
    if (line.starts_with("X-") || line.starts_with("Error-Info:"))
      heard.extra[std::string{line.substr(0, line.find(':'))}] = base::trim(line.substr(line.find(':') + 1));
  heard.sdp = status < 200 && !sim::body_of(response).empty();
  heard.at = shard_.now() - begun_;
  heard_.push_back(std::move(heard));
  to_ = sim::header(response, "To");
  if (status < 200) return;
  final_status_ = status;
  const auto contact = sim::header(response, "Contact");
  if (status < 300) contact_ = contact.substr(contact.find('<') + 1, contact.find('>') - contact.find('<') - 1);
  send("ACK", 1, to_, status < 300 ? "ack" : "invite");
}

void Caller::on_request(const std::string& request) {
  const auto method = request.substr(0, request.find(' '));
  const auto cseq = sim::header(request, "CSeq");
  if (method == "ACK" || cseq == last_request_) return;
  last_request_ = cseq;
  const auto body = sim::body_of(request);
  ToCaller heard;
  heard.text = method;
  heard.reason = sim::header(request, "Reason");
  for (const auto* direction : {"sendrecv", "sendonly", "recvonly", "inactive"})
    if (method == "INVITE" && body.find(std::string{"a="} + direction) != std::string::npos) heard.direction = direction;
  if (method == "INVITE" && heard.direction.empty()) heard.direction = "sendrecv";
  heard.at = shard_.now() - begun_;
  heard_.push_back(std::move(heard));
  if (method == "BYE") over_ = true;
  const bool offer = method == "INVITE";
  socket_->send(server_address,
                sim::answer_to(request, 200, "OK", {},
                               offer ? "Contact: <sip:caller@" + caller_address.text() + ">\r\nContent-Type: application/sdp\r\n" : "",
                               offer ? scenario::sdp(caller_address.ip, 4000) : ""));
}

// --- the stage -------------------------------------------------------------------------------------------------

namespace {

std::string configuration_text(const Json& one) {
  std::string context = one["xml"].text();
  if (!context.starts_with("<context"))
    context = "<context name=\"" + std::string{context_name} + "\">" + context + "</context>";
  const auto vanilla = test::shared_file("compat/freeswitch-vanilla");
  return R"(<document type="freeswitch/xml">
<section name="configuration"><configuration name="sofia.conf"><profiles><profile name="external"><settings>
<param name="sip-ip" value="127.0.0.1"/><param name="rtp-ip" value="127.0.0.1"/><param name="sip-port" value="35080"/>
<param name="context" value="ctx"/><param name="auth-calls" value="false"/>
<param name="inbound-codec-prefs" value="PCMU,PCMA"/><param name="outbound-codec-prefs" value="PCMU,PCMA"/>
<param name="inbound-late-negotiation" value="true"/><param name="inbound-use-callid-as-uuid" value="true"/>
<param name="liberal-dtmf" value="true"/></settings></profile></profiles></configuration></section>
<section name="directory"><X-PRE-PROCESS cmd="include" data=")" +
         (vanilla ? vanilla->string() : std::string{}) + "/directory/*.xml\"/></section><section name=\"dialplan\">" + context +
         "</section></document>";
}

/// The recorder's clock was in UTC.
std::chrono::seconds clock_of(const Json& clock) {
  std::tm at{.tm_sec = 16, .tm_min = 35, .tm_hour = 7, .tm_mday = 23, .tm_mon = 10, .tm_year = 126, .tm_wday = 0,
             .tm_yday = 0, .tm_isdst = 0, .tm_gmtoff = 0, .tm_zone = nullptr};
  int year = 0, month = 0;
  const auto text = clock["at"].text();
  if (std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &year, &month, &at.tm_mday, &at.tm_hour, &at.tm_min, &at.tm_sec) == 6) {
    at.tm_year = year - 1900;
    at.tm_mon = month - 1;
  }
  return std::chrono::seconds{::timegm(&at)};
}

}  // namespace

Stage::Stage(const Json& one, const std::string& folder)
    : case_{one}, world_{1}, host_{world_.add_host("everything", {server_address.ip}, 1)} {
  world_.wall_clock_at_start = clock_of(one["clock"]);
  load(folder);
  caller_ = std::make_unique<Caller>(host_.shard(), case_["call"]);
  called_ = std::make_unique<CalledSide>(host_.shard(), called_address);
}

Stage::~Stage() {
  commands_.clear();
  server_.reset();
}

void Stage::load(const std::string& folder) {
  const call::Variables presets{{"domain", "127.0.0.1"},       {"gv_plain", "global one"},     {"gv_num", "42"},
                                {"gv_nested", "42-x"},         {"gv_comment", "from comment"}, {"hostname", "host"},
                                {"default_password", "secret"}, {"sound_prefix", folder + "/sounds/en/us/callie"},
                                {"sounds_dir", folder + "/sounds"}, {"recordings_dir", folder + "/recordings"},
                                {"base_dir", folder}, {"us-ring", "%(2000,4000,440,480)"}, {"hold_music", "silence_stream://-1"}};
  auto loaded = dialplan::load_text(configuration_text(case_), "case.xml", ".", presets);
  if (!loaded) {
    for (const auto& finding : loaded.error()) trouble_ += finding.text() + '\n';
    return;
  }
  configuration_ = *loaded;
  server_ = std::make_unique<ahoy::Server>(std::vector<io::Shard*>{&host_.shard()}, configuration_);
  if (const auto opened = server_->open(); !opened) trouble_ += opened.error();
  auto& shard = server_->at(0);
  shard.calls.add_observer(*this);
  house_.shards.push_back({&shard.shard, &shard.endpoint, &shard.calls, &shard.runtime, &shard.journal, &shard.location,
                           &shard.gateways, &shard.state_agent});
  house_.version = "test";
}

void Stage::execute(std::string line, std::string* answer) {
  const auto life = [](control::House& house, std::string text, std::string* to) -> base::Task<void> {
    auto said = co_await control::execute(house, std::move(text));
    if (to) *to = std::move(said);
  };
  commands_.push_back(life(house_, std::move(line), answer));
  commands_.back().start();
}

void Stage::add_step(std::vector<Cue>& all, const Json& step) {
  const base::Duration at = std::chrono::milliseconds{static_cast<int>(step.list()[0].number())};
  const auto kind = step.list()[1].text();
  const auto argument = step.list().size() > 2 ? step.list()[2].text() : std::string{};
  const auto with_a = [argument] {
    std::string line = argument;
    if (const auto mark = line.find("@A@"); mark != std::string::npos) line.replace(mark, 3, a_uuid);
    return line;
  };
  if (kind == "hangup") all.push_back({at, [this] { caller_->hang_up(); }});
  if (kind == "api") all.push_back({at, [this, line = with_a()] { execute(line, nullptr); }});
  if (kind == "dtmf")
    all.push_back({at, [this, argument] {
                     for (const char digit : argument)
                       if (auto* leg = server_->at(0).calls.find(a_uuid); leg && call::is_dtmf(digit))
                         leg->receive_digit(digit, 250ms);
                   }});
  if (kind == "info")
    for (std::size_t i = 0; i < argument.size(); ++i)
      all.push_back({at + i * 120ms, [this, digit = argument[i]] { caller_->info(digit); }});
}

std::vector<Stage::Cue> Stage::cues() {
  std::vector<Cue> all;
  const auto& call = case_["call"];
  if (call.has("api"))
    all.push_back({0ms, [this] { execute(case_["call"]["api"].text(), &reply_); }});
  else
    all.push_back({0ms, [this] { caller_->invite(); }});
  for (const auto& step : call["steps"].list()) add_step(all, step);
  if (call.has("caller_hangs_up_after_ms"))
    all.push_back({std::chrono::milliseconds{static_cast<int>(call["caller_hangs_up_after_ms"].number())},
                   [this] { caller_->hang_up(); }});
  std::ranges::stable_sort(all, {}, &Cue::at);
  return all;
}

void Stage::play() {
  if (!trouble_.empty()) return;
  world_.run_for(10ms);
  begun_ = world_.now();
  for (const auto& cue : cues()) {
    world_.run_for(begun_ + cue.at - world_.now());
    cue.act();
  }
  constexpr auto limit = 100s;
  world_.run_until([this] { return everybody_gone(); }, limit);
  world_.run_for(1s);
}

bool Stage::everybody_gone() const {
  const bool answered = !case_["call"].has("api") || !reply_.empty();
  return answered && std::ranges::all_of(legs_, [](const auto& leg) { return leg->over; }) &&
         (case_["call"].has("api") || !legs_.empty());
}

LegRecord& Stage::record_of(const call::Leg& leg) {
  const auto found = std::ranges::find_if(legs_, [&](const auto& known) { return known->uuid == leg.uuid(); });
  if (found != legs_.end()) return **found;
  auto& made = *legs_.emplace_back(std::make_unique<LegRecord>());
  made.uuid = leg.uuid();
  made.outgoing = leg.direction() == call::Direction::outbound;
  return made;
}

void Stage::on_execute(const call::Leg& leg, std::string_view application, std::string_view data) {
  auto& record = record_of(leg);
  record.executed.emplace_back(application, data);
  record.executed_at.push_back(since());
}

void Stage::on_executed(const call::Leg& leg, std::string_view application) {
  const auto response = leg.variable("current_application_response");
  record_of(leg).responses.emplace_back(application, response.empty() ? "_none_" : response);
}

void Stage::on_hangup(const call::Leg& leg) {
  auto& record = record_of(leg);
  record.cause = call::name(leg.cause());
  record.channel = leg.caller().chan_name;
  const auto& caller = leg.caller();
  record.caller_id = {caller.caller_id_name, caller.caller_id_number, caller.callee_id_name, caller.callee_id_number};
}

// The recorded variables are those of CHANNEL_HANGUP_COMPLETE: after the last application has returned.
void Stage::on_destroyed(const call::Leg& leg) {
  auto& record = record_of(leg);
  record.variables = leg.variables();
  record.over = true;
}

const LegRecord* Stage::a() const {
  const auto found = std::ranges::find_if(legs_, [](const auto& leg) { return leg->uuid == a_uuid; });
  return found == legs_.end() ? nullptr : found->get();
}

std::vector<const LegRecord*> Stage::outgoing() const {
  std::vector<const LegRecord*> all;
  for (const auto& leg : legs_)
    if (leg->outgoing) all.push_back(leg.get());
  return all;
}

}  // namespace compat
