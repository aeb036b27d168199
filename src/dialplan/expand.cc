// dialplan/expand.cc - variable expansion.
#include "dialplan/expand.h"

#include <charconv>

#include "base/text.h"
#include "dialplan/api_function.h"

namespace dialplan {

bool has_expansion(std::string_view text) {
  bool dollar = false;
  for (const char c : text) {
    if (c == '$') {
      dollar = true;
    } else {
      if (dollar && c == '{') return true;
      dollar = false;
    }
  }
  return false;
}

std::string lookup(std::string_view name, const Context& context) {
  if (context.session != nullptr) {
    const auto& session = *context.session;
    if (const auto value = session.variables.get(name); !value.empty()) return std::string{value};
    if (session.fields)
      if (auto value = session.fields->find(name)) return std::move(*value);
    const call::CallerProfile* profile = &session.profile;
    auto field = name;
    if (name.starts_with("aleg_")) {
      profile = session.originator;
      field.remove_prefix(5);
    } else if (name.starts_with("bleg_")) {
      profile = session.originatee;
      field.remove_prefix(5);
    }
    if (profile != nullptr)
      if (auto value = profile->field(field); value && !value->empty()) return std::move(*value);
  }
  return context.globals != nullptr ? std::string{context.globals->get(name)} : std::string{};
}

namespace {

/// A backslash in front of these makes a text worth walking even without `${`.
bool has_escape(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '\\' && (text[i + 1] == '\\' || text[i + 1] == '\'')) return true;
  return false;
}

/// The length of the piece up to the brace or parenthesis that closes it; all of it when nothing does.
std::size_t closed_at(std::string_view text, char open, char close) {
  int depth = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == open) ++depth;
    if (text[i] == close && --depth == 0) return i;
  }
  return text.size();
}

/// As the C library's atoi, which is what `${v:offset:length}` counts with.
long leading_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Where a function name ends and its arguments begin: the first blank or parenthesis outside of a nested
/// `${}`.
std::size_t function_split(std::string_view inside) {
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '$' && i + 1 < inside.size() && inside[i + 1] == '{')
      i += 1 + closed_at(inside.substr(i + 2), '{', '}') + 1;
    else if (inside[i] == '(' || inside[i] == ' ')
      return i;
  }
  return std::string_view::npos;
}

std::string part_of(std::string value, long offset, long length) {
  if (offset >= 0)
    value.erase(0, std::min(value.size(), static_cast<std::size_t>(offset)));
  else if (static_cast<std::size_t>(-(offset + 1)) < value.size())
    value.erase(0, value.size() - static_cast<std::size_t>(-(offset + 1)) - 1);
  if (length > 0 && static_cast<std::size_t>(length) < value.size())
    value.resize(static_cast<std::size_t>(length));
  return value;
}

class Expansion {
 public:
  explicit Expansion(Context& context) : context_{context} {}

  std::string text(std::string_view in) {
    if (!has_expansion(in) && !has_escape(in)) return std::string{in};
    if (context_.depth >= expansion_depth_max ||
        (context_.depth > 0 && context_.steps >= expansion_steps_max))
      return std::string{in};
    if (context_.depth++ == 0) context_.steps = 0;
    std::string out;
    std::size_t i = 0;
    while (i < in.size() && out.size() < expansion_size_max) i += piece(in.substr(i), out);
    --context_.depth;
    if (out.size() > expansion_size_max) out.resize(expansion_size_max);
    return out;
  }

 private:
  /// Appends what stands at the front of `rest`; how much of it was used.
  std::size_t piece(std::string_view rest, std::string& out) {
    const char next = rest.size() > 1 ? rest[1] : '\0';
    if (rest[0] == '\\') {
      if (next == '$') {
        out += '$';
        return rest.size() > 2 && rest[2] == '$' ? 3 : 2;
      }
      if (next == '\'') return 2;
      out += '\\';
      return next == '\\' ? 2 : 1;
    }
    if (rest[0] != '$') {
      const auto plain = std::min(rest.find_first_of("\\$"), rest.size());
      out += rest.substr(0, plain);
      return plain;
    }
    if (rest.starts_with("$${")) {
      const auto inside = rest.substr(3);
      const auto end = closed_at(inside, '{', '}');
      if (context_.globals != nullptr) out += context_.globals->get(inside.substr(0, end));
      return std::min(rest.size(), end + 4);
    }
    if (next != '{') {
      out += '$';
      return 1;
    }
    const auto inside = rest.substr(2);
    const auto end = closed_at(inside, '{', '}');
    out += braces(inside.substr(0, end));
    return std::min(rest.size(), end + 3);
  }

  std::string braces(std::string_view inside) {
    if (++context_.steps >= expansion_steps_max) return {};
    if (const auto split = function_split(inside); split != std::string_view::npos) {
      auto arguments = inside.substr(split + 1);
      if (inside[split] == '(') arguments = arguments.substr(0, closed_at(arguments, '(', ')'));
      return function(text(inside.substr(0, split)), text(arguments));
    }
    return variable(text(inside));
  }

  std::string function(const std::string& name, const std::string& arguments) {
    if (!context_.api_expansion) return "<API Execute Permission Denied>";
    const auto* found = ApiFunction::find(name);
    return found == nullptr ? std::string{} : found->spec().run(arguments, context_);
  }

  std::string variable(std::string name) {
    long offset = 0;
    long length = 0;
    if (const auto colon = name.find(':'); colon != std::string::npos) {
      const auto numbers = std::string_view{name}.substr(colon + 1);
      offset = leading_number(numbers);
      if (const auto second = numbers.find(':'); second != std::string_view::npos)
        length = leading_number(numbers.substr(second + 1));
      name.resize(colon);
    }
    std::optional<long> index;
    if (const auto open = name.find('[');
        open != std::string::npos && name.find(']', open) != std::string::npos) {
      index = leading_number(std::string_view{name}.substr(open + 1));
      name.resize(open);
    }
    auto value = lookup(name, context_);
    if (index && *index >= 0) {
      const auto elements =
          call::is_array(value) ? call::array_elements(value) : std::vector<std::string_view>{};
      const auto at = static_cast<std::size_t>(*index);
      value = at < elements.size() ? std::string{elements[at]} : std::string{};
    }
    if (has_expansion(value)) value = text(value);
    return part_of(std::move(value), offset, length);
  }

  Context& context_;
};

}  // namespace

std::string expand(std::string_view text, Context& context) {
  return Expansion{context}.text(text);
}

}  // namespace dialplan
