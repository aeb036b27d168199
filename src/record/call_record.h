// record/call_record.h - what is left of a leg: one row for billing, quality and complaints.
//
// A value made when the leg has hung up. columns() is the only place that knows how a record is spelt: SQLite, CSV
// templates and the console read the same names, which are FreeSWITCH's where it has one.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "call/leg.h"
#include "store/columns.h"

namespace record {

struct CallRecord {
  std::string uuid, call_uuid, bridge_uuid, direction;
  std::string caller_id_name, caller_id_number, destination_number, context, channel_name, network_addr, username;
  call::WallTime created{}, progress{}, answered{}, ended{};
  call::Cause cause = call::Cause::none;
  std::string hung_up_by;  ///< "caller", "callee", "ahoy"
  int sip_status = 0;
  call::MediaFigures media;
  std::string user_agent, sip_call_id;

  static CallRecord of(const call::Leg& leg);

  std::chrono::microseconds duration() const { return ended - created; }
  /// From answer to end; zero for calls that were not answered.
  std::chrono::microseconds billed() const {
    return answered == call::WallTime{} ? std::chrono::microseconds{0} : ended - answered;
  }
  store::Columns columns() const;
};

/// "2026-11-23 09:00:00" in UTC; empty for the zero time.
std::string stamp(call::WallTime at);

/// A line of text with `${name}` in it: that column of a record, else the leg's variable; quotes in values are doubled,
/// as CSV wants it.
class LineTemplate {
 public:
  explicit LineTemplate(std::string_view text);
  std::string fill(const store::Columns& columns, const call::Variables& variables) const;

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct Piece {
    std::string text;      // as it is, in front of the value
    std::string name;      // of a variable; empty in the last piece
    std::size_t column = none;
  };
  std::vector<Piece> pieces_;
};

/// cdr_csv's idea of a line when the operator has none.
inline constexpr std::string_view default_csv_template =
    R"("${caller_id_name}","${caller_id_number}","${destination_number}","${context}","${start_stamp}","${answer_stamp}","${end_stamp}","${duration}","${billsec}","${hangup_cause}","${uuid}","${bridge_uuid}","${accountcode}","${read_codec}","${hangup_by}","${rtp_lost}","${rtp_jitter_ms}")";

}  // namespace record
