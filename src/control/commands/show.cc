// control/commands/show.cc - `show calls|channels|registrations|application|api`.
#include <fmt/format.h>

#include "base/text.h"
#include "control/command.h"
#include "dialplan/api_function.h"
#include "dialplan/application.h"
#include "record/call_record.h"

namespace control {
namespace {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

Rows joined(std::vector<Rows> parts) {
  Rows all;
  for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

Row channel_row(call::Leg& leg) {
  const auto& caller = leg.caller();
  const auto codec = leg.media_figures();
  return {leg.uuid(),
          leg.direction() == call::Direction::inbound ? "inbound" : "outbound",
          record::stamp(caller.created_time),
          std::to_string(caller.created_time.time_since_epoch().count() / 1'000'000),
          caller.chan_name,
          std::string{call::name(leg.progress())},
          caller.caller_id_name,
          caller.caller_id_number,
          caller.network_addr,
          caller.destination_number,
          std::string{leg.variable("current_application")},
          std::string{leg.variable("current_application_data")},
          caller.dialplan,
          caller.context,
          codec.codec,
          codec.rate_hz == 0 ? std::string{} : std::to_string(codec.rate_hz),
          leg.call_uuid()};
}

base::Task<std::string> show_channels(House& house) {
  auto parts = co_await on_every_shard(house, [](ShardView& view) {
    Rows rows;
    view.calls->for_each([&](call::Leg& leg) { rows.push_back(channel_row(leg)); });
    return rows;
  });
  co_return print_table({"uuid", "direction", "created", "created_epoch", "name", "state", "cid_name", "cid_num", "ip_addr",
                         "dest", "application", "application_data", "dialplan", "context", "read_codec", "read_rate",
                         "call_uuid"},
                        joined(std::move(parts)));
}

/// A call is a leg with a partner, shown once, from the side of the caller.
base::Task<std::string> show_calls(House& house) {
  auto parts = co_await on_every_shard(house, [](ShardView& view) {
    Rows rows;
    view.calls->for_each([&](call::Leg& leg) {
      const auto* peer = leg.peer();
      if (peer && leg.direction() == call::Direction::outbound && peer->direction() == call::Direction::inbound) return;
      const auto& caller = leg.caller();
      rows.push_back({leg.uuid(), record::stamp(caller.created_time), caller.chan_name, std::string{call::name(leg.progress())},
                      caller.caller_id_name, caller.caller_id_number, caller.destination_number,
                      peer ? peer->uuid() : std::string{}, peer ? peer->caller().chan_name : std::string{},
                      peer ? std::string{call::name(peer->progress())} : std::string{}});
    });
    return rows;
  });
  co_return print_table({"uuid", "created", "name", "state", "cid_name", "cid_num", "dest", "b_uuid", "b_name", "b_state"},
                        joined(std::move(parts)));
}

base::Task<std::string> show_registrations(House& house) {
  auto parts = co_await on_every_shard(house, [](ShardView& view) {
    Rows rows;
    view.location->local().for_each([&](std::string_view aor, const location::Binding& binding) {
      const auto left = std::chrono::duration_cast<std::chrono::seconds>(binding.expires - view.shard->now()).count();
      const auto user = location::user_of(aor);
      rows.push_back({std::string{user}, std::string{aor.substr(std::min(aor.size(), user.size() + 1))},
                      std::string{binding.contact()}, std::to_string(left), binding.flow.remote.ip.text(),
                      std::to_string(binding.flow.remote.port), std::string{endpoint::parameter(binding.flow.transport)},
                      std::string{binding.user_agent()}});
    });
    return rows;
  });
  co_return print_table({"reg_user", "realm", "url", "expires", "network_ip", "network_port", "network_proto", "user_agent"},
                        joined(std::move(parts)));
}

std::string show_applications() {
  Rows rows;
  for (const auto* one = dialplan::Application::first(); one; one = one->next())
    rows.push_back({std::string{one->spec().name}, std::string{one->spec().usage}, std::string{one->spec().help}});
  std::ranges::sort(rows);
  return print_table({"name", "syntax", "description"}, rows);
}

std::string show_api() {
  Rows rows;
  for (const auto* one = Command::first(); one; one = one->next())
    rows.push_back({std::string{one->spec().name}, std::string{one->spec().usage}, std::string{one->spec().help}});
  for (const auto* one = dialplan::ApiFunction::first(); one; one = one->next())
    rows.push_back({std::string{one->spec().name}, std::string{one->spec().usage}, std::string{one->spec().help}});
  std::ranges::sort(rows);
  return print_table({"name", "syntax", "description"}, rows);
}

base::Task<std::string> show(House& house, std::string arguments);

const Command show_command{{"show", "calls|channels|registrations|application|api [count]", "Tables of what there is.", show}};

base::Task<std::string> show(House& house, std::string arguments) {
  const auto space = arguments.find(' ');
  const std::string what = arguments.substr(0, space);
  std::string table;
  if (what == "calls") table = co_await show_calls(house);
  else if (what == "channels") table = co_await show_channels(house);
  else if (what == "registrations") table = co_await show_registrations(house);
  else if (what == "application" || what == "applications") table = show_applications();
  else if (what == "api" || what == "commands") table = show_api();
  else co_return usage_of(show_command.spec());
  const bool count_only = space != std::string::npos && base::trim(std::string_view{arguments}.substr(space)) == "count";
  if (!count_only) co_return table;
  const auto end = table.rfind('\n', table.size() - 2);
  co_return "\n" + table.substr(end + 1);
}

}  // namespace
}  // namespace control
