// app/prompt.h - playing a named sound to a leg and waiting for its end, a digit, a break or the hang-up.
//
// Names are those of audio/source.h; a relative path stands under ${sound_prefix}. Files are opened and, when short,
// read by the offload pool: a shard never waits for a disk.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "audio/source.h"
#include "base/task.h"
#include "dialplan/execution.h"

namespace app {

/// Sounds up to this length are read into memory before they play; longer ones are read as they play.
inline constexpr std::uint32_t preloaded_seconds_max = 120;

/// How a prompt ended.
struct Prompted {
  enum class End : std::uint8_t {
    played,
    digit,        ///< One of the terminators; taken from the leg's queue.
    interrupted,  ///< A transfer or break from outside.
    hung_up,
    not_found,    ///< No such sound, or it cannot be read.
  };
  End end = End::played;
  char digit = '\0';
  bool over() const { return end == End::hung_up || end == End::interrupted; }
};

inline constexpr std::string_view all_digits = "0123456789*#ABCD";

/// What playback_terminators means: `*` when unset, nothing for `none`, all digits for `any`.
std::string playback_terminators(const call::Leg& leg);

/// Where a file named `name` may be: as it is, or under sound_prefix; with the rate's folder (ivr/8000/x.wav) and
/// the extension .wav tried too. For names with a scheme it is the name itself.
std::vector<std::string> places(dialplan::Execution& execution, std::string_view name, std::uint32_t rate_hz);

/// Plays one sound. Digits that are no terminators are dropped, as FreeSWITCH does.
base::Task<Prompted> play(dialplan::Execution& execution, std::string name, std::string terminators);
/// Waits until what was given to media().play() is over.
base::Task<Prompted> wait_for_playing(call::Leg& leg, std::string terminators);

/// Sets playback_seconds, playback_ms, playback_samples, playback_last_offset_pos and playback_terminator_used.
void set_playback_results(call::Leg& leg, const Prompted& prompted);
/// The outcome of an application that ended so.
dialplan::Outcome outcome_of(const Prompted& prompted);

}  // namespace app
