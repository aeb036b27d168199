// io/mailbox.h - how shards hand work to each other: whole batches, no lock.
//
// Any thread may put a batch; the owner takes everything at once. A stack of batches behind one atomic pointer,
// turned round by the taker, so that batches of one sender stay in order.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "base/function.h"

namespace io {

class Mailbox {
 public:
  using Work = base::Function<void()>;
  using Batch = std::vector<Work>;

  Mailbox() = default;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() { free_all(head_.exchange(nullptr)); }

  void put(Batch batch) {
    auto* node = new Node{std::move(batch), head_.load(std::memory_order_relaxed)};
    while (!head_.compare_exchange_weak(node->next, node)) {
    }  // from now on it is the owner's, who may have deleted it already
  }

  /// Runs everything that was put before the call; answers how many pieces of work.
  std::size_t run_all() {
    Node* newest_first = head_.exchange(nullptr);
    Node* oldest_first = nullptr;
    while (newest_first) {
      Node* rest = newest_first->next;
      newest_first->next = oldest_first;
      oldest_first = newest_first;
      newest_first = rest;
    }
    std::size_t count = 0;
    while (oldest_first) {
      const std::unique_ptr<Node> node{oldest_first};
      oldest_first = node->next;
      for (auto& work : node->batch) work();
      count += node->batch.size();
    }
    return count;
  }

 private:
  struct Node {
    Batch batch;
    Node* next;
  };
  static void free_all(Node* node) {
    while (node) delete std::exchange(node, node->next);
  }
  std::atomic<Node*> head_{nullptr};
};

}  // namespace io
