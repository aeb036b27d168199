// dialplan/plan.cc - compiling the dialplan section.
#include "dialplan/plan.h"

#include <algorithm>
#include <charconv>

#include "call/caller_profile.h"
#include "dialplan/application.h"
#include "dialplan/document.h"
#include "dialplan/expand.h"
#include "dialplan/hunt.h"
#include "dialplan/request_fields.h"

namespace dialplan {

namespace {

void warn(Findings& findings, Place place, std::string message) {
  findings.push_back({Severity::warning, std::move(place), std::move(message)});
}

std::string quoted(std::string_view text) {
  return "'" + std::string{text} + "'";
}

std::string suggestion(std::string_view word, std::span<const std::string_view> names) {
  const auto near = base::nearest(word, names);
  return near.empty() ? std::string{} : ", did you mean " + quoted(near) + "?";
}

void check_attributes(const Element& element, std::span<const std::string_view> known, bool time,
                      Findings& findings) {
  for (const auto name : element.attributes()) {
    if (std::find(known.begin(), known.end(), name) != known.end() || (time && TimeRule::is_attribute(name)))
      continue;
    if (element.name() == "condition" && name == "continue")
      warn(findings, element.place(name), "continue has no effect on a condition; it belongs to <extension>");
    else if (name != "comment" && name != "description")
      warn(findings, element.place(name),
           "unknown attribute " + quoted(name) + " of <" + std::string{element.name()} + ">" +
               suggestion(name, known));
  }
}

constexpr std::string_view extension_attributes[] = {"name", "continue"};
constexpr std::string_view condition_attributes[] = {"field", "expression", "break", "regex",
                                                     "require-nested"};
constexpr std::string_view regex_attributes[] = {"field", "expression"};
constexpr std::string_view action_attributes[] = {"application", "data", "inline", "loop"};

/// `loop`: text that is no number is 0, which means never; negative means once.
int loop_count(const Element& element) {
  if (!element.has("loop")) return 1;
  const auto text = base::trim(element.attribute("loop"));
  int count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count < 0 ? 1 : std::min(count, static_cast<int>(actions_max));
}

PlanAction read_action(const Element& element, Findings& findings) {
  check_attributes(element, action_attributes, false, findings);
  PlanAction action{.application = std::string{element.attribute("application")},
                    .data = element.text(),
                    .runs_inline = base::is_true(element.attribute("inline")),
                    .times = loop_count(element),
                    .place = element.place()};
  if (base::trim(action.data).empty()) action.data = std::string{element.attribute("data")};
  if (action.application.empty()) warn(findings, action.place, "an action without application ends the call");
  if (action.times == 0)
    warn(findings, element.place("loop"), "this loop count means that the action never runs");
  return action;
}

PlanTest read_test(const Element& element, Findings& findings) {
  PlanTest test{.field = std::string{element.attribute("field")},
                .expression = std::string{element.attribute("expression")},
                .has_field = element.has("field") && !element.attribute("field").empty(),
                .expands = false,
                .pattern = {},
                .time = {},
                .place = element.place()};
  if (!element.has("expression")) {
    if (const auto child = element.child("expression")) test.expression = child.text();
  }
  for (const auto name : element.attributes()) {
    const auto value = element.attribute(name);
    if (!test.time.add(name, value)) continue;
    if (const auto fault = TimeRule::fault(name, value); !fault.empty())
      warn(findings, element.place(name), std::string{name} + ": " + fault);
  }
  if (test.has_field && !test.time.empty())
    warn(findings, test.place,
         "time attributes and a field in one condition: either of them passing is enough; "
         "write two conditions if both are meant");
  if (test.has_field && test.field.find('$') == std::string::npos) {
    const auto names = call::CallerProfile::field_names();
    const auto known = RequestFields::knows(test.field) ||
                       std::any_of(names.begin(), names.end(), [&](auto name) { return base::same(name, test.field); });
    if (!known)
      warn(findings, element.place("field"),
           "unknown field " + quoted(test.field) + ": a channel variable is written ${" + test.field + "}" +
               suggestion(test.field, names));
  }
  test.expands = has_expansion(test.expression);
  if (test.expands || test.expression.empty()) return test;
  if (auto pattern = Pattern::compile(test.expression))
    test.pattern = std::move(*pattern);
  else
    warn(findings, element.place("expression"),
         "the expression never matches: " + pattern.error().message + " (at character " +
             std::to_string(pattern.error().offset + 1) + " of " + quoted(test.expression) + ")");
  return test;
}

Break read_break(const Element& element, Findings& findings) {
  constexpr std::string_view names[] = {"on-false", "on-true", "always", "never"};
  const auto text = element.attribute("break");
  if (text.empty()) return Break::on_false;
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (base::same(text, names[i])) return static_cast<Break>(i);
  warn(findings, element.place("break"),
       "unknown break " + quoted(text) + " counts as on-false" + suggestion(text, names));
  return Break::on_false;
}

RegexMode read_mode(const Element& element, Findings& findings) {
  constexpr std::string_view names[] = {"all", "any", "xor"};
  if (!element.has("regex")) return RegexMode::none;
  const auto text = element.attribute("regex");
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (base::same(text, names[i])) return static_cast<RegexMode>(i + 1);
  warn(findings, element.place("regex"),
       "unknown regex mode " + quoted(text) + " counts as any" + suggestion(text, names));
  return RegexMode::any;
}

bool is_for_requests_only(const PlanAction& action) {
  const auto* application = Application::find(action.application);
  return application != nullptr && !application->for_legs();
}

bool has_request_action(const std::vector<PlanCondition>& conditions) {
  return std::ranges::any_of(conditions, [](const auto& condition) {
    return std::ranges::any_of(condition.actions, is_for_requests_only) ||
           std::ranges::any_of(condition.anti_actions, is_for_requests_only) || has_request_action(condition.nested);
  });
}

PlanCondition read_condition(const Element& element, Findings& findings, unsigned depth) {
  check_attributes(element, condition_attributes, true, findings);
  PlanCondition condition;
  condition.mode = read_mode(element, findings);
  condition.test = read_test(element, findings);
  condition.when = read_break(element, findings);
  condition.require_nested =
      !element.has("require-nested") || base::is_true(element.attribute("require-nested"));
  for (const auto& child : element.children()) {
    if (child.name() == "action") {
      condition.actions.push_back(read_action(child, findings));
    } else if (child.name() == "anti-action") {
      condition.anti_actions.push_back(read_action(child, findings));
    } else if (child.name() == "regex") {
      check_attributes(child, regex_attributes, true, findings);
      condition.regexes.push_back(read_test(child, findings));
    } else if (child.name() == "condition") {
      if (depth < condition_depth_max)
        condition.nested.push_back(read_condition(child, findings, depth + 1));
      else
        warn(findings, child.place(),
             "conditions nested deeper than " + std::to_string(condition_depth_max) + " are left out");
    } else if (child.name() != "expression") {
      constexpr std::string_view known[] = {"action", "anti-action", "regex", "condition", "expression"};
      warn(findings, child.place(),
           "unknown element <" + std::string{child.name()} + "> in a condition" +
               suggestion(child.name(), known));
    }
  }
  if (!condition.regexes.empty() && condition.mode == RegexMode::none)
    warn(findings, element.place(), "<regex> needs regex=\"all\", \"any\" or \"xor\" on its condition");
  return condition;
}

PlanExtension read_extension(const Element& element, Findings& findings) {
  check_attributes(element, extension_attributes, false, findings);
  PlanExtension extension{.name = std::string{element.attribute("name")},
                          .goes_on = base::is_true(element.attribute("continue")),
                          .conditions = {},
                          .place = element.place()};
  for (const auto& child : element.children()) {
    if (child.name() == "condition")
      extension.conditions.push_back(read_condition(child, findings, 0));
    else
      warn(findings, child.place(),
           "<" + std::string{child.name()} + "> is ignored outside of a <condition>");
  }
  if (extension.conditions.empty())
    warn(findings, extension.place, "an extension without condition never matches");
  return extension;
}

}  // namespace

void Plan::add(const Element& element, Findings& findings) {
  auto context = std::make_unique<PlanContext>();
  context->name = std::string{element.attribute("name")};
  context->place = element.place();
  if (context->name.empty()) return warn(findings, context->place, "a <context> without name is never used");
  if (const auto* first = find(context->name); first != nullptr)
    return warn(findings, context->place,
                "context " + quoted(context->name) + " is already at " + first->place.text() +
                    "; this one is never used");
  for (const auto& child : element.children()) {
    if (child.name() == "extension")
      context->extensions.push_back(read_extension(child, findings));
    else
      warn(findings, child.place(), "<" + std::string{child.name()} + "> is ignored in a <context>");
  }
  context->takes_requests = std::ranges::any_of(
      context->extensions, [](const auto& extension) { return has_request_action(extension.conditions); });
  index_.emplace(context->name, context.get());
  contexts_.push_back(std::move(context));
}

Plan Plan::read(const Document& document, Findings& findings) {
  Plan plan;
  for (const auto& section : document.sections("dialplan"))
    for (const auto& context : section.children("context")) plan.add(context, findings);
  return plan;
}

const PlanContext* Plan::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : found->second;
}

}  // namespace dialplan
