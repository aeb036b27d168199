// base/metrics.h - counters and gauges that every shard may bump without waiting for another.
//
//   const base::metrics::Counter calls_total{"ahoy_calls_total", "Calls set up since the start"};
//   calls_total.add();
//
// Registered by construction at namespace scope; a name is written down once. Cost of add(): one relaxed
// atomic addition on a cache line of the calling thread's own slot.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace base::metrics {

enum class Kind : std::uint8_t { counter, gauge };

inline constexpr std::size_t slots = 16;  // threads beyond this share

class Metric {
 public:
  Metric(Kind kind, std::string_view name, std::string_view help);
  Metric(const Metric&) = delete;
  Metric& operator=(const Metric&) = delete;

  std::int64_t value() const;
  std::string_view name() const { return name_; }
  std::string_view help() const { return help_; }
  Kind kind() const { return kind_; }
  const Metric* next() const { return next_; }

 protected:
  void bump(std::int64_t by) const;

 private:
  struct alignas(64) Slot {
    std::atomic<std::int64_t> value{0};
  };
  std::string_view name_, help_;
  Kind kind_;
  const Metric* next_;
  mutable std::array<Slot, slots> values_;
};

class Counter : public Metric {
 public:
  Counter(std::string_view name, std::string_view help) : Metric{Kind::counter, name, help} {}
  void add(std::uint64_t by = 1) const { bump(static_cast<std::int64_t>(by)); }
};

class Gauge : public Metric {
 public:
  Gauge(std::string_view name, std::string_view help) : Metric{Kind::gauge, name, help} {}
  void add(std::int64_t by = 1) const { bump(by); }
  void remove(std::int64_t by = 1) const { bump(-by); }
};

/// Every metric, sorted by name.
std::vector<const Metric*> all();
/// The value of one by name, 0 when there is none.
std::int64_t value(std::string_view name);

}  // namespace base::metrics
