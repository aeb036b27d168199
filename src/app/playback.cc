// app/playback.cc - "playback": plays a file, a tone or a list, until its end or a terminating digit.
#include "app/prompt.h"
#include "base/text.h"
#include "call/arguments.h"

namespace app {
namespace {

using namespace dialplan;
using End = Prompted::End;

std::string_view response(const Prompted& prompted) {
  return prompted.end == End::not_found ? "FILE NOT FOUND" : "FILE PLAYED";
}

/// playback_delimiter: several files in one argument, playback_sleep_val apart.
std::vector<std::string> files_of(const call::Leg& leg, const std::string& arguments) {
  const auto delimiter = leg.variable("playback_delimiter");
  if (delimiter.size() != 1) return {arguments};
  std::vector<std::string> files;
  for (const auto part : base::split(arguments, delimiter[0])) files.emplace_back(base::trim(part));
  return files;
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  constexpr long sleep_default_ms = 250;
  auto& leg = execution.leg();
  leg.variables().unset("playback_terminator_used");
  const std::string name{base::trim(arguments)};
  if (name.empty() || name.starts_with("phrase:")) {
    leg.variables().set("current_application_response", "PLAYBACK ERROR");
    co_return Outcome::next;
  }
  if (name.starts_with("say:")) {  // Without a speech engine there is nothing to say, and the reference calls that played.
    leg.variables().set("current_application_response", "FILE PLAYED");
    co_return Outcome::next;
  }
  const auto pause = std::chrono::milliseconds{leg.variables().number("playback_sleep_val").value_or(sleep_default_ms)};
  Prompted prompted;
  bool first = true;
  for (const auto& file : files_of(leg, name)) {
    if (!std::exchange(first, false)) {
      leg.media().play(audio::silence(pause.count(), 0, leg.media().sample_rate_hz(), leg.shard().random()));
      prompted = co_await wait_for_playing(leg, playback_terminators(leg));
      if (prompted.end != End::played) break;
    }
    prompted = co_await play(execution, file, playback_terminators(leg));
    if (prompted.end != End::played) break;
  }
  if (prompted.end != End::not_found) set_playback_results(leg, prompted);
  leg.variables().set("current_application_response", response(prompted));
  if (prompted.end == End::not_found) leg.log().warn("playback", "cannot play '{}'", name);
  co_return outcome_of(prompted);
}

const Application playback{{.name = "playback",
                            .usage = "<file>[@@<sample>] | tone_stream://<tones> | silence_stream://<ms> | file_string://a!b",
                            .help = "Plays a sound. A digit of playback_terminators (default *) ends it.",
                            .media = Media::required,
                            .run = run}};

}  // namespace
}  // namespace app
