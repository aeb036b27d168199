#include "io/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <ctime>
#include <utility>

#include "base/require.h"

namespace io {

Reactor::Reactor() : epoll_{epoll_create1(EPOLL_CLOEXEC)}, wake_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
  base::require(epoll_ && wake_, "the kernel gave no epoll descriptor");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // every write is an event: the count need not be read
  event.data.ptr = nullptr;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
}

void Reactor::watch(Watched& watched, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watched;
  base::require(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watched.file.get(), &event) == 0, "epoll refused a socket");
}

void Reactor::change(Watched& watched, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watched;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, watched.file.get(), &event);
}

void Reactor::bury(Watched* watched) {
  watched->abandoned = true;
  epoll_event none{};
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watched->file.get(), &none);
  graveyard_.emplace_back(watched);
}

void Reactor::need_flush(Watched& watched) {
  if (std::exchange(watched.flush_wanted, true)) return;
  to_flush_.push_back(&watched);
}

void Reactor::wait(base::Duration timeout) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  const int ready = epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), static_cast<int>(ms));
  ready_count_ = ready > 0 ? static_cast<std::size_t>(ready) : 0;
}

void Reactor::dispatch() {
  const auto ready = std::exchange(ready_count_, 0);
  if (ready == ready_.size()) hurry();
  for (std::size_t i = 0; i < ready; ++i) {
    const auto& event = ready_[i];
    if (event.data.ptr == nullptr) continue;  // we were woken
    auto* watched = static_cast<Watched*>(event.data.ptr);
    if (!watched->abandoned) watched->on_ready(event.events);
  }
}

void Reactor::flush_all() {
  // Flushing may close a stream, whose owner may send on another: walk by index.
  for (std::size_t done = 0; done < to_flush_.size();) {
    auto* watched = to_flush_[done++];
    watched->flush_wanted = false;
    watched->flush();
  }
  to_flush_.clear();
  graveyard_.clear();
}

void Reactor::rest(base::Time began) {
  const auto next = pace_.next_turn(began).time_since_epoch();
  if (next == began.time_since_epoch()) return;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(next);
  const timespec until{seconds.count(), std::chrono::nanoseconds{next - seconds}.count()};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

void Reactor::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(wake_.get(), &one, sizeof one);
}

}  // namespace io
