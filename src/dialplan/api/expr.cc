// dialplan/api/expr.cc - `${expr(2*(3+4))}`: arithmetic, assignments and functions.
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <numbers>
#include <optional>

#include "base/cursor.h"
#include "base/text.h"
#include "dialplan/api_function.h"

namespace dialplan {

namespace {

constexpr std::string_view error_text = "!err!";
/// Nesting of an expression, and operations of one evaluation: what stops for() without an end.
constexpr unsigned expression_depth_max = 100;
constexpr unsigned operations_max = 100'000;

using Value = std::optional<double>;

bool name_start(char c) {
  return base::is_alpha(c) || c == '_';
}
bool name_part(char c) {
  return name_start(c) || base::is_digit(c);
}

/// Parses and computes at once; `for`, `if` and `select` go over their arguments' text again.
class Calculator {
 public:
  explicit Calculator(base::Random* random) : random_{random} {
    variables_["M_PI"] = std::numbers::pi;
    variables_["M_E"] = std::numbers::e;
  }

  Value run(std::string_view text) {
    Value last;
    bool any = false;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (i < text.size() && text[i] != ';' && text[i] != '|') continue;
      const auto statement = base::trim(text.substr(start, i - start));
      start = i + 1;
      if (statement.empty()) continue;
      last = whole(statement);
      if (!last) return last;
      any = true;
    }
    return any ? last : Value{};
  }

 private:
  Value whole(std::string_view text) {
    base::Cursor in{text};
    const auto value = assignment(in);
    in.skip_space();
    return in.at_end() ? value : Value{};
  }

  Value assignment(base::Cursor& in) {
    if (++operations_ > operations_max || depth_ >= expression_depth_max) return {};
    ++depth_;
    const auto value = assigned(in);
    --depth_;
    return value;
  }

  Value assigned(base::Cursor& in) {
    in.skip_space();
    auto ahead = in;
    if (name_start(ahead.peek())) {
      const std::string name{ahead.take_while(name_part)};
      if (ahead.take('=') && ahead.peek() != '=') {
        const auto value = assignment(ahead);
        if (value) variables_[name] = *value;
        in = ahead;
        return value;
      }
    }
    return sum(in);
  }

  Value sum(base::Cursor& in) {
    auto left = product(in);
    while (left) {
      const bool plus = in.take('+');
      if (!plus && !in.take('-')) break;
      const auto right = product(in);
      if (!right) return {};
      *left += plus ? *right : -*right;
    }
    return left;
  }

  Value product(base::Cursor& in) {
    auto left = sign(in);
    while (left) {
      const bool times = in.take('*');
      if (!times && !in.take('/')) break;
      const auto right = sign(in);
      if (!right || (!times && *right == 0)) return {};
      *left = times ? *left * *right : *left / *right;
    }
    return left;
  }

  Value sign(base::Cursor& in) {
    bool negative = false;
    while (true) {
      if (in.take('-'))
        negative = !negative;
      else if (!in.take('+'))
        break;
      if (++operations_ > operations_max) return {};
    }
    const auto value = power(in);
    return value && negative ? Value{-*value} : value;
  }

  Value power(base::Cursor& in) {
    auto left = atom(in);
    while (left && in.take('^')) {
      const bool negative = in.take('-');
      const auto right = atom(in);
      if (!right) return {};
      left = finite(std::pow(*left, negative ? -*right : *right));
    }
    return left;
  }

  Value atom(base::Cursor& in) {
    in.skip_space();
    if (in.take('(')) {
      const auto value = assignment(in);
      return value && in.take(')') ? value : Value{};
    }
    if (base::is_digit(in.peek()) || in.peek() == '.') return number(in);
    if (!name_start(in.peek())) return {};
    const std::string name{in.take_while(name_part)};
    if (in.take('(')) return call(name, in);
    const auto found = variables_.find(name);
    return found == variables_.end() ? 0.0 : found->second;
  }

  static Value number(base::Cursor& in) {
    const auto text = in.take_while([](char c) { return base::is_digit(c) || c == '.'; });
    if (name_start(in.peek()) || std::count(text.begin(), text.end(), '.') > 1 || text == ".") return {};
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    return error == std::errc{} ? Value{value} : Value{};
  }

