#include "base/metrics.h"

#include <algorithm>

namespace base::metrics {

namespace {
constinit const Metric* first = nullptr;

std::size_t slot_of_this_thread() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t mine = next.fetch_add(1) % slots;
  return mine;
}
}  // namespace

Metric::Metric(Kind kind, std::string_view name, std::string_view help)
    : name_{name}, help_{help}, kind_{kind}, next_{first} {
  first = this;
}

void Metric::bump(std::int64_t by) const {
  values_[slot_of_this_thread()].value.fetch_add(by, std::memory_order_relaxed);
}

std::int64_t Metric::value() const {
  std::int64_t sum = 0;
  for (const auto& slot : values_) sum += slot.value.load(std::memory_order_relaxed);
  return sum;
}

std::vector<const Metric*> all() {
  std::vector<const Metric*> list;
  for (const Metric* metric = first; metric; metric = metric->next()) list.push_back(metric);
  std::ranges::sort(list, {}, &Metric::name);
  return list;
}

std::int64_t value(std::string_view name) {
  for (const Metric* metric = first; metric; metric = metric->next())
    if (metric->name() == name) return metric->value();
  return 0;
}

}  // namespace base::metrics
