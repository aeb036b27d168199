#include "record/call_record.h"

#include <fmt/format.h>

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

std::string seconds(std::chrono::microseconds duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

std::string epoch(call::WallTime at) { return std::to_string(at.time_since_epoch().count() / 1'000'000); }

}  // namespace

std::string stamp(call::WallTime at) {
  if (at == call::WallTime{}) return {};
  const auto day = std::chrono::floor<std::chrono::days>(at.time_since_epoch());
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at.time_since_epoch() - day)};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
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

CallRecord::Columns CallRecord::columns() const {
  const auto ms = [](base::Duration d) { return fmt::format("{:.1f}", static_cast<double>(d.count()) / 1000.0); };
  return {{"uuid", uuid},
          {"call_uuid", call_uuid},
          {"bridge_uuid", bridge_uuid},
          {"direction", direction},
          {"caller_id_name", caller_id_name},
          {"caller_id_number", caller_id_number},
          {"destination_number", destination_number},
          {"context", context},
          {"channel_name", channel_name},
          {"username", username},
          {"network_addr", network_addr},
          {"sip_call_id", sip_call_id},
          {"user_agent", user_agent},
          {"start_stamp", stamp(created)},
          {"progress_stamp", stamp(progress)},
          {"answer_stamp", stamp(answered)},
          {"end_stamp", stamp(ended)},
          {"start_epoch", epoch(created)},
          {"answer_epoch", epoch(answered)},
          {"end_epoch", epoch(ended)},
          {"duration", seconds(duration())},
          {"billsec", seconds(billed())},
          {"hangup_cause", std::string{call::name(cause)}},
          {"hangup_cause_q850", std::to_string(call::number(cause))},
          {"hangup_by", hung_up_by},
          {"sip_term_status", std::to_string(sip_status)},
          {"read_codec", media.codec},
          {"read_rate", std::to_string(media.rate_hz)},
          {"rtp_remote", media.remote.port == 0 ? std::string{} : media.remote.text()},
          {"rtp_packets_in", std::to_string(media.packets_in)},
          {"rtp_packets_out", std::to_string(media.packets_out)},
          {"rtp_lost", std::to_string(media.packets_lost)},
          {"rtp_refused", std::to_string(media.packets_refused)},
          {"rtp_jitter_ms", ms(media.jitter)},
          {"rtp_round_trip_ms", media.round_trip ? ms(*media.round_trip) : std::string{}},
          {"rtp_mos", fmt::format("{:.2f}", media.mos)}};
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
      if (base::same(columns[i].first, piece.name)) piece.column = i;
    text.remove_prefix(close + 1);
  }
}

std::string LineTemplate::fill(const CallRecord::Columns& columns, const call::Variables& variables) const {
  std::string out;
  for (const auto& piece : pieces_) {
    out += piece.text;
    const std::string_view value = piece.column != none ? columns[piece.column].second : variables.get(piece.name);
    for (const char c : value) {
      if (c == '"') out += '"';
      if (c != '\r' && c != '\n') out += c;
    }
  }
  return out;
}

}  // namespace record