  /// The text of each argument, up to the parenthesis that closes.
  static std::optional<std::vector<std::string_view>> arguments(base::Cursor& in) {
    std::vector<std::string_view> all;
    const auto rest = in.rest();
    int depth = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == '(') ++depth;
      if (depth == 0 && (rest[i] == ',' || rest[i] == ')')) {
        all.push_back(base::trim(rest.substr(start, i - start)));
        start = i + 1;
      }
      if (rest[i] == ')' && depth-- == 0) {
        in.take_count(i + 1);
        if (all.size() == 1 && all[0].empty()) all.clear();
        return all;
      }
    }
    return std::nullopt;
  }

  static Value finite(double value) { return std::isfinite(value) ? Value{value} : Value{}; }

  Value call(const std::string& name, base::Cursor& in) {
    const auto texts = arguments(in);
    if (!texts) return {};
    if (const auto lazy = lazy_call(name, *texts)) return *lazy;
    std::vector<double> a;
    for (const auto text : *texts) {
      const auto value = whole(text);
      if (!value) return {};
      a.push_back(*value);
    }
    const auto result = plain_call(name, a);
    return result ? finite(*result) : Value{};
  }

  /// Functions that do not compute every argument exactly once. Outer empty: it is none of them.
  std::optional<Value> lazy_call(const std::string& name, const std::vector<std::string_view>& a) {
    if (name == "if") {
      if (a.size() != 3) return Value{};
      const auto test = whole(a[0]);
      return test ? whole(*test != 0 ? a[1] : a[2]) : Value{};
    }
    if (name == "select") {
      if (a.size() != 3 && a.size() != 4) return Value{};
      const auto test = whole(a[0]);
      if (!test) return Value{};
      return whole(*test < 0 ? a[1] : *test == 0 || a.size() == 3 ? a[2] : a[3]);
    }
    if (name == "land" || name == "lor") {
      if (a.size() != 2) return Value{};
      const auto first = whole(a[0]);
      if (!first) return Value{};
      if ((*first != 0) == (name == "lor")) return Value{name == "lor" ? 1.0 : 0.0};
      const auto second = whole(a[1]);
      return second ? Value{*second != 0 ? 1.0 : 0.0} : Value{};
    }
    if (name == "for") return a.size() == 4 ? repeat(a) : Value{};
    return std::nullopt;
  }

  /// for(start, while, step, action): the last action's value.
  Value repeat(const std::vector<std::string_view>& a) {
    Value last = 0.0;
    if (!whole(a[0])) return {};
    while (true) {
      const auto test = whole(a[1]);
      if (!test) return {};
      if (*test == 0) return last;
      last = whole(a[3]);
      if (!last || !whole(a[2])) return {};
    }
  }

  Value plain_call(const std::string& name, const std::vector<double>& a) {
    using One = double (*)(double);
    static const std::map<std::string, One, std::less<>> one{
        {"abs", [](double x) { return std::fabs(x); }},
        {"ipart", [](double x) { return std::trunc(x); }},
        {"fpart", [](double x) { return x - std::trunc(x); }},
        {"sqrt", [](double x) { return std::sqrt(x); }},
        {"sin", [](double x) { return std::sin(x); }},
        {"sinh", [](double x) { return std::sinh(x); }},
        {"asin", [](double x) { return std::asin(x); }},
        {"cos", [](double x) { return std::cos(x); }},
        {"cosh", [](double x) { return std::cosh(x); }},
        {"acos", [](double x) { return std::acos(x); }},
        {"tan", [](double x) { return std::tan(x); }},
        {"tanh", [](double x) { return std::tanh(x); }},
        {"atan", [](double x) { return std::atan(x); }},
        {"log", [](double x) { return std::log10(x); }},
        {"pow10", [](double x) { return std::pow(10.0, x); }},
        {"ln", [](double x) { return std::log(x); }},
        {"exp", [](double x) { return std::exp(x); }},
        {"ceil", [](double x) { return std::ceil(x); }},
        {"floor", [](double x) { return std::floor(x); }},
        {"deg", [](double x) { return x * 180.0 / std::numbers::pi; }},
        {"rad", [](double x) { return x * std::numbers::pi / 180.0; }},
        {"not", [](double x) { return x == 0 ? 1.0 : 0.0; }}};
    if (const auto found = one.find(name); found != one.end())
      return a.size() == 1 ? Value{found->second(a[0])} : Value{};
    using Two = double (*)(double, double);
    static const std::map<std::string, Two, std::less<>> two{
        {"mod", [](double x, double y) { return std::fmod(x, y); }},
        {"pow", [](double x, double y) { return std::pow(x, y); }},
        {"atan2", [](double x, double y) { return std::atan2(x, y); }},
        {"logn", [](double x, double y) { return std::log(x) / std::log(y); }},
        {"recttopolr", [](double x, double y) { return std::hypot(x, y); }},
        {"recttopola",
         [](double x, double y) {
           const double angle = std::atan2(y, x);
           return angle < 0 ? angle + 2 * std::numbers::pi : angle;
         }},
        {"poltorectx", [](double r, double angle) { return r * std::cos(angle); }},
        {"poltorecty", [](double r, double angle) { return r * std::sin(angle); }},
        {"equal", [](double x, double y) { return x == y ? 1.0 : 0.0; }},
        {"above", [](double x, double y) { return x > y ? 1.0 : 0.0; }},
        {"below", [](double x, double y) { return x < y ? 1.0 : 0.0; }},
        {"and", [](double x, double y) { return x != 0 && y != 0 ? 1.0 : 0.0; }},
        {"or", [](double x, double y) { return x != 0 || y != 0 ? 1.0 : 0.0; }}};
    if (const auto found = two.find(name); found != two.end())
      return a.size() == 2 ? Value{found->second(a[0], a[1])} : Value{};
    return many_call(name, a);
  }

  Value many_call(const std::string& name, const std::vector<double>& a) {
    const auto uniform = [&] {
      return random_ != nullptr ? static_cast<double>(random_->u64() >> 11) * 0x1.0p-53 : 0.0;
    };
    if (name == "rand" || name == "randomize") return a.size() <= 1 ? Value{uniform()} : Value{};
    if (name == "random") {
      if (a.size() < 2 || a.size() > 3) return {};
      const double least = a[a.size() - 2];
      return least + (a.back() - least) * uniform();
    }
    if (a.empty()) return {};
    if (name == "min") return *std::min_element(a.begin(), a.end());
    if (name == "max") return *std::max_element(a.begin(), a.end());
    if (name == "many") return a.back();
    if (name == "avg") {
      double sum = 0;
      for (const double x : a) sum += x;
      return sum / static_cast<double>(a.size());
    }
    if (name == "poly") {
      double sum = 0;
      for (std::size_t i = 1; i < a.size(); ++i) sum = sum * a[0] + a[i];
      return a.size() > 1 ? Value{sum} : Value{};
    }
    // The reference gives the lower bound for what lies outside on either side.
    if (name == "clip" && a.size() == 3) return a[0] < a[1] || a[0] > a[2] ? a[1] : a[0];
    if (name == "clamp" && a.size() == 3) {
      const double wrapped = std::fmod(a[0] - a[1], a[2] - a[1]);
      return (wrapped < 0 ? wrapped + a[2] - a[1] : wrapped) + a[1];
    }
    if (name == "pntchange" && a.size() == 5) return a[2] + (a[4] - a[0]) / (a[1] - a[0]) * (a[3] - a[2]);
    return {};
  }

  base::Random* random_;
  std::map<std::string, double, std::less<>> variables_;
  unsigned operations_ = 0;
  unsigned depth_ = 0;
};

/// Up to ten decimals, none of them a trailing zero.
std::string print(double value) {
  std::array<char, 512> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "%0.10f", value);
  std::string text{buffer.data(), static_cast<std::size_t>(size)};
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

const ApiFunction expr{{"expr", "<expression>", "Computes an arithmetic expression.",
                        [](std::string_view arguments, Context& context) {
                          const auto value = Calculator{context.random}.run(arguments);
                          return value ? print(*value) : std::string{error_text};
                        }}};

}  // namespace

}  // namespace dialplan
