#include "phone/proof.h"

#include <fmt/format.h>

#include <future>

#include "io/shard.h"

namespace phone {

namespace {

std::string tone(double hz) { return fmt::format("tone_stream://%(10000,0,{:.0f})", hz); }

Options phone_options(const ProofOptions& options, const Account& account, std::uint16_t rtp_first) {
  Options out;
  out.account = account;
  out.local = {options.local, 0};
  out.server = options.server;
  out.transport = options.transport;
  out.rtp_first = rtp_first;
  out.rtp_last = static_cast<std::uint16_t>(rtp_first + 19);
  return out;
}

}  // namespace

Proof::Proof(io::Shard& shard, const ProofOptions& options, std::function<void(const ProofResult&)> done)
    : shard_{shard}, options_{options}, done_{std::move(done)}, start_timer_{[this] { begin(); }},
      give_up_timer_{[this] {
        if (!caller_->registered() || !callee_->registered())
          finish(fmt::format("no registration at {} (last status {})", options_.server.text(),
                             std::max(caller_->registration_status(), callee_->registration_status())));
        else finish("the call did not come to an end");
      }} {
  auto caller = phone_options(options, options.caller, 46'000);
  caller.script.play = tone(caller_hz);
  caller.script.digits = "5";
  caller.script.digits_after = talk / 2;
  caller.script.hang_up_after = talk;
  auto callee = phone_options(options, options.callee, 46'020);
  callee.script.play = tone(callee_hz);
  caller_ = std::make_unique<Phone>(shard, std::move(caller));
  callee_ = std::make_unique<Phone>(shard, std::move(callee));
  start_timer_.start(shard.timers(), shard.now());
  give_up_timer_.start(shard.timers(), shard.now() + give_up);
}

void Proof::begin() {
  for (auto* phone : {caller_.get(), callee_.get()}) {
    if (const auto opened = phone->open(); !opened)
      return finish("no port for a phone on " + options_.local.text() + ": " + std::string{io::sentence(opened.error())});
    phone->on_registration = [this](Phone&) { on_registration(); };
    phone->on_call_changed = [this](Call& call) { on_call_changed(call); };
    phone->register_now();
  }
}

void Proof::on_registration() {
  if (called_ || finished_) return;
  for (const auto* phone : {caller_.get(), callee_.get()})
    if (const int status = phone->registration_status(); status >= 300 && !phone->registered())
      return finish(fmt::format("the server refused a registration with {}", status));
  if (!caller_->registered() || !callee_->registered()) return;
  called_ = true;
  caller_->dial(options_.callee.user);
}

void Proof::on_call_changed(Call& call) {
  const bool both_over = caller_->last_call() && caller_->last_call()->over() &&
                         (!callee_->last_call() || callee_->last_call()->over());
  if (call.over() && both_over) finish({});
}

std::string Proof::judge(ProofResult& result) const {
  if (!caller_->last_call()) return "no call was made";
  result.caller = caller_->last_call()->verdict();
  if (!result.caller.answered) return fmt::format("the call was not answered: {} {}", result.caller.status, result.caller.ended);
  if (!callee_->last_call()) return "the call was answered, but not by the other phone";
  result.callee = callee_->last_call()->verdict();
  if (result.caller.share_of(callee_hz) < share_min) return "the caller does not hear the callee";
  if (result.callee.share_of(caller_hz) < share_min) return "the callee does not hear the caller";
  if (result.callee.digits != "5") return "a digit did not arrive";
  return {};
}

void Proof::finish(std::string failure) {
  if (std::exchange(finished_, true)) return;
  give_up_timer_.stop();
  shard_.post(shard_.id(), [this, failure = std::move(failure)] {
    ProofResult result;
    auto problem = failure.empty() ? judge(result) : failure;
    result.passed = problem.empty();
    result.sentence = result.passed
                          ? fmt::format("Two phones registered and talked: answered after {:.0f} ms, codec {}, {} + {} packets, "
                                        "{} lost, both heard each other, the digit arrived.",
                                        static_cast<double>(result.caller.setup.count()) / 1'000, result.caller.codec,
                                        result.caller.packets_in, result.callee.packets_in,
                                        result.caller.packets_lost + result.callee.packets_lost)
                          : problem;
    caller_->unregister();
    callee_->unregister();
    done_(result);
  });
}

ProofResult prove(const ProofOptions& options) {
  io::Engine engine{{.shards = 1, .offload_threads = 1, .seed = base::Random::kernel_seed()}};
  std::unique_ptr<Proof> proof;
  std::promise<ProofResult> promise;
  auto result = promise.get_future();
  engine.start();
  engine.on_every_shard([&](io::KernelShard& shard) {
    proof = std::make_unique<Proof>(shard, options, [&](const ProofResult& told) { promise.set_value(told); });
  });
  auto told = result.get();
  engine.on_every_shard([&](io::KernelShard&) { proof.reset(); });
  engine.stop();
  return told;
}

}  // namespace phone
