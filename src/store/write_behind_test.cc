// store/write_behind_test.cc - the queue before the storage, in virtual time.
#include "store/write_behind.h"

#include <gtest/gtest.h>

#include <deque>

namespace {

using namespace std::chrono_literals;
using store::Change;
using store::WriteBehind;

store::Binding named(std::string aor, std::uint32_t cseq) {
  store::Binding made;
  made.aor = std::move(aor);
  made.id = "1";
  made.cseq = cseq;
  return made;
}

/// A storage that can go away, and writes down every transaction.
struct Memory : store::Storage {
  bool away = false;
  std::vector<std::vector<Change>> batches;
  base::Result<void, store::Fault> apply(std::span<const Change> changes) override {
    ++asked;
    if (away) return base::Unexpected<store::Fault>{store::Fault::away};
    batches.emplace_back(changes.begin(), changes.end());
    return {};
  }
  base::Result<std::vector<store::Binding>, store::Fault> load_bindings(std::chrono::seconds now) override {
    loaded_at = now;
    if (away) return base::Unexpected<store::Fault>{store::Fault::away};
    return std::vector<store::Binding>{named("a@x", 1)};
  }
  base::Result<std::vector<store::Ban>, store::Fault> load_bans(std::chrono::seconds) override { return std::vector<store::Ban>{}; }
  base::Result<std::vector<store::Item>, store::Fault> load_items(const std::string& kind, std::chrono::seconds) override {
    return std::vector<store::Item>{{kind, "k", "v", {}}};
  }
  int asked = 0;
  std::chrono::seconds loaded_at{};
};

/// As much of a shard as the queue uses; offloaded work waits until it is let go.
struct TestShard : io::Shard {
  base::Time time{1h};
  base::Random dice{1};
  io::TimerWheel wheel{time};
  bool refuse = false;
  struct Job {
    base::Function<void()> work, done;
  };
  std::deque<Job> jobs;

  base::Time now() const override { return time; }
  std::chrono::microseconds wall_clock() const override { return 1000s + (time.time_since_epoch() - 1h); }
  base::Random& random() override { return dice; }
  io::TimerWheel& timers() override { return wheel; }
  std::uint16_t id() const override { return 0; }
  std::uint16_t count() const override { return 1; }
  base::Result<std::unique_ptr<io::UdpSocket>, io::Reason> open_udp(const base::Address&, io::Sharing, io::UdpReceiver*) override {
    return base::Unexpected<io::Reason>{io::Reason::other};
  }
  base::Result<std::unique_ptr<io::Listener>, io::Reason> listen(const base::Address&, io::Acceptor&) override {
    return base::Unexpected<io::Reason>{io::Reason::other};
  }
  base::Result<std::unique_ptr<io::Listener>, io::Reason> listen_local(const std::string&, io::Acceptor&) override {
    return base::Unexpected<io::Reason>{io::Reason::other};
  }
  base::Result<std::unique_ptr<io::Listener>, io::Reason> listen_tls(const base::Address&, io::Acceptor&,
                                                                     std::shared_ptr<io::Credentials>) override {
    return base::Unexpected<io::Reason>{io::Reason::other};
  }
  std::unique_ptr<io::Stream> connect(const base::Address&, io::StreamHandler*) override { return nullptr; }
  std::unique_ptr<io::Stream> connect_tls(const base::Address&, io::StreamHandler*, std::shared_ptr<io::Credentials>,
                                          const std::string&) override {
    return nullptr;
  }
  void post(std::uint16_t, base::Function<void()> work) override { work(); }
  bool offload(base::Function<void()> work, base::Function<void()> done) override {
    if (refuse) return false;
    jobs.push_back({std::move(work), std::move(done)});
    return true;
  }

