// dialplan/hunt.cc - walking a context.
#include "dialplan/hunt.h"

#include "base/log.h"
#include "base/text.h"
#include "call/arguments.h"
#include "dialplan/configuration.h"
#include "dialplan/expand.h"
#include "dialplan/plan.h"

namespace dialplan {

std::string_view name(NoRoute reason) {
  switch (reason) {
    case NoRoute::no_dialplan: return "no such dialplan";
    case NoRoute::no_context: return "no such context";
    case NoRoute::no_match: return "no extension matched";
    case NoRoute::unknown_application: return "unknown application";
  }
  return "";
}

namespace {

constexpr std::string_view refused_sequence = "\\'";

class Walk {
 public:
  Walk(Context& context, const HuntPort& port) : context_{context}, port_{port} {}

  void context(const PlanContext& plan);
  base::Result<Route, NoRoute> result() {
    if (unknown_application_) return base::Unexpected<NoRoute>{NoRoute::unknown_application};
    if (route_.actions.empty()) return base::Unexpected<NoRoute>{NoRoute::no_match};
    return std::move(route_);
  }

 private:
  struct Tested {
    bool passed = false;
    bool proceeds = false;  ///< whether the walk may stop here; differs from `passed` in two quirks
    std::optional<Captures> captures;
    std::unique_ptr<const std::string> subject;  ///< what the captures look into; must not move
  };

  bool extension(const PlanExtension& plan);
  bool conditions(const std::vector<PlanCondition>& all);
  Tested test(const PlanCondition& condition);
  Tested test_field(const PlanTest& plan);
  Tested test_one(const PlanTest& plan);
  Tested test_all(const PlanCondition& condition);
  Tested test_some(const PlanCondition& condition);
  void queue(const std::vector<PlanAction>& actions, const Tested* tested);
  std::string value_of_field(std::string_view name) const;
  void run_inline(const Action& action);
  void save(std::string_view name, const Captures& captures);
  const LocalTime& clock();

