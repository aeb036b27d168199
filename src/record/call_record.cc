#include "record/call_record.h"

#include <algorithm>
#include <cmath>

namespace record {

namespace {

std::string who(const call::Leg& leg) {
  const bool caller_side = leg.direction() == call::Direction::inbound;
  switch (leg.hangup_by()) {
    case call::HangupBy::peer: return caller_side ? "caller" : "callee";
    case call::HangupBy::us:
    case call::HangupBy::nobody: return "ahoy";
  }
  return "ahoy";
}

std::int64_t seconds(std::chrono::microseconds duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::int64_t epoch(call::WallTime at) { return at.time_since_epoch().count() / 1'000'000; }

/// `hundredths` of a unit as "4.41", or as "1.4" with one decimal, rounded.
std::string decimal(std::int64_t hundredths, int decimals) {
  const auto rounded = decimals == 1 ? (hundredths + 5) / 10 * 10 : hundredths;
  std::string text = std::to_string(rounded / 100);
  text += '.';
  text += static_cast<char>('0' + rounded / 10 % 10);
  if (decimals == 2) text += static_cast<char>('0' + rounded % 10);
  return text;
}

std::string milliseconds(base::Duration d) { return decimal(d.count() / 10, 1); }

}  // namespace

std::string stamp(call::WallTime at) {
  if (at == call::WallTime{}) return {};
  const auto day = std::chrono::floor<std::chrono::days>(at.time_since_epoch());
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at.time_since_epoch() - day)};
  std::string text{"0000-00-00 00:00:00"};
  const auto put = [&](std::size_t end, auto number) {  // digits, the last one in front of `end`
    for (auto rest = static_cast<unsigned>(number); rest > 0; rest /= 10) text[--end] = static_cast<char>('0' + rest % 10);
  };
  put(4, static_cast<int>(date.year()));
  put(7, static_cast<unsigned>(date.month()));
  put(10, static_cast<unsigned>(date.day()));
  put(13, time.hours().count());
  put(16, time.minutes().count());
  put(19, time.seconds().count());
  return text;
}

CallRecord CallRecord::of(const call::Leg& leg) {
  const auto& caller = leg.caller();
  CallRecord record;
  record.uuid = leg.uuid();
  record.call_uuid = leg.call_uuid();
  record.bridge_uuid = leg.variable("bridge_uuid");
  record.direction = leg.direction() == call::Direction::inbound ? "inbound" : "outbound";
  record.caller_id_name = caller.caller_id_name;
  record.caller_id_number = caller.caller_id_number;
  record.destination_number = caller.destination_number;
  record.context = caller.context;
  record.channel_name = caller.chan_name;
  record.network_addr = caller.network_addr;
  record.username = caller.username;
  record.created = caller.created_time;
  record.progress = std::max(caller.progress_time, caller.progress_media_time);
  record.answered = caller.answered_time;
  record.ended = caller.hungup_time;
  record.cause = leg.cause();
  record.hung_up_by = who(leg);
  record.sip_status = leg.failure_status();
  record.media = leg.media_figures();
  record.user_agent = leg.variable("sip_user_agent");
  record.sip_call_id = leg.variable("sip_call_id");
  return record;
}

store::Columns CallRecord::columns() const {
  store::Columns row;
  row.reserve(36, 1024);
  row.add("uuid", uuid);
  row.add("call_uuid", call_uuid);
  row.add("bridge_uuid", bridge_uuid);
  row.add("direction", direction);
  row.add("caller_id_name", caller_id_name);
  row.add("caller_id_number", caller_id_number);
  row.add("destination_number", destination_number);
  row.add("context", context);
  row.add("channel_name", channel_name);
  row.add("username", username);
  row.add("network_addr", network_addr);
  row.add("sip_call_id", sip_call_id);
  row.add("user_agent", user_agent);
  row.add("start_stamp", stamp(created));
  row.add("progress_stamp", stamp(progress));
  row.add("answer_stamp", stamp(answered));
  row.add("end_stamp", stamp(ended));
  row.add("start_epoch", epoch(created));
  row.add("answer_epoch", epoch(answered));
  row.add("end_epoch", epoch(ended));
  row.add("duration", seconds(duration()));
  row.add("billsec", seconds(billed()));
  row.add("hangup_cause", call::name(cause));
  row.add("hangup_cause_q850", call::number(cause));
  row.add("hangup_by", hung_up_by);
  row.add("sip_term_status", sip_status);
  row.add("read_codec", media.codec);
  row.add("read_rate", media.rate_hz);
  row.add("rtp_remote", media.remote.port == 0 ? std::string{} : media.remote.text());
  row.add("rtp_packets_in", media.packets_in);
  row.add("rtp_packets_out", media.packets_out);
  row.add("rtp_lost", media.packets_lost);
  row.add("rtp_refused", media.packets_refused);
  row.add("rtp_jitter_ms", milliseconds(media.jitter));
  row.add("rtp_round_trip_ms", media.round_trip ? milliseconds(*media.round_trip) : std::string{});
  row.add("rtp_mos", decimal(std::lround(media.mos * 100), 2));
  return row;
}

LineTemplate::LineTemplate(std::string_view text) {
  const auto columns = CallRecord{}.columns();
  for (;;) {
    auto& piece = pieces_.emplace_back();
    const auto open = text.find("${");
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) {
      piece.text = text;
      return;
    }
    piece.text = text.substr(0, open);
    piece.name = text.substr(open + 2, close - open - 2);
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (base::same(columns[i].name, piece.name)) piece.column = i;
    text.remove_prefix(close + 1);
  }
}

std::string LineTemplate::fill(const store::Columns& columns, const call::Variables& variables) const {
  std::string out;
  for (const auto& piece : pieces_) {
    out += piece.text;
    const std::string_view value = piece.column != none ? columns[piece.column].value : variables.get(piece.name);
    if (std::ranges::none_of(value, [](char c) { return c == '"' || c == '\r' || c == '\n'; })) {
      out += value;
      continue;
    }
    for (const char c : value) {
      if (c == '"') out += '"';
      if (c != '\r' && c != '\n') out += c;
    }
  }
  return out;
}

}  // namespace record
