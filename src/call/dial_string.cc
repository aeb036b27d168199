// call/dial_string.cc - taking a dial string apart.
#include "call/dial_string.h"

#include <algorithm>

#include "base/cursor.h"
#include "base/text.h"

namespace call {

namespace {

constexpr std::string_view group_separator = ":_:";

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

/// The index of the bracket that closes the one at the front; npos when it stays open.
std::size_t closing(std::string_view text, char open, char close) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == open) ++depth;
    if (text[i] == close && --depth == 0) return i;
  }
  return std::string_view::npos;
}

/// Takes all groups `open vars close` off the front. False: one is not closed.
bool take_variables(std::string_view& text, char open, char close, bool quotes, Variables& into) {
  text = skip_blanks(text);
  while (!text.empty() && text.front() == open) {
    const auto end = closing(text, open, close);
    if (end == std::string_view::npos) return false;
    parse_dial_variables(text.substr(1, end - 1), quotes).for_each([&](auto name, auto value) {
      into.set(name, value);
    });
    text = skip_blanks(text.substr(end + 1));
  }
  return true;
}

/// Splits where `separator` stands outside of `[...]`; empty pieces are left out.
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '[') ++depth;
    if (i < text.size() && text[i] == ']' && depth > 0) --depth;
    if (i < text.size() && (text[i] != separator || depth > 0)) continue;
    if (const auto piece = skip_blanks(text.substr(start, i - start)); !piece.empty())
      pieces.push_back(piece);
    start = i + 1;
  }
  return pieces;
}

std::vector<std::string_view> split_groups(std::string_view text) {
  std::vector<std::string_view> groups;
  while (true) {
    const auto at = text.find(group_separator);
    if (const auto group = skip_blanks(text.substr(0, at)); !group.empty()) groups.push_back(group);
    if (at == std::string_view::npos) return groups;
    text.remove_prefix(at + group_separator.size());
  }
}

base::Result<DialLeg, Cause> parse_leg(std::string_view text) {
  DialLeg leg;
  if (!take_variables(text, '[', ']', false, leg.variables))
    return base::Unexpected<Cause>{Cause::originator_cancel};
  if (text.empty()) return base::Unexpected<Cause>{Cause::originator_cancel};
  const auto slash = text.find('/');
  leg.endpoint = std::string{text.substr(0, slash)};
  if (slash == std::string_view::npos)
    leg.fault = Cause::chan_not_implemented;
  else
    leg.rest = std::string{text.substr(slash + 1)};
  if (leg.endpoint.starts_with('{')) leg.fault = Cause::chan_not_implemented;
  return leg;
}

base::Result<DialAlternative, Cause> parse_alternative(std::string_view text) {
  DialAlternative alternative;
  for (const auto piece : split_outside(text, ',')) {
    // Channel variables in front of a later parallel leg make the reference drop that leg without a word.
    if (piece.starts_with('{') && !alternative.legs.empty()) continue;
    auto leg = parse_leg(piece);
    if (!leg) return base::Unexpected<Cause>{leg.error()};
    alternative.legs.push_back(std::move(*leg));
  }
  return alternative;
}

base::Result<DialGroup, Cause> parse_group(std::string_view text) {
  DialGroup group;
  if (!take_variables(text, '{', '}', true, group.variables))
    return base::Unexpected<Cause>{Cause::originator_cancel};
  std::size_t legs = 0;
  for (const auto piece : split_outside(text, '|')) {
    auto alternative = parse_alternative(piece);
    if (!alternative) return base::Unexpected<Cause>{alternative.error()};
    legs += alternative->legs.size();
    if (legs > dial_legs_max) return base::Unexpected<Cause>{Cause::switch_congestion};
    if (!alternative->legs.empty()) group.alternatives.push_back(std::move(*alternative));
  }
  if (group.alternatives.empty()) return base::Unexpected<Cause>{Cause::originator_cancel};
  return group;
}

/// Values of `[]` for these names win over `{}` in any case.
bool always_local(std::string_view name) {
  const auto lowered = base::lowered(name);
  return lowered.starts_with("origination_caller_id") || lowered.starts_with("origination_ani") ||
         lowered == "origination_privacy";
}

}  // namespace

Variables parse_dial_variables(std::string_view text, bool quotes) {
  Variables variables;
  char separator = ',';
  text = skip_blanks(text);
  if (text.size() >= 3 && text.starts_with("^^")) {
    separator = text[2];
    text.remove_prefix(3);
  }
  std::string item;
  const auto store = [&] {
    const auto equals = item.find('=');
    if (equals != std::string::npos && equals > 0)
      variables.set(base::trim(std::string_view{item}.substr(0, equals)),
                    std::string_view{item}.substr(equals + 1));
    item.clear();
  };
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() && (text[i + 1] == separator || text[i + 1] == '\'')) {
      item += text[++i];
    } else if (c == '\'' && quotes && (quoted || text.find('\'', i + 1) != std::string_view::npos)) {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      store();
    } else {
      item += c;
    }
  }
  store();
  return variables;
}

base::Result<DialString, Cause> parse_dial_string(std::string_view text) {
  if (text.size() > dial_string_size_max) return base::Unexpected<Cause>{Cause::switch_congestion};
  DialString string;
  if (!take_variables(text, '<', '>', true, string.variables))
    return base::Unexpected<Cause>{Cause::originator_cancel};
  std::size_t legs = 0;
  for (const auto piece : split_groups(text)) {
    auto group = parse_group(piece);
    if (!group) return base::Unexpected<Cause>{group.error()};
    for (const auto& alternative : group->alternatives) legs += alternative.legs.size();
    if (legs > dial_legs_max) return base::Unexpected<Cause>{Cause::switch_congestion};
    string.groups.push_back(std::move(*group));
  }
  if (string.groups.empty()) return base::Unexpected<Cause>{Cause::originator_cancel};
  return string;
}

Variables leg_variables(const DialString& string, const DialGroup& group, const DialLeg& leg,
                        const Variables& exported) {
  Variables all = string.variables;
  const auto add = [&all](std::string_view name, std::string_view value) { all.set(name, value); };
  const bool local_wins =
      group.variables.is_true("local_var_clobber") || string.variables.is_true("local_var_clobber");
  if (!local_wins) leg.variables.for_each(add);
  exported.for_each(add);
  group.variables.for_each(add);
  leg.variables.for_each([&](std::string_view name, std::string_view value) {
    if (local_wins || always_local(name)) add(name, value);
  });
  return all;
}

}  // namespace call