  Context& context_;
  const HuntPort& port_;
  Route route_;
  std::string_view extension_;
  std::optional<LocalTime> clock_;
  bool unknown_application_ = false;
};

/// Inline actions may change the zone: forgotten after each.
const LocalTime& Walk::clock() {
  if (!clock_) clock_ = condition_clock(context_);
  return *clock_;
}

void Walk::save(std::string_view name, const Captures& captures) {
  auto& variables = context_.session->variables;
  if (captures.size() == 1)
    variables.set(name, captures[0]);
  else
    variables.set(name, call::print_array(captures));
}

std::string Walk::value_of_field(std::string_view name) const {
  const auto& session = *context_.session;
  if (session.fields)
    if (auto value = session.fields->find(name)) return std::move(*value);
  return session.profile.field(name).value_or("");
}

Walk::Tested Walk::test_field(const PlanTest& plan) {
  Tested tested;
  std::string expanded;
  const Pattern* pattern = plan.pattern ? &*plan.pattern : nullptr;
  if (plan.expands) {
    expanded = expand(plan.expression, context_);
    pattern = expanded.empty() ? nullptr : cached_pattern(expanded);
  }
  const auto& expression = plan.expands ? expanded : plan.expression;
  if (!plan.has_field || expression.empty()) {
    tested.passed = tested.proceeds = true;
    return tested;
  }
  if (pattern == nullptr) return tested;
  const bool parenthesis = pattern->has_parenthesis();
  // Expanding the field may evict the pattern from the cache: the subject comes first then.
  tested.subject = std::make_unique<const std::string>(
      plan.field.find('$') != std::string::npos ? expand(plan.field, context_) : value_of_field(plan.field));
  if (plan.expands) pattern = cached_pattern(expanded);
  auto captures = pattern->match(*tested.subject);
  if (!captures) return tested;
  tested.passed = tested.proceeds = true;
  if (!parenthesis) return tested;
  save("DP_MATCH", *captures);
  tested.captures = std::move(captures);
  return tested;
}

/// A condition or child: either its time or its field passing is enough (a quirk worth a warning, see
/// plan.cc).
Walk::Tested Walk::test_one(const PlanTest& plan) {
  if (plan.time.empty()) return test_field(plan);
  const bool in_time = plan.time.matches(clock());
  if (!plan.has_field && plan.expression.empty()) return {in_time, in_time, {}, {}};
  auto tested = test_field(plan);
  tested.passed = tested.passed || in_time;
  return tested;
}

Walk::Tested Walk::test_all(const PlanCondition& condition) {
  Tested result;
  result.passed = true;
  // Without children the actions are run but the walk goes on.
  result.proceeds = !condition.regexes.empty();
  for (std::size_t i = 0; i < condition.regexes.size(); ++i) {
    auto tested = test_one(condition.regexes[i]);
    if (!tested.passed) return {};
    if (!tested.captures) continue;
    save("DP_REGEX_MATCH_" + std::to_string(i + 1), *tested.captures);
    const auto passed = result.proceeds;
    result = std::move(tested);
    result.proceeds = passed;
  }
  result.passed = true;
  return result;
}

Walk::Tested Walk::test_some(const PlanCondition& condition) {
  std::optional<Tested> hit;
  for (const auto& regex : condition.regexes) {
    auto tested = test_one(regex);
    if (!tested.passed) continue;
    if (condition.mode == RegexMode::exactly_one && hit) return {};
    tested.proceeds = true;
    hit = std::move(tested);
    if (condition.mode == RegexMode::any) break;
  }
  return hit ? std::move(*hit) : Tested{};
}

Walk::Tested Walk::test(const PlanCondition& condition) {
  switch (condition.mode) {
    case RegexMode::none: return test_one(condition.test);
    case RegexMode::all: return test_all(condition);
    case RegexMode::any:
    case RegexMode::exactly_one: return test_some(condition);
  }
  return {};
}

void Walk::run_inline(const Action& action) {
  const auto standing = port_.standing ? port_.standing(action.application) : Standing::unknown;
  if (standing == Standing::routing_safe) {
    port_.run_inline(action);
    clock_.reset();
  } else if (standing == Standing::unknown) {
    base::log::error("dialplan", "inline action names an unknown application '{}'", action.application);
    unknown_application_ = true;
  } else {
    base::log::error("dialplan", "'{}' cannot run inline; the action is left out", action.application);
  }
}

void Walk::queue(const std::vector<PlanAction>& actions, const Tested* tested) {
  for (const auto& plan : actions) {
    if (plan.data.find(refused_sequence) != std::string::npos) {
      base::log::warn("dialplan", "{}: data with \\' is refused, the action is left out", plan.place.text());
      continue;
    }
    Action action{plan.application, plan.data};
    if (tested != nullptr && tested->captures) action.data = substitute(plan.data, *tested->captures);
    for (int i = 0; i < plan.times && !unknown_application_; ++i) {
      if (plan.runs_inline) {
        run_inline(action);
      } else if (route_.actions.size() < actions_max) {
        if (route_.actions.empty()) route_.extension = extension_;
        route_.actions.push_back(action);
      }
    }
  }
}

bool Walk::conditions(const std::vector<PlanCondition>& all) {
  bool proceed = false;
  for (const auto& condition : all) {
    const auto tested = test(condition);
    if (tested.passed) {
      queue(condition.actions, &tested);
      proceed = tested.proceeds;
      if (!condition.nested.empty()) {
        const bool inner = conditions(condition.nested);
        if (condition.require_nested) proceed = proceed && inner;
      }
    } else {
      queue(condition.anti_actions, nullptr);
      proceed = !condition.anti_actions.empty();
    }
    if (unknown_application_) return true;
    const bool stop = condition.when == Break::always ||
                      (tested.passed && condition.when == Break::on_true) ||
                      (!tested.passed && condition.when == Break::on_false);
    if (stop) break;
  }
  return proceed;
}

bool Walk::extension(const PlanExtension& plan) {
  extension_ = plan.name;
  return conditions(plan.conditions) && (!plan.goes_on || unknown_application_);
}

void Walk::context(const PlanContext& plan) {
  std::size_t start = 0;
  if (context_.session->variables.is_true("auto_hunt")) {
    const auto& destination = context_.session->profile.destination_number;
    for (std::size_t i = 0; i < plan.extensions.size(); ++i) {
      if (plan.extensions[i].name != destination) continue;
      start = i;
      break;
    }
  }
  for (std::size_t i = start; i < plan.extensions.size(); ++i)
    if (extension(plan.extensions[i])) return;
}

base::Result<Route, NoRoute> hunt_xml(Context& context, const HuntPort& port) {
  const auto* plan = context.configuration == nullptr
                         ? nullptr
                         : context.configuration->plan.find(context.session->profile.context);
  if (plan == nullptr && context.configuration != nullptr) plan = context.configuration->plan.find("global");
  if (plan == nullptr) return base::Unexpected<NoRoute>{NoRoute::no_context};
  Walk walk{context, port};
  walk.context(*plan);
  return walk.result();
}

}  // namespace

std::vector<Action> parse_inline(std::string_view text) {
  char separator = ',';
  if (text.size() >= 4 && text.starts_with("m:") && text[3] == ':') {
    separator = text[2];
    text.remove_prefix(4);
  }
  std::vector<Action> actions;
  for (const auto& item : call::split_arguments(text, separator, actions_max)) {
    const auto colon = item.find(':');
    actions.push_back({std::string{base::trim(std::string_view{item}.substr(0, colon))},
                       colon == std::string::npos ? std::string{} : item.substr(colon + 1)});
  }
  return actions;
}

base::Result<Route, NoRoute> hunt(Context& context, const HuntPort& port) {
  base::require(context.session != nullptr, "hunting needs a call");
  base::Result<Route, NoRoute> last = base::Unexpected<NoRoute>{NoRoute::no_dialplan};
  const auto dialplans = context.session->profile.dialplan;
  for (const auto item : base::split(dialplans, ',')) {
    const auto dialplan = base::trim(item);
    if (base::same(dialplan, "inline")) {
      auto actions = parse_inline(context.session->profile.destination_number);
      if (!actions.empty()) return Route{"inline", std::move(actions)};
      last = base::Unexpected<NoRoute>{NoRoute::no_match};
    } else if (base::same(dialplan, "XML")) {
      last = hunt_xml(context, port);
      if (last || last.error() == NoRoute::unknown_application) return last;
    }
  }
  return last;
}

}  // namespace dialplan
