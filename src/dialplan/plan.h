// dialplan/plan.h - the dialplan section compiled: contexts, extensions, conditions and actions, ready to be
// walked.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "dialplan/pattern.h"
#include "dialplan/place.h"
#include "dialplan/time_rule.h"

namespace dialplan {

class Document;
class Element;

struct PlanAction {
  std::string application, data;
  bool runs_inline = false;
  int times = 1;  ///< `loop`
  Place place;
};

/// What a condition or a <regex> tests.
struct PlanTest {
  std::string field, expression;
  bool has_field = false;
  bool expands = false;  ///< the expression has variables: compiled when it is used
  std::optional<Pattern>
      pattern;  ///< compiled once; empty: it is empty, it expands, or it is wrong (never matches)
  TimeRule time;
  Place place;
};

enum class Break : std::uint8_t { on_false, on_true, always, never };
enum class RegexMode : std::uint8_t { none, all, any, exactly_one };

struct PlanCondition {
  PlanTest test;
  RegexMode mode = RegexMode::none;
  std::vector<PlanTest> regexes;
  Break when = Break::on_false;
  bool require_nested = true;
  std::vector<PlanAction> actions, anti_actions;
  std::vector<PlanCondition> nested;
};

struct PlanExtension {
  std::string name;
  bool goes_on = false;  ///< continue="true"
  std::vector<PlanCondition> conditions;
  Place place;
};

struct PlanContext {
  std::string name;
  /// An action in it works on requests only: requests are shown to it before they become calls.
  bool takes_requests = false;
  std::vector<PlanExtension> extensions;
  Place place;
};

class Plan {
 public:
  /// Reads the sections named dialplan, and <context> roots (tests, single files).
  static Plan read(const Document& document, Findings& findings);

  const PlanContext* find(std::string_view name) const;
  const std::vector<std::unique_ptr<PlanContext>>& contexts() const { return contexts_; }

 private:
  void add(const Element& element, Findings& findings);

  std::vector<std::unique_ptr<PlanContext>> contexts_;
  std::unordered_map<std::string, const PlanContext*, base::TextHash, std::equal_to<>> index_;
};

}  // namespace dialplan
