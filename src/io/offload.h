// io/offload.h - threads for work that may block: databases and files. Never on the path of a call.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/function.h"

namespace io {

class Offload {
 public:
  /// Pieces of work waiting; beyond that put() refuses.
  static constexpr std::size_t queue_max = 65'536;

  explicit Offload(std::size_t threads);
  Offload(const Offload&) = delete;
  Offload& operator=(const Offload&) = delete;
  ~Offload() { finish(); }

  /// False when the queue is full or finishing.
  bool put(base::Function<void()> work);
  /// Runs what was queued, then ends the threads.
  void finish();

 private:
  void run();

  std::mutex lock_;
  std::condition_variable wake_;
  std::deque<base::Function<void()>> queue_;
  bool finishing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace io
