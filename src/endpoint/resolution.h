// endpoint/resolution.h - `auto flows = co_await Resolution{endpoint, point, uri};` without blocking the shard.
#pragma once
#include <coroutine>
#include <memory>
#include <vector>

#include "endpoint/sip_endpoint.h"

namespace endpoint {

/// The ways to a URI in the order to try them; empty when there is none. The coroutine may be destroyed meanwhile.
class Resolution {
 public:
  Resolution(SipEndpoint& endpoint, PointId point, sip::Uri uri) : endpoint_{endpoint}, point_{point}, uri_{std::move(uri)} {}
  Resolution(const Resolution&) = delete;
  Resolution& operator=(const Resolution&) = delete;
  ~Resolution() { endpoint_.cancel_resolution(ticket_); }

  bool await_ready() const { return false; }
  /// Goes on at once when nobody has to be asked.
  bool await_suspend(std::coroutine_handle<> waiter) {
    ticket_ = endpoint_.resolve(point_, uri_, [this](std::vector<Flow> flows) {
      found_ = std::move(flows);
      ticket_ = Resolver::no_ticket;
      if (waiter_) std::exchange(waiter_, {}).resume();
    });
    if (ticket_ == Resolver::no_ticket) return false;
    waiter_ = waiter;
    return true;
  }
  std::vector<Flow> await_resume() { return std::move(found_); }

 private:
  SipEndpoint& endpoint_;
  PointId point_;
  sip::Uri uri_;
  Resolver::Ticket ticket_ = Resolver::no_ticket;
  std::coroutine_handle<> waiter_;
  std::vector<Flow> found_;
};

}  // namespace endpoint
