#include "call/hooks.h"

#include <vector>

#include "base/text.h"
#include "call/switch.h"

namespace call {

namespace {

struct Order {
  std::string application, data;
  bool later = false;
};

Order order_of(std::string_view text) {
  if (const auto colons = text.find("::"); colons != std::string_view::npos)
    return {std::string{text.substr(0, colons)}, std::string{text.substr(colons + 2)}, true};
  const auto space = text.find(' ');
  Order order;
  order.application = text.substr(0, space);
  if (space != std::string_view::npos) order.data = base::trim(text.substr(space + 1));
  return order;
}

base::Task<void> perform(LegHold leg, Order order) {
  co_await leg->owner().router().execute(*leg, order.application, order.data);
  leg = LegHold{};  // the frame of a finished task may stay for a while
}

}  // namespace

void execute_hooks(Leg& leg, std::string_view event) {
  std::vector<Order> orders;
  leg.variables().for_each([&](std::string_view name, std::string_view value) {
    if (name.size() < event.size() || !base::same(name.substr(0, event.size()), event)) return;
    for (const auto text : array_elements(value)) orders.push_back(order_of(base::trim(text)));
  });
  auto& owner = leg.owner();
  for (const auto& order : orders)
    if (!order.later) owner.run(perform(LegHold{leg}, order));
  for (const auto& order : orders)
    if (order.later) owner.run(perform(LegHold{leg}, order));
}

}  // namespace call
