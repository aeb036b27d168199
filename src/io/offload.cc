#include "io/offload.h"

namespace io {

Offload::Offload(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

bool Offload::put(base::Function<void()> work) {
  {
    const std::lock_guard guard{lock_};
    if (finishing_ || queue_.size() >= queue_max) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void Offload::finish() {
  {
    const std::lock_guard guard{lock_};
    finishing_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Offload::run() {
  for (;;) {
    base::Function<void()> work;
    {
      std::unique_lock guard{lock_};
      wake_.wait(guard, [this] { return finishing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace io
