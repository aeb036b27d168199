#include "phone/verdict.h"

#include <fmt/format.h>

#include <cmath>

namespace phone {

namespace {

double ms(base::Duration duration) { return static_cast<double>(duration.count()) / 1'000; }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + '"';
}

std::string or_null(const std::optional<base::Duration>& duration) {
  return duration ? fmt::format("{:.1f}", ms(*duration)) : "null";
}

}  // namespace

double Verdict::share_of(double hz) const {
  constexpr double tolerance_hz = 15;
  for (const auto& tone : tones)
    if (std::abs(tone.hz - hz) <= tolerance_hz) return tone.share;
  return 0;
}

std::string Verdict::text() const {
  std::string out = answered ? fmt::format("answered after {:.0f} ms, talked {:.1f} s, ended: {}\n", ms(setup), ms(talked) / 1'000, ended)
                             : fmt::format("not answered: {} {}\n", status, ended);
  if (!answered && packets_in == 0) return out;
  out += fmt::format("codec {}, {} packets in, {} out, {} lost ({:.2f} %), jitter {:.1f} ms", codec, packets_in, packets_out,
                     packets_lost, loss * 100, ms(jitter));
  if (round_trip) out += fmt::format(", round trip {:.1f} ms", ms(*round_trip));
  if (mos > 0) out += fmt::format(", MOS {:.2f}", mos);
  out += fmt::format("\nheard {:.1f} s at {:.1f} dBm0", heard_seconds, level_dbm0);
  for (const auto& tone : tones) out += fmt::format(", {:.0f} Hz in {:.0f} %", tone.hz, tone.share * 100);
  if (tones.empty()) out += ", no tone stands out";
  out += '\n';
  if (echo_delay) out += fmt::format("heard itself {:.0f} ms later\n", ms(*echo_delay));
  if (!digits.empty()) out += fmt::format("digits: {}\n", digits);
  return out;
}

std::string Verdict::json() const {
  std::string list;
  for (const auto& tone : tones)
    list += fmt::format("{}{{\"hz\":{:.1f},\"share\":{:.3f}}}", list.empty() ? "" : ",", tone.hz, tone.share);
  return fmt::format(
      "{{\"answered\":{},\"status\":{},\"ended\":{},\"setup_ms\":{:.1f},\"talked_ms\":{:.1f},\"codec\":{},"
      "\"heard_seconds\":{:.2f},\"level_dbm0\":{:.1f},\"tones\":[{}],\"packets_in\":{},\"packets_out\":{},\"packets_lost\":{},"
      "\"loss\":{:.4f},\"jitter_ms\":{:.2f},\"round_trip_ms\":{},\"echo_delay_ms\":{},\"mos\":{:.2f},\"digits\":{}}}",
      answered, status, quoted(ended), ms(setup), ms(talked), quoted(codec), heard_seconds, level_dbm0, list, packets_in,
      packets_out, packets_lost, loss, ms(jitter), or_null(round_trip), or_null(echo_delay), mos, quoted(digits));
}

}  // namespace phone
