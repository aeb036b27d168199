#include "record/ladder.h"

#include <fmt/format.h>

namespace record {

namespace {

constexpr int column_width = 34;

double seconds(std::chrono::microseconds d) { return static_cast<double>(d.count()) / 1e6; }

const CallJournal::Leg* first_inbound(const CallJournal& call) {
  for (const auto& leg : call.legs)
    if (leg.inbound) return &leg;
  return call.legs.empty() ? nullptr : &call.legs.front();
}

std::string cell(std::string text, std::size_t width) {
  if (text.size() > width) {
    text.resize(width - 1);
    text += '~';
  }
  return fmt::format("{:<{}}", text, width);
}

/// "INVITE sip:bob@x" as "INVITE"; responses keep code and phrase.
std::string short_title(const std::string& text) {
  const bool response = !text.empty() && base::is_digit(text[0]);
  return response ? text : text.substr(0, text.find(' '));
}

std::string arrow(const JournalEntry& entry, bool left_side) {
  const std::string title = " " + short_title(entry.text) + " ";
  const std::size_t width = column_width - 4;
  const std::string line(title.size() < width ? width - title.size() : 0, '-');
  // Into Ahoy from the left is a right arrow; out of Ahoy to the left a left arrow; the other way round on the right.
  const bool to_right = (entry.kind == JournalEntry::Kind::sip_in) == left_side;
  return to_right ? title + line + "->" : "<-" + line + title;
}

std::string quality_of(const CallJournal::Leg& leg, std::string_view name) {
  const auto& media = leg.record->media;
  const double all = static_cast<double>(media.packets_in + media.packets_lost);
  if (media.packets_in == 0) return fmt::format("nothing was heard from the {}", name);
  return fmt::format("from the {} {:.1f} % lost, jitter {:.0f} ms, MOS {:.1f}", name,
                     100.0 * static_cast<double>(media.packets_lost) / all,
                     static_cast<double>(media.jitter.count()) / 1000.0, media.mos);
}

}  // namespace

std::string verdict(const CallJournal& call) {
  const auto* caller = first_inbound(call);
  if (!caller) return "No leg was made.";
  if (!caller->record) return "The call is going on.";
  const auto& record = *caller->record;
  if (record.answered == call::WallTime{}) {
    std::string text = fmt::format("Failed after {:.1f} s: {}", seconds(record.duration()), call::name(record.cause));
    for (const auto& leg : call.legs)
      if (!leg.inbound && leg.record && leg.record->sip_status != 0)
        text += fmt::format(", {} said {}", leg.peer, leg.record->sip_status);
    return text + (record.hung_up_by == "caller" ? "; the caller gave up." : ".");
  }
  std::string text = fmt::format("Answered after {:.1f} s, lasted {:.1f} s, ended by {} ({}).",
                                 seconds(record.answered - record.created), seconds(record.billed()), record.hung_up_by,
                                 call::name(record.cause));
  std::string audio;
  for (const auto& leg : call.legs) {
    if (!leg.record || leg.record->answered == call::WallTime{}) continue;
    if (leg.record->media.codec.empty()) continue;
    audio += (audio.empty() ? " Audio: " : "; ") + quality_of(leg, leg.inbound ? "caller" : "callee");
  }
  return text + audio + (audio.empty() ? "" : ".");
}

std::string print_ladder(const CallJournal& call) {
  const auto* caller = first_inbound(call);
  std::string text = fmt::format("call {}\n", call.call_uuid);
  text += fmt::format("{:>9}  {}{}{}\n", "s", cell(caller ? caller->peer : "", column_width), cell("ahoy", column_width),
                      "");
  const auto start = call.entries.empty() ? call::WallTime{} : call.entries.front().at;
  for (const auto& entry : call.entries) {
    const auto& leg = call.legs[entry.leg];
    const bool left = &leg == caller;
    const std::string at = fmt::format("{:9.3f}  ", seconds(entry.at - start));
    const bool sip = entry.kind == JournalEntry::Kind::sip_in || entry.kind == JournalEntry::Kind::sip_out;
    if (!sip) {
      const std::string whose = left || entry.kind == JournalEntry::Kind::dialplan ? "" : "[" + leg.peer + "] ";
      text += at + std::string(column_width, ' ') + "| " + whose + entry.text + "\n";
      continue;
    }
    text += at;
    if (left) text += cell(arrow(entry, true), column_width) + "|  " + entry.detail + "\n";
    else text += std::string(column_width, ' ') + "|" + cell(arrow(entry, false), column_width) + leg.peer + "  " + entry.detail + "\n";
  }
  if (call.left_out > 0) text += fmt::format("{:>9}  ({} more entries were not kept)\n", "", call.left_out);
  return text + "verdict: " + verdict(call) + "\n";
}

}  // namespace record
