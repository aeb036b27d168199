// control/house.h - what commands may see and touch: the rooms of every shard, and the server as a whole.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "call/switch.h"
#include "dialplan/execution.h"
#include "endpoint/guard.h"
#include "endpoint/sip_endpoint.h"
#include "location/gateways.h"
#include "location/location_service.h"
#include "presence/state_agent.h"
#include "record/journal.h"

namespace control {

/// One shard's rooms; to be touched on that shard only.
struct ShardView {
  io::Shard* shard;
  endpoint::SipEndpoint* endpoint;
  call::Switch* calls;
  dialplan::Runtime* runtime;
  record::Journal* journal;
  location::LocationService* location;
  location::Gateways* gateways;
  endpoint::Guard* guard;
  presence::StateAgent* presence;
};

/// Commands run on the first shard, the control shard.
struct House {
  std::vector<ShardView> shards;
  std::string version;
  base::Time started{};
  /// Reads the configuration again; what is wrong with it, or empty.
  std::function<std::string()> reload;
  /// Begins an orderly stop.
  std::function<void()> shut_down;

  io::Shard& home() const { return *shards.front().shard; }
};

/// Name the closure before the co_await: GCC 12 destroys a temporary one with captures twice.
/// Runs `work` on every shard and comes back to the control shard with the answers in the order of shards. The caller's
/// coroutine must live until then: Commander sees to that.
template <class Work>
class Gather {
 public:
  using Answer = std::invoke_result_t<Work, ShardView&>;

  Gather(House& house, Work work) : house_{house}, work_{std::move(work)}, answers_(house.shards.size()) {}

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    missing_ = house_.shards.size();
    auto& home = house_.home();
    for (std::size_t i = 0; i < house_.shards.size(); ++i)
      home.post(house_.shards[i].shard->id(), [this, i, home_id = home.id()] {
        auto& view = house_.shards[i];
        answers_[i] = work_(view);
        view.shard->post(home_id, [this] {
          if (--missing_ == 0) waiter_.resume();
        });
      });
  }
  std::vector<Answer> await_resume() { return std::move(answers_); }

 private:
  House& house_;
  Work work_;
  std::vector<Answer> answers_;
  std::size_t missing_ = 0;
  std::coroutine_handle<> waiter_;
};

template <class Work>
Gather<Work> on_every_shard(House& house, Work work) {
  return Gather<Work>{house, std::move(work)};
}

}  // namespace control
