#include "call/confirmation.h"

#include "audio/source.h"
#include "base/text.h"
#include "call/switch.h"

namespace call {

Confirmation::Confirmation(Leg& leg, Sleeper& watcher, Setting setting)
    : leg_{leg}, watcher_{watcher}, setting_{std::move(setting)} {
  life_ = live();
  life_.start();
}

Confirmation::~Confirmation() {
  life_.reset();
  if (leg_->alive()) leg_->media().stop_playing();
}

base::Task<void> Confirmation::live() {
  const std::string key = setting_("group_confirm_key");
  if (base::same(key, "exec")) {
    co_await run_application(setting_("group_confirm_file"));
    confirmed_ = leg_->alive();
  } else {
    const auto ms = base::to_number<int>(setting_("group_confirm_read_timeout")).value_or(0);
    const base::Duration timeout = ms > 0 ? std::chrono::milliseconds{ms} : read_timeout_default;
    while (leg_->alive() && !confirmed_) {
      confirmed_ = co_await read_key(key, timeout);
      if (!confirmed_ && leg_->alive()) play(setting_("group_confirm_error_file"));
    }
  }
  watcher_.notify();
}

base::Task<void> Confirmation::run_application(std::string line) {
  const auto space = line.find(' ');
  const std::string application = line.substr(0, space);
  const std::string data = space == std::string::npos ? std::string{} : line.substr(space + 1);
  co_await leg_->owner().router().execute(*leg_, application, data);
}

/// Prompt and digits, once.
base::Task<bool> Confirmation::read_key(std::string key, base::Duration timeout) {
  play(setting_("group_confirm_file"));
  const base::Time end = leg_->shard().now() + timeout;
  std::string digits;
  while (digits.size() < key.size()) {
    if (const auto digit = leg_->digits().take()) {
      digits += digit->digit;
      continue;
    }
    const Wake wake = co_await leg_->wait_until(end);
    if (wake == Wake::hangup || leg_->shard().now() >= end) co_return false;
    leg_->take_interruption();
  }
  leg_->media().stop_playing();
  co_return base::same(digits, key);
}

void Confirmation::play(const std::string& file) {
  constexpr std::uint32_t rate_hz = 8'000;
  if (file.empty() || base::same(file, "undef") || base::same(file, "silence")) return;
  if (auto source = audio::open_source(file, rate_hz, leg_->shard().random())) leg_->media().play(std::move(*source), rate_hz);
  else leg_->log().warn("call", "group_confirm_file '{}' cannot be played", file);
}

}  // namespace call