  void run_jobs() {
    while (!jobs.empty()) {
      auto job = std::move(jobs.front());
      jobs.pop_front();
      job.work();
      job.done();
    }
  }
  void run_for(base::Duration duration) {
    for (const auto end = time + duration; time < end;) {
      time += 50ms;
      wheel.advance(time);
      run_jobs();
    }
  }
};

store::Binding binding(std::string aor, std::uint32_t cseq = 1) { return named(std::move(aor), cseq); }

struct Queue {
  TestShard shard;
  std::shared_ptr<Memory> memory = std::make_shared<Memory>();
  std::unique_ptr<WriteBehind> queue = std::make_unique<WriteBehind>(shard, memory);
};

std::uint32_t cseq_of(const Change& change) { return std::get<store::Binding>(change).cseq; }
std::string aor_of(const Change& change) { return std::get<store::Binding>(change).aor; }

}  // namespace

TEST(WriteBehind, ManyChangesAreOneTransactionAQuarterOfASecondLater) {
  Queue q;
  for (int i = 0; i < 100; ++i) q.queue->put(binding("u" + std::to_string(i) + "@x"));
  q.shard.run_for(200ms);
  EXPECT_TRUE(q.memory->batches.empty());
  q.shard.run_for(50ms);
  ASSERT_EQ(q.memory->batches.size(), 1U);
  EXPECT_EQ(q.memory->batches[0].size(), 100U);
  EXPECT_EQ(q.queue->waiting(), 0U);
  q.shard.run_for(10s);
  EXPECT_EQ(q.memory->asked, 1);  // and then there is nothing to do
}

TEST(WriteBehind, ANewerChangeTakesThePlaceOfAnOlder) {
  Queue q;
  q.queue->put(binding("a@x", 1));
  q.queue->put(binding("b@x", 1));
  q.queue->put(binding("a@x", 2));
  q.shard.run_for(250ms);
  ASSERT_EQ(q.memory->batches.size(), 1U);
  ASSERT_EQ(q.memory->batches[0].size(), 2U);
  EXPECT_EQ(cseq_of(q.memory->batches[0][0]), 2U);
}

TEST(WriteBehind, RemovingTakesThePlaceOfSaving) {
  Queue q;
  q.queue->put(binding("a@x"));
  q.queue->put(store::BindingName{"a@x", "1"});
  q.shard.run_for(250ms);
  ASSERT_EQ(q.memory->batches[0].size(), 1U);
  EXPECT_TRUE(std::holds_alternative<store::BindingName>(q.memory->batches[0][0]));
}

TEST(WriteBehind, SEC_08_ABanThatIsLiftedInTimeIsNeverWritten) {
  Queue q;
  store::Bans bans{*q.queue};
  bans.save({"192.0.2.1", "guessed", 100s});
  bans.remove("192.0.2.1");
  q.shard.run_for(250ms);
  ASSERT_EQ(q.memory->batches[0].size(), 1U);
  EXPECT_TRUE(std::holds_alternative<store::BanName>(q.memory->batches[0][0]));
}

TEST(WriteBehind, RecordsAreAllKept) {
  Queue q;
  store::CallRecords records{*q.queue};
  records.append({{"uuid", "1"}});
  records.append({{"uuid", "1"}});
  q.shard.run_for(250ms);
  EXPECT_EQ(q.memory->batches[0].size(), 2U);
}

TEST(WriteBehind, REG_08_WhileTheStorageIsAwayEverythingIsKeptInOrder) {
  Queue q;
  q.memory->away = true;
  q.queue->put(binding("a@x", 1));
  q.queue->put(binding("b@x", 1));
  q.shard.run_for(10s);
  EXPECT_EQ(q.queue->waiting(), 2U);
  EXPECT_LE(q.memory->asked, 6);  // not more often than retry_after
  q.queue->put(binding("c@x", 1));
  q.memory->away = false;
  q.shard.run_for(3s);
  ASSERT_EQ(q.memory->batches.size(), 1U);
  ASSERT_EQ(q.memory->batches[0].size(), 3U);
  EXPECT_EQ(aor_of(q.memory->batches[0][0]), "a@x");
  EXPECT_EQ(aor_of(q.memory->batches[0][2]), "c@x");
}

