#include "sip/caller_preferences.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/text.h"

namespace sip {

namespace {

/// What a contact parameter may be that says nothing of features (RFC 3841 section 7.2.1).
bool is_feature(std::string_view name) {
  if (name.starts_with('+')) return true;
  static constexpr std::string_view base_tags[]{"audio",   "automata", "class", "duplex",  "data", "control", "mobility", "description", "events",
                                                "priority", "methods",  "schemes", "application", "video", "language", "type", "isfocus", "actor",
                                                "text", "extensions"};
  return std::ranges::any_of(base_tags, [&](auto tag) { return base::same(tag, name); });
}

std::string_view unquoted(std::string_view value) {
  if (value.size() > 1 && value.front() == '"' && value.back() == '"') return value.substr(1, value.size() - 2);
  return value.empty() ? "TRUE" : value;
}

struct Range {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};

std::optional<double> number(std::string_view text) {
  try {
    return std::stod(std::string{text});
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<Range> range_of(std::string_view text) {
  if (!text.starts_with('#')) return std::nullopt;
  text.remove_prefix(1);
  const bool least = text.starts_with(">="), most = text.starts_with("<="), equal = text.starts_with('=');
  if (least || most || equal) {
    const auto value = number(text.substr(equal ? 1 : 2));
    if (!value) return std::nullopt;
    Range range;
    if (!most) range.low = *value;
    if (!least) range.high = *value;
    return range;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto low = number(text.substr(0, colon)), high = number(text.substr(colon + 1));
  if (!low || !high) return std::nullopt;
  return Range{*low, *high};
}

bool one_matches(std::string_view has, std::string_view wanted) {
  if (wanted.starts_with('!')) return !one_matches(has, wanted.substr(1));
  if (has.starts_with('!')) return !base::same(has.substr(1), wanted);
  const auto a = range_of(has), b = range_of(wanted);
  if (a && b) return a->low <= b->high && b->low <= a->high;
  if (wanted.starts_with('<')) return has == wanted;  // strings compare with case
  return base::same(has, wanted);
}

/// How many of the features a predicate names the contact has, and whether one contradicts.
struct Match {
  int asked = 0, met = 0, missing = 0;
  bool contradicts = false;
};

Match match(const Params& contact, const Params& predicate) {
  Match result;
  predicate.each([&](std::string_view name, std::string_view value) {
    if (!is_feature(name)) return;
    ++result.asked;
    const auto has = contact.find(name);
    if (!has) ++result.missing;
    else if (feature_matches(unquoted(*has), unquoted(value))) ++result.met;
    else result.contradicts = true;
  });
  return result;
}

bool has_features(const Params& contact) {
  bool any = false;
  contact.each([&](std::string_view name, std::string_view) { any = any || is_feature(name); });
  return any;
}

}  // namespace

bool feature_matches(std::string_view has, std::string_view wanted) {
  for (const auto one : base::split(has, ','))
    for (const auto other : base::split(wanted, ','))
      if (one_matches(base::trim(one), base::trim(other))) return true;
  return false;
}

std::optional<int> preference_of(const Params& contact, const std::vector<AcceptContact>& accept,
                                 const std::vector<RejectContact>& reject) {
  constexpr int full = 1000;
  // A contact that says nothing about itself is immune (section 7.2.2).
  if (!has_features(contact)) return full;
  for (const auto& predicate : reject) {
    const auto result = match(contact, predicate.params);
    if (result.asked > 0 && !result.contradicts && result.missing == 0) return std::nullopt;
  }
  int sum = 0;
  for (const auto& predicate : accept) {
    const auto result = match(contact, predicate.params);
    const bool fails = result.contradicts || (predicate.is_explicit() && result.missing > 0);
    if (fails && predicate.is_required()) return std::nullopt;
    if (!fails) sum += result.asked == 0 ? full : full * result.met / result.asked;
  }
  return accept.empty() ? full : sum / static_cast<int>(accept.size());
}

}  // namespace sip
