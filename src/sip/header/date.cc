#include "sip/header/date.h"

#include <fmt/format.h>

#include <array>

#include "sip/grammar.h"

namespace sip {

namespace {
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
template <std::size_t N>
std::optional<unsigned> index_of(const std::array<std::string_view, N>& names, std::string_view word) {
  for (unsigned i = 0; i < N; ++i)
    if (base::same(names[i], word)) return i;
  return std::nullopt;
}
}  // namespace

Parsed<Date> Date::parse(base::Cursor& in) {
  using namespace std::chrono;
  if (!index_of(weekdays, grammar::take_token(in)) || !in.take(',')) return malformed();
  const auto d = in.take_number();
  const auto m = index_of(months, grammar::take_token(in));
  const auto y = in.take_number();
  const auto hour = in.take_number();
  if (!d || !m || !y || !hour || !in.take_exact(':')) return malformed();
  const auto minute = in.take_number();
  if (!minute || !in.take_exact(':')) return malformed();
  const auto second = in.take_number();
  if (!second || !base::same(grammar::take_token(in), "GMT")) return malformed();
  if (*y > 9999 || *hour > 23 || *minute > 59 || *second > 60) return malformed();
  const year_month_day date{year{static_cast<int>(*y)}, month{*m + 1}, day{*d}};
  if (!date.ok()) return malformed();
  return Date{sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second}};
}

void Date::print(std::string& out) const {
  using namespace std::chrono;
  const auto days_part = floor<days>(at);
  const year_month_day date{days_part};
  const hh_mm_ss time{at - days_part};
  fmt::format_to(std::back_inserter(out), "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                 weekdays[weekday{days_part}.c_encoding()], static_cast<unsigned>(date.day()),
                 months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), time.hours().count(),
                 time.minutes().count(), time.seconds().count());
}

}  // namespace sip
