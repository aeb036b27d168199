#include "proxy/response_context.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace proxy {
namespace {

using R = ResponseContext;

/// A context with its clock, and what it said as text.
struct Bench {
  explicit Bench(bool invite = true) : context{invite, now} {}

  std::string drain() {
    std::string said;
    while (const auto output = context.poll()) {
      if (!said.empty()) said += ' ';
      if (const auto* f = std::get_if<R::Forward>(&*output)) said += "forward" + std::to_string(f->branch);
      else if (const auto* c = std::get_if<R::Cancel>(&*output))
        said += "cancel" + std::to_string(c->branch) + (c->why == Why::answered_elsewhere ? "a"
                                                        : c->why == Why::declined         ? "d"
                                                        : c->why == Why::no_answer        ? "n"
                                                                                          : "c");
      else said += std::holds_alternative<R::Trying>(*output) ? "trying" : "ended";
    }
    return said;
  }
  std::string response(R::Branch branch, int status) {
    context.on_response(branch, status, now);
    return drain();
  }
  std::string failure(R::Branch branch, int status) {
    context.on_failure(branch, status, now);
    return drain();
  }
  std::string after(base::Duration time) {
    now += time;
    context.on_time(now);
    return drain();
  }
  int best() const { return context.best() ? context.status(*context.best()) : 0; }

  base::Time now{1h};
  R context;
};

TEST(ResponseContext, OneBranchRingsAndAnswers_TRX_03) {
  Bench bench;
  const auto a = bench.context.add(bench.now);
  EXPECT_EQ(bench.response(a, 100), "");
  EXPECT_EQ(bench.response(a, 180), "forward0");
  EXPECT_EQ(bench.response(a, 200), "forward0 ended");
  EXPECT_TRUE(bench.context.answered());
  EXPECT_EQ(bench.response(a, 200), "forward0") << "a repeated 2xx goes on";
  EXPECT_EQ(bench.context.deadline(), base::never);
}

TEST(ResponseContext, SaysTryingWhenNothingElseIsSaid) {
  Bench bench;
  const auto a = bench.context.add(bench.now);
  EXPECT_EQ(bench.context.deadline(), bench.now + trying_after);
  EXPECT_EQ(bench.after(trying_after), "trying");
  EXPECT_EQ(bench.response(a, 180), "forward0");
  Bench quick;
  quick.response(quick.context.add(quick.now), 180);
  EXPECT_EQ(quick.after(trying_after), "") << "a 180 is better than a 100";
  Bench message{false};
  message.context.add(message.now);
  EXPECT_EQ(message.context.deadline(), base::never) << "no 100 to anything but INVITE (RFC 4320)";
}

TEST(ResponseContext, WhoAnswersFirstHasTheCall_TRX_12) {
  Bench bench;
  const auto a = bench.context.add(bench.now), b = bench.context.add(bench.now), c = bench.context.add(bench.now);
  bench.response(a, 180);
  bench.response(b, 183);
  EXPECT_EQ(bench.response(b, 200), "forward1 cancel0a") << "the silent one is cancelled when it speaks";
  EXPECT_EQ(bench.response(c, 180), "cancel2a");
  EXPECT_EQ(bench.response(a, 487), "");
  EXPECT_EQ(bench.response(c, 200), "forward2 ended") << "it answered before it heard";
}

TEST(ResponseContext, BestOfTheFailures) {
  const auto best_of = [](std::initializer_list<int> statuses) {
    Bench bench;
    std::vector<R::Branch> branches;
    for (std::size_t i = 0; i < statuses.size(); ++i) branches.push_back(bench.context.add(bench.now));
    std::string last;
    std::size_t i = 0;
    for (const int status : statuses) last = bench.response(branches[i++], status);
    EXPECT_EQ(last, "ended");
    return bench.best();
  };
  EXPECT_EQ(best_of({486, 404}), 486) << "the first of a class";
  EXPECT_EQ(best_of({486, 302}), 302) << "the lowest class";
  EXPECT_EQ(best_of({404, 407}), 407) << "one that says what to change";
  EXPECT_EQ(best_of({503, 486}), 486);
  EXPECT_EQ(best_of({503, 500}), 500);
  EXPECT_EQ(best_of({408, 486}), 486);
  EXPECT_EQ(best_of({487, 480}), 480);
  EXPECT_EQ(best_of({480, 603}), 603) << "6xx before all";
}

TEST(ResponseContext, SixHundredEndsTheOthers) {
  Bench bench;
  const auto a = bench.context.add(bench.now), b = bench.context.add(bench.now);
  bench.response(b, 180);
  EXPECT_EQ(bench.response(a, 603), "cancel1d");
  EXPECT_EQ(bench.response(b, 487), "ended");
  EXPECT_EQ(bench.best(), 603);
}

TEST(ResponseContext, CancelledBySender) {
  Bench bench;
  const auto a = bench.context.add(bench.now), b = bench.context.add(bench.now);
  bench.response(a, 180);
  bench.context.cancel_all(Why::cancelled, bench.now);
  EXPECT_EQ(bench.drain(), "cancel0c") << "section 9.1: not before a provisional response";
  EXPECT_EQ(bench.response(b, 100), "cancel1c");
  bench.response(a, 487);
  EXPECT_EQ(bench.response(b, 487), "ended");
  EXPECT_EQ(bench.best(), 487);
}

TEST(ResponseContext, RingsTooLong) {
  Bench bench;
  const auto a = bench.context.add(bench.now);
  bench.response(a, 180);
  bench.context.cancel_all(Why::no_answer, bench.now);
  EXPECT_EQ(bench.drain(), "cancel0n");
  EXPECT_EQ(bench.response(a, 487), "ended");
  EXPECT_EQ(bench.best(), 408) << "its sender has not cancelled it";
}

TEST(ResponseContext, TimerC) {
  Bench bench;
  const auto a = bench.context.add(bench.now);
  bench.response(a, 180);
  bench.after(timer_c - 1s);
  bench.response(a, 180);
  EXPECT_EQ(bench.after(timer_c - 1s), "") << "set anew by each provisional response";
  EXPECT_EQ(bench.after(1s), "cancel0n");
  EXPECT_EQ(bench.after(cancel_patience), "ended") << "it says nothing even to the CANCEL";
  EXPECT_EQ(bench.best(), 408);
}

TEST(ResponseContext, SilenceAndBrokenTransports) {
  Bench bench;
  const auto a = bench.context.add(bench.now), b = bench.context.add(bench.now);
  EXPECT_EQ(bench.failure(a, 408), "");
  EXPECT_EQ(bench.failure(b, 503), "ended");
  EXPECT_EQ(bench.best(), 408);
  EXPECT_EQ(bench.failure(b, 408), "") << "once";
}

TEST(ResponseContext, OneGroupAfterAnother) {
  Bench bench;
  EXPECT_EQ(bench.response(bench.context.add(bench.now), 486), "ended");
  const auto b = bench.context.add(bench.now);
  EXPECT_TRUE(bench.context.under_way());
  EXPECT_EQ(bench.response(b, 200), "forward1 ended");
}

TEST(ResponseContext, OtherMethodsAreNotCancelled) {
  Bench bench{false};
  const auto a = bench.context.add(bench.now), b = bench.context.add(bench.now);
  EXPECT_EQ(bench.response(a, 200), "forward0");
  EXPECT_EQ(bench.response(b, 200), "forward1 ended");
}

}  // namespace
}  // namespace proxy
