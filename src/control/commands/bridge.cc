// control/commands/bridge.cc - `uuid_bridge`, `uuid_deflect`: whom a party talks to, decided from outside.
#include <algorithm>

#include "call/arguments.h"
#include "call/bridge.h"
#include "call/link.h"
#include "control/command.h"

namespace control {
namespace {

base::Task<std::string> bridge(House& house, std::string arguments);
base::Task<std::string> deflect(House& house, std::string arguments);

const Command bridge_command{{"uuid_bridge", "<uuid> <other uuid>", "Bridges two answered legs, whatever they are doing.", bridge}};
const Command deflect_command{{"uuid_deflect", "<uuid> <sip uri>", "Asks a leg's phone with REFER to call another address.", deflect}};

/// The shard that has the leg, up and answered.
base::Task<std::size_t> shard_of(House& house, std::string uuid) {
  const auto look = [uuid](ShardView& view) {
    auto* leg = view.calls->find(uuid);
    return leg != nullptr && leg->answered();
  };
  const auto has = co_await on_every_shard(house, look);
  co_return static_cast<std::size_t>(std::ranges::find(has, true) - has.begin());
}

base::Task<std::string> bridge(House& house, std::string arguments) {
  const auto words = call::split_arguments(arguments, ' ', 3);
  if (words.size() != 2) co_return usage_of(bridge_command.spec());
  const std::string a = words[0], b = words[1];
  const auto shard_a = co_await shard_of(house, a), shard_b = co_await shard_of(house, b);
  if (std::max(shard_a, shard_b) >= house.shards.size() || a == b) co_return "-ERR Invalid uuid\n";
  const auto join = [a, b, shard_a, other = house.shards[shard_b].calls, same = shard_a == shard_b](ShardView& view) {
    auto* leg = view.shard->id() == shard_a ? view.calls->find(a) : nullptr;
    auto* partner = same && leg ? view.calls->find(b) : nullptr;
    if (!leg || (same && !partner)) return 0;
    if (same) call::connect(*leg, *partner);
    else view.calls->links().connect(*leg, *other, b);
    return 1;
  };
  const auto done = co_await on_every_shard(house, join);
  co_return std::ranges::count(done, 1) > 0 ? "+OK " + b + "\n" : "-ERR Invalid uuid\n";
}

base::Task<std::string> deflect(House& house, std::string arguments) {
  const auto words = call::split_arguments(arguments, ' ', 2);
  if (words.size() != 2) co_return usage_of(deflect_command.spec());
  const auto send = [uuid = words[0], uri = words[1]](ShardView& view) {
    auto* leg = view.calls->find(uuid);
    return leg && leg->refer("<" + uri + ">") ? 1 : 0;
  };
  const auto sent = co_await on_every_shard(house, send);
  co_return std::ranges::count(sent, 1) > 0 ? "+OK:No Replies\n" : "-ERR No such channel!\n";
}

}  // namespace
}  // namespace control
