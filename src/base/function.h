// base/function.h - a callable that is moved, never copied (std::move_only_function is C++23).
#pragma once
#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace base {

template <class Signature>
class Function;

/// Holds callables of up to 48 bytes inside, larger ones on the heap. Empty when default constructed.
template <class R, class... Args>
class Function<R(Args...)> {
 public:
  Function() = default;
  Function(std::nullptr_t) {}

  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, Function> && std::is_invocable_r_v<R, F&, Args...>)
  Function(F&& f) {
    using Stored = std::remove_cvref_t<F>;
    if constexpr (sizeof(Stored) <= room && alignof(Stored) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Stored>) {
      ::new (static_cast<void*>(storage_)) Stored(std::forward<F>(f));
      table_ = &inside<Stored>;
    } else {
      *reinterpret_cast<Stored**>(storage_) = new Stored(std::forward<F>(f));
      table_ = &outside<Stored>;
    }
  }

  Function(Function&& other) noexcept : table_{std::exchange(other.table_, nullptr)} {
    if (table_) table_->move(storage_, other.storage_);
  }
  Function& operator=(Function&& other) noexcept {
    if (this == &other) return *this;
    reset();
    table_ = std::exchange(other.table_, nullptr);
    if (table_) table_->move(storage_, other.storage_);
    return *this;
  }
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  ~Function() { reset(); }

  explicit operator bool() const { return table_ != nullptr; }
  R operator()(Args... args) { return table_->call(storage_, std::forward<Args>(args)...); }

 private:
  static constexpr std::size_t room = 48;
  struct Table {
    R (*call)(void*, Args&&...);
    void (*move)(void* to, void* from);
    void (*destroy)(void*);
  };

  template <class Stored>
  static constexpr Table inside{
      [](void* at, Args&&... args) -> R { return (*static_cast<Stored*>(at))(std::forward<Args>(args)...); },
      [](void* to, void* from) {
        ::new (to) Stored(std::move(*static_cast<Stored*>(from)));
        static_cast<Stored*>(from)->~Stored();
      },
      [](void* at) { static_cast<Stored*>(at)->~Stored(); }};

  template <class Stored>
  static constexpr Table outside{
      [](void* at, Args&&... args) -> R { return (**static_cast<Stored**>(at))(std::forward<Args>(args)...); },
      [](void* to, void* from) { *static_cast<Stored**>(to) = *static_cast<Stored**>(from); },
      [](void* at) { delete *static_cast<Stored**>(at); }};

  void reset() {
    if (table_) std::exchange(table_, nullptr)->destroy(storage_);
  }

  alignas(std::max_align_t) std::byte storage_[room];
  const Table* table_ = nullptr;
};

}  // namespace base