TEST(WriteBehind, WhatIsBeingWrittenAndFailsDoesNotOvertakeANewerChange) {
  Queue q;
  q.memory->away = true;
  q.queue->put(binding("a@x", 1));
  q.shard.time += 250ms;
  q.shard.wheel.advance(q.shard.time);
  ASSERT_EQ(q.shard.jobs.size(), 1U);
  q.queue->put(binding("a@x", 2));  // while the first is on its way
  q.shard.run_jobs();
  EXPECT_EQ(q.queue->waiting(), 1U);
  q.memory->away = false;
  q.shard.run_for(3s);
  ASSERT_EQ(q.memory->batches.size(), 1U);
  EXPECT_EQ(cseq_of(q.memory->batches[0][0]), 2U);
}

TEST(WriteBehind, AFullOffloadQueueIsLikeAStorageThatIsAway) {
  Queue q;
  q.shard.refuse = true;
  q.queue->put(binding("a@x"));
  q.shard.run_for(1s);
  EXPECT_EQ(q.queue->waiting(), 1U);
  q.shard.refuse = false;
  q.shard.run_for(3s);
  EXPECT_EQ(q.memory->batches.size(), 1U);
}

TEST(WriteBehind, AFullQueueGivesUpTheOldest) {
  Queue q;
  q.memory->away = true;
  for (std::size_t i = 0; i <= WriteBehind::waiting_max; ++i) q.queue->put(binding(std::to_string(i)));
  EXPECT_EQ(q.queue->waiting(), WriteBehind::waiting_max);
  q.queue->put(binding("1", 9));  // still there: replaced, not added
  EXPECT_EQ(q.queue->waiting(), WriteBehind::waiting_max);
  q.memory->away = false;
  q.shard.run_for(1min);
  EXPECT_EQ(q.queue->waiting(), 0U);
  ASSERT_FALSE(q.memory->batches.empty());
  EXPECT_EQ(q.memory->batches[0].size(), WriteBehind::batch_max);
  EXPECT_EQ(aor_of(q.memory->batches[0][0]), "1");
  EXPECT_EQ(cseq_of(q.memory->batches[0][0]), 9U);
}

TEST(WriteBehind, FinishWritesWhatWaits) {
  Queue q;
  q.queue->put(binding("a@x"));
  q.queue->finish();
  ASSERT_EQ(q.memory->batches.size(), 1U);
  EXPECT_EQ(q.queue->waiting(), 0U);
}

TEST(WriteBehind, ItMayDieWhileItsBatchIsBeingWritten) {
  Queue q;
  q.queue->put(binding("a@x"));
  q.shard.time += 250ms;
  q.shard.wheel.advance(q.shard.time);
  ASSERT_EQ(q.shard.jobs.size(), 1U);
  q.queue.reset();
  q.shard.run_jobs();
  EXPECT_EQ(q.memory->batches.size(), 1U);
}

TEST(WriteBehind, REG_08_LoadAllAsksForWhatHasNotExpiredNow) {
  Queue q;
  store::Bindings bindings{*q.queue};
  std::size_t loaded = 0;
  bindings.load_all([&](auto rows) { loaded = rows ? rows->size() : 99; });
  EXPECT_EQ(loaded, 0U);  // never from inside the call
  q.shard.run_jobs();
  EXPECT_EQ(loaded, 1U);
  EXPECT_EQ(q.memory->loaded_at, 1000s);
}

TEST(WriteBehind, LoadAllSaysWhyNot) {
  Queue q;
  q.memory->away = true;
  store::Bindings bindings{*q.queue};
  std::optional<store::Fault> fault;
  bindings.load_all([&](auto rows) { fault = rows ? std::nullopt : std::optional{rows.error()}; });
  q.shard.run_jobs();
  EXPECT_EQ(fault, store::Fault::away);
}
