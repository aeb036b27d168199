// base/task.h - a coroutine that belongs to somebody.
//
// A Task starts when it is awaited (or start()ed by its owner) and resumes its awaiter when done. There is no
// detached coroutine: destroying a Task destroys the frame, wherever it is suspended, and with it every
// child it awaits. No exception leaves one.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "base/require.h"

namespace base {

namespace detail {

struct Final {
  bool await_ready() noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
    return done.promise().awaiter;
  }
  void await_resume() noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> awaiter = std::noop_coroutine();
  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  [[noreturn]] void unhandled_exception() { std::terminate(); }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::PromiseBase {
    std::optional<T> value;
    Task get_return_object() { return Task{Handle::from_promise(*this)}; }
    void return_value(T result) { value = std::move(result); }
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  Task(Task&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() { reset(); }

  bool await_ready() const noexcept { return handle_.done(); }
  Handle await_suspend(std::coroutine_handle<> awaiter) {
    handle_.promise().awaiter = awaiter;
    return handle_;
  }
  T await_resume() { return std::move(*handle_.promise().value); }

  /// Runs to the first suspension. For the owner at the root; everybody else awaits.
  void start() { handle_.resume(); }
  bool done() const { return handle_ && handle_.done(); }
  explicit operator bool() const { return static_cast<bool>(handle_); }
  const T& result() const {
    require(done(), "result of an unfinished task");
    return *handle_.promise().value;
  }
  void reset() {
    if (handle_) std::exchange(handle_, {}).destroy();
  }

 private:
  explicit Task(Handle handle) : handle_{handle} {}
  Handle handle_;
};

template <>
class [[nodiscard]] Task<void> {
 public:
  struct promise_type : detail::PromiseBase {
    Task get_return_object() { return Task{Handle::from_promise(*this)}; }
    void return_void() {}
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  Task(Task&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() { reset(); }

  bool await_ready() const noexcept { return handle_.done(); }
  Handle await_suspend(std::coroutine_handle<> awaiter) {
    handle_.promise().awaiter = awaiter;
    return handle_;
  }
  void await_resume() {}

  void start() { handle_.resume(); }
  bool done() const { return handle_ && handle_.done(); }
  explicit operator bool() const { return static_cast<bool>(handle_); }
  void reset() {
    if (handle_) std::exchange(handle_, {}).destroy();
  }

 private:
  explicit Task(Handle handle) : handle_{handle} {}
  Handle handle_;
};

}  // namespace base
