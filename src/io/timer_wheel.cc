#include "io/timer_wheel.h"

#include <algorithm>
#include <bit>

#include "base/require.h"

namespace io {

namespace {

constexpr std::uint64_t level_shift(std::size_t level) { return 8 * level; }

std::uint64_t ticks_before(base::Time at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch() / TimerWheel::tick));
}

std::uint64_t ticks_not_before(base::Time at) {
  const auto since = std::max(at.time_since_epoch(), base::Duration{0});
  return static_cast<std::uint64_t>((since + TimerWheel::tick - base::Duration{1}) / TimerWheel::tick);
}

/// Not before `tick`, and the same for many ticks that are far from `now`.
std::uint64_t grouped(std::uint64_t tick, std::uint64_t now) {
  const auto slack = std::bit_floor((tick - now) / TimerWheel::grouping_share);
  return slack < 2 ? tick : (tick + slack - 1) & ~(slack - 1);
}

/// Steps (1..256) from `from` to the next occupied slot, 0 when there is none.
std::uint64_t steps_to_occupied(const std::array<std::uint64_t, 4>& occupied, std::size_t from) {
  for (std::size_t step = 1; step <= 256;) {
    const std::size_t slot = (from + step) & 255;
    const std::uint64_t word = occupied[slot / 64] >> (slot % 64);
    if (word != 0) {
      const std::uint64_t found = step + static_cast<std::uint64_t>(std::countr_zero(word));
      return found <= 256 ? found : 0;
    }
    step += 64 - slot % 64;
  }
  return 0;
}

}  // namespace

void Timer::start(TimerWheel& wheel, base::Time at) {
  stop();
  if (at == base::never) return;
  wheel_ = &wheel;
  at_ = at;
  wheel.insert(*this);
}

void Timer::stop() {
  if (wheel_) wheel_->remove(*this);
}

TimerWheel::TimerWheel() = default;

TimerWheel::~TimerWheel() {
  for (auto& level : level_)
    for (auto*& slot : level.slot)
      while (slot) slot->stop();
}

void TimerWheel::begin(base::Time now) {
  base::require(size_ == 0, "a timer wheel begins before its timers");
  now_ = ticks_before(now);
}

void TimerWheel::insert(Timer& timer) {
  timer.tick_ = std::max(ticks_not_before(timer.at_), now_ + 1);
  if (precision_ == Precision::grouping) timer.tick_ = grouped(timer.tick_, now_);
  place(timer);
  ++size_;
}

void TimerWheel::place(Timer& timer) {
  const std::uint64_t distance = timer.tick_ - now_;
  std::size_t level = 0;
  while (level + 1 < levels && distance >= std::uint64_t{1} << level_shift(level + 1)) ++level;
  // Beyond the outermost ring: wait in its farthest slot and be placed again from there.
  const std::uint64_t reach = (std::uint64_t{1} << level_shift(levels)) - 1;
  const std::uint64_t tick_in_reach = distance > reach ? now_ + reach : timer.tick_;
  const std::size_t index = tick_in_reach >> level_shift(level) & (slots - 1);
  auto*& head = level_[level].slot[index];
  timer.next_ = head;
  if (head) head->hook_ = &timer.next_;
  head = &timer;
  timer.hook_ = &head;
  level_[level].occupied[index / 64] |= std::uint64_t{1} << (index % 64);
}

void TimerWheel::remove(Timer& timer) {
  *timer.hook_ = timer.next_;
  if (timer.next_) timer.next_->hook_ = timer.hook_;
  timer.next_ = nullptr;
  timer.hook_ = nullptr;
  timer.wheel_ = nullptr;
  timer.at_ = base::never;
  --size_;
  // The occupied bit of an emptied slot stays until the slot is visited: next() is then early, never late.
}

void TimerWheel::cascade(std::size_t level) {
  const std::size_t index = now_ >> level_shift(level) & (slots - 1);
  if (index == 0 && level + 1 < levels) cascade(level + 1);
  Timer* list = std::exchange(level_[level].slot[index], nullptr);
  level_[level].occupied[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  while (list) {
    Timer* timer = list;
    list = timer->next_;
    place(*timer);
  }
}

void TimerWheel::fire_slot(std::size_t index) {
  auto& level = level_[0];
  Timer* due = std::exchange(level.slot[index], nullptr);
  level.occupied[index / 64] &= ~(std::uint64_t{1} << (index % 64));
  if (!due) return;
  // Slots are filled at the front: turn the list round so that timers fire in the order they were started.
  Timer* in_order = nullptr;
  while (due) {
    Timer* rest = due->next_;
    due->next_ = in_order;
    in_order = due;
    due = rest;
  }
  for (Timer** hook = &in_order; *hook; hook = &(*hook)->next_) (*hook)->hook_ = hook;
  while (in_order) {
    Timer* timer = in_order;
    remove(*timer);
    timer->on_fire_();  // may start, stop or destroy any timer, this one too
  }
}

void TimerWheel::advance(base::Time now) {
  const std::uint64_t target = ticks_before(now);
  while (now_ < target) {
    if (size_ == 0) {
      now_ = target;
      return;
    }
    const std::uint64_t boundary = (now_ | (slots - 1)) + 1;
    const std::uint64_t steps = steps_to_occupied(level_[0].occupied, now_ & (slots - 1));
    const std::uint64_t next = steps == 0 ? boundary : std::min(boundary, now_ + steps);
    now_ = std::min(next, target);
    if ((now_ & (slots - 1)) == 0) cascade(1);
    fire_slot(now_ & (slots - 1));
  }
}

base::Time TimerWheel::next() const {
  if (size_ == 0) return base::never;
  std::uint64_t earliest = ~std::uint64_t{0};
  for (std::size_t level = 0; level < levels; ++level) {
    const std::uint64_t here = now_ >> level_shift(level);
    const std::uint64_t steps = steps_to_occupied(level_[level].occupied, here & (slots - 1));
    if (steps != 0) earliest = std::min(earliest, (here + steps) << level_shift(level));
  }
  return base::Time{} + tick * static_cast<std::int64_t>(earliest);
}

}  // namespace io
