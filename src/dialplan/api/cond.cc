// dialplan/api/cond.cc - `${cond(a == b ? yes : no)}`.
#include <charconv>
#include <optional>

#include "base/text.h"
#include "dialplan/api_function.h"

namespace dialplan {

namespace {

constexpr std::string_view failure = "-ERR";

struct Operand {
  std::string_view text;
  bool is_number = false;
  double number = 0;  ///< of a text: its length
};

std::optional<double> as_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view take_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

/// A 'quoted' text or a word; a blank must follow.
std::optional<Operand> take_operand(std::string_view& text) {
  text = take_blanks(text);
  const bool quoted = text.starts_with('\'');
  if (quoted) text.remove_prefix(1);
  const auto end = text.find(quoted ? '\'' : ' ');
  if (end == std::string_view::npos || (!quoted && end == 0)) return std::nullopt;
  Operand operand{.text = text.substr(0, end)};
  text.remove_prefix(end + (quoted ? 1 : 0));
  if (!text.starts_with(' ')) return std::nullopt;
  const auto number = quoted ? std::nullopt : as_number(operand.text);
  operand.is_number = number.has_value();
  operand.number = number.value_or(static_cast<double>(operand.text.size()));
  return operand;
}

std::optional<bool> compare(const Operand& a, std::string_view operation, const Operand& b) {
  const bool texts = !a.is_number && !b.is_number;
  const bool equal = texts ? a.text == b.text : a.number == b.number;
  if (operation == "==") return equal;
  if (operation == "!=") return !equal;
  if (operation == ">") return a.number > b.number;
  if (operation == ">=") return a.number >= b.number;
  if (operation == "<") return a.number < b.number;
  if (operation == "<=") return a.number <= b.number;
  return std::nullopt;
}

/// The text up to ` :`, quotes taken off; what follows the colon stays in `text`.
std::string_view take_choice(std::string_view& text) {
  text = take_blanks(text);
  std::size_t search = 0;
  if (text.starts_with('\'')) search = std::min(text.find('\'', 1), text.size());
  auto colon = text.find(" :", search);
  if (text.starts_with(':')) colon = 0;
  auto choice = base::trim(text.substr(0, colon));
  text = colon == std::string_view::npos ? std::string_view{}
                                         : text.substr(colon + (text.starts_with(':') ? 1 : 2));
  if (choice.size() >= 2 && choice.front() == '\'' && choice.back() == '\'')
    choice = choice.substr(1, choice.size() - 2);
  return choice;
}

std::string run(std::string_view text, Context&) {
  const auto a = take_operand(text);
  if (!a) return std::string{failure};
  text = take_blanks(text);
  const auto operation = text.substr(0, text.find(' '));
  text.remove_prefix(operation.size());
  const auto b = take_operand(text);
  const auto result = b ? compare(*a, operation, *b) : std::nullopt;
  text = take_blanks(text);
  if (!result || !text.starts_with("? ")) return std::string{failure};
  text.remove_prefix(2);
  const auto yes = take_choice(text);
  const auto no = take_choice(text);
  return std::string{*result ? yes : no};
}

const ApiFunction cond{
    {"cond", "<a> <operator> <b> ? <yes> [: <no>]", "Compares numbers, texts (== and !=) or lengths.", run}};

}  // namespace

}  // namespace dialplan
