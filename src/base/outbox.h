// base/outbox.h - what a machine wants done, oldest first.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/require.h"

namespace base {

/// Fixed room: overflow means the owner forgot to drain after an input, which is a bug.
template <class T, std::size_t Room>
class Outbox {
 public:
  void put(T item) {
    require(size_ < Room, "outbox overflow: poll() was not drained");
    items_[(head_ + size_++) % Room] = std::move(item);
  }

  std::optional<T> take() {
    if (size_ == 0) return std::nullopt;
    std::optional<T> item{std::move(items_[head_])};
    head_ = (head_ + 1) % Room;
    --size_;
    return item;
  }

  bool empty() const { return size_ == 0; }

 private:
  std::array<T, Room> items_{};
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace base
