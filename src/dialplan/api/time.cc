// dialplan/api/time.cc - strftime, strftime_tz, strepoch, strmicroepoch.
#include <charconv>
#include <cstdio>

#include "base/text.h"
#include "dialplan/api_function.h"
#include "dialplan/configuration.h"

namespace dialplan {

namespace {

constexpr std::int64_t epoch_max = 253'402'300'799;  // 9999-12-31

/// "1000000000|%Y": the instant in front of the bar, else now.
std::pair<call::WallTime, std::string_view> split_epoch(std::string_view text, const Context& context) {
  const auto bar = text.find('|');
  if (bar == std::string_view::npos) return {context.now, text};
  const auto epoch = base::to_number<std::int64_t>(base::trim(text.substr(0, bar)));
  if (!epoch || *epoch > epoch_max || *epoch < -epoch_max) return {context.now, text};
  return {call::WallTime{std::chrono::seconds{*epoch}}, text.substr(bar + 1)};
}

/// YYYY-MM-DD[ hh:mm[:ss]] in the machine's zone; empty text: now.
call::WallTime parse_moment(std::string_view text, const Context& context) {
  LocalTime clock;
  const std::string copy{base::trim(text)};
  const int fields = std::sscanf(copy.c_str(), "%4d-%2d-%2d %2d:%2d:%2d", &clock.year, &clock.month,
                                 &clock.day, &clock.hour, &clock.minute, &clock.second);
  const bool sane = fields >= 3 && clock.month >= 1 && clock.month <= 12 && clock.day >= 1 && clock.day <= 31;
  return sane ? TimeZone::system().instant(clock) : context.now;
}

const ApiFunction strftime_function{{"strftime", "[<epoch>|]<format>", "Local time as text.",
                                     [](std::string_view arguments, Context& context) {
                                       auto [time, format] = split_epoch(arguments, context);
                                       // After an epoch the reference swallows the first character of the
                                       // format.
                                       if (format.size() != arguments.size() && !format.empty())
                                         format.remove_prefix(1);
                                       return format_time(std::string{format},
                                                          TimeZone::system().local(time));
                                     }}};

const ApiFunction strftime_tz{
    {"strftime_tz", "<zone> [<epoch>|]<format>", "Time in a zone as text.",
     [](std::string_view arguments, Context& context) -> std::string {
       const auto blank = arguments.find(' ');
       const auto zone = find_zone(context.configuration, arguments.substr(0, blank));
       if (!zone) return "-ERR Invalid timezone/format\n";
       const auto [time, format] = split_epoch(
           blank == std::string_view::npos ? std::string_view{} : arguments.substr(blank + 1), context);
       return format_time(std::string{format.empty() ? "%Y-%m-%d %T" : format}, zone->local(time));
     }}};

const ApiFunction strepoch{{"strepoch", "[<YYYY-MM-DD hh:mm:ss>]", "Seconds since 1970.",
                            [](std::string_view arguments, Context& context) {
                              const auto time = parse_moment(arguments, context).time_since_epoch();
                              return std::to_string(std::chrono::floor<std::chrono::seconds>(time).count());
                            }}};

const ApiFunction strmicroepoch{{"strmicroepoch", "[<YYYY-MM-DD hh:mm:ss>]", "Microseconds since 1970.",
                                 [](std::string_view arguments, Context& context) {
                                   return std::to_string(
                                       parse_moment(arguments, context).time_since_epoch().count());
                                 }}};

}  // namespace

}  // namespace dialplan
