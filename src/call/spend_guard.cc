#include "call/spend_guard.h"

#include <algorithm>

#include "base/text.h"

namespace call {

std::string normal_number(std::string_view dialled) {
  dialled = base::trim(dialled);
  std::string number;
  if (dialled.starts_with('+')) number = "00";
  for (const char c : dialled)
    if (base::is_digit(c)) number += c;
  return number;
}

bool SpendGuard::Rule::speaks_of(std::string_view number) const {
  return std::ranges::any_of(limit.prefixes, [&](const auto& prefix) { return number.starts_with(prefix); });
}

SpendGuard::Times* SpendGuard::Rule::times_of(const std::string& account, base::Time now) {
  const auto begin = now - limit.window;
  auto found = accounts.find(account);
  if (found == accounts.end()) {
    if (accounts.size() >= accounts_max)
      std::erase_if(accounts, [&](const auto& entry) { return entry.second.empty() || entry.second.back() <= begin; });
    if (accounts.size() >= accounts_max) return nullptr;
    found = accounts.emplace(account, Times{}).first;
  }
  auto& times = found->second;
  while (!times.empty() && times.front() <= begin) times.pop_front();
  return &times;
}

void SpendGuard::set_limits(std::vector<SpendLimit> limits) {
  std::vector<Rule> fresh;
  for (auto& limit : limits) {
    const auto old = std::ranges::find_if(limits_, [&](const Rule& rule) { return rule.limit == limit; });
    if (old != limits_.end()) fresh.push_back(std::move(*old));
    else fresh.push_back({std::move(limit)});
  }
  limits_ = std::move(fresh);
}

void SpendGuard::add(Rule& rule, const std::string& account, base::Time now) {
  auto* times = rule.times_of(account, now);
  if (times && times->size() < rule.limit.calls) times->push_back(now);
}

SpendGuard::Outcome SpendGuard::take(std::string_view account, std::string_view dialled, base::Time now) {
  if (limits_.empty()) return {};
  const auto number = normal_number(dialled);
  const std::string name{account};
  std::vector<Rule*> counting;
  for (auto& rule : limits_) {
    if (!rule.speaks_of(number)) continue;
    const auto* times = rule.limit.calls == 0 ? nullptr : rule.times_of(name, now);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rule.limit.window).count();
    if (!times || times->size() >= rule.limit.calls)
      return {Verdict::over, rule.limit.name + " (" + std::to_string(rule.limit.calls) + " calls in " + std::to_string(seconds) + " s)"};
    counting.push_back(&rule);
  }
  for (auto* rule : counting) add(*rule, name, now);
  return {counting.empty() ? Verdict::free : Verdict::counted};
}

void SpendGuard::note(std::string_view account, std::string_view dialled, base::Time now) {
  const auto number = normal_number(dialled);
  for (auto& rule : limits_)
    if (rule.speaks_of(number)) add(rule, std::string{account}, now);
}

}  // namespace call
