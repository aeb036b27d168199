// main/gateway_calls.h - counts the calls of each gateway, for `sofia status`.
#pragma once
#include "call/switch.h"
#include "location/gateways.h"

namespace ahoy {

class GatewayCalls : public call::Observer {
 public:
  explicit GatewayCalls(location::Gateways& gateways) : gateways_{gateways} {}
  void on_hangup(const call::Leg& leg) override {
    const auto name = leg.variable("sip_gateway_name");
    if (name.empty()) return;
    const bool answered = leg.caller().answered_time != call::WallTime{};
    gateways_.count_call(name, leg.direction() == call::Direction::inbound, !answered);
  }

 private:
  location::Gateways& gateways_;
};

}  // namespace ahoy
