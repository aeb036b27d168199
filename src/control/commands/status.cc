// control/commands/status.cc - `status` and `version`.
#include <fmt/format.h>

#include "base/metrics.h"
#include "control/command.h"

namespace control {
namespace {

std::string print_uptime(base::Duration up) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(up).count();
  const auto part = [](std::int64_t n, std::string_view unit) { return fmt::format("{} {}{}", n, unit, n == 1 ? "" : "s"); };
  return fmt::format("UP {}, {}, {}, {}", part(seconds / 86'400, "day"), part(seconds / 3'600 % 24, "hour"),
                     part(seconds / 60 % 60, "minute"), part(seconds % 60, "second"));
}

base::Task<std::string> status(House& house, std::string) {
  struct Figures {
    std::size_t legs, registrations;
    std::uint64_t since_start;
  };
  const auto all = co_await on_every_shard(house, [](ShardView& view) {
    return Figures{view.calls->count(), view.location->local().count(), view.calls->sessions_since_start()};
  });
  Figures sum{};
  for (const auto& one : all) {
    sum.legs += one.legs;
    sum.registrations += one.registrations;
    sum.since_start += one.since_start;
  }
  std::string text = print_uptime(house.home().now() - house.started) + "\n";
  text += house.version + " is ready\n";
  text += fmt::format("{} session(s) since startup\n{} session(s) now\n{} registration(s)\n{} shard(s)\n", sum.since_start,
                      sum.legs, sum.registrations, house.shards.size());
  co_return text;
}

base::Task<std::string> print_version(House& house, std::string) { co_return house.version + "\n"; }

base::Task<std::string> print_metrics(House&, std::string) {
  std::string text;
  for (const auto* metric : base::metrics::all())
    text += fmt::format("{} {}  # {}\n", metric->name(), metric->value(), metric->help());
  co_return text;
}

const Command status_command{{"status", "", "Uptime, sessions, registrations.", status}};
const Command version_command{{"version", "", "What program this is.", print_version}};
const Command metrics_command{{"metrics", "", "All counters and gauges.", print_metrics}};

}  // namespace
}  // namespace control
