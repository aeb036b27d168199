// app/dial/host_lookup.h - `auto ips = co_await HostLookup{shard, "sip.example.com"};` without blocking the shard.
#pragma once
#include <coroutine>
#include <memory>
#include <string>
#include <vector>

#include "io/port.h"
#include "io/resolve.h"

namespace app {

/// Answers nothing when the offload pool is full. The coroutine may be destroyed meanwhile.
class HostLookup {
 public:
  HostLookup(io::Shard& shard, std::string host) : shard_{shard}, host_{std::move(host)} {}
  HostLookup(const HostLookup&) = delete;
  HostLookup& operator=(const HostLookup&) = delete;
  ~HostLookup() { state_->waiter = {}; }

  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    state_->waiter = waiter;
    return shard_.offload([state = state_, host = host_] { state->found = io::resolve_host(host); },
                          [state = state_] {
                            if (state->waiter) std::exchange(state->waiter, {}).resume();
                          });
  }
  std::vector<base::Ip> await_resume() { return std::move(state_->found); }

 private:
  /// `found` belongs to the offload thread until `done`, `waiter` to the shard.
  struct State {
    std::coroutine_handle<> waiter;
    std::vector<base::Ip> found;
  };
  io::Shard& shard_;
  std::string host_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace app
