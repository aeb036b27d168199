#include "sip/params.h"

#include "base/text.h"
#include "sip/grammar.h"

namespace sip {

namespace {

/// Where the parameter that begins at text[begin] == ';' lies. Only for text that parse() or set() made.
struct Place {
  std::size_t begin, name_end, end;
};

std::size_t find_end(std::string_view text, std::size_t from) {
  for (std::size_t i = grammar::run_end(text, from, grammar::value); i < text.size();) {
    if (text[i] == ';') return i;
    const std::size_t quoted = text[i] == '"' ? grammar::quoted_size(text.substr(i)) : 0;
    i += quoted > 0 ? quoted : 1;
  }
  return text.size();
}

Place place_at(std::string_view text, std::size_t begin) {
  const auto end = find_end(text, begin + 1);
  return {begin, std::min(text.find('=', begin + 1), end), end};
}

std::optional<Place> find_place(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size(); at = find_end(text, at + 1)) {
    const auto name_end = at + 1 + name.size();
    if (name_end > text.size() || !base::same(text.substr(at + 1, name.size()), name)) continue;
    if (name_end == text.size() || text[name_end] == ';') return Place{at, name_end, name_end};
    if (text[name_end] == '=') return Place{at, name_end, find_end(text, name_end)};
  }
  return std::nullopt;
}

std::string without_blanks(std::string_view text) {
  std::string tight;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (base::is_space(text[i])) continue;
    const std::size_t size = text[i] == '"' ? grammar::quoted_size(text.substr(i)) : 1;
    tight += text.substr(i, size);
    i += size - 1;
  }
  return tight;
}

}  // namespace

bool Params::parse(base::Cursor& in) {
  const std::string_view text = in.rest();
  std::size_t i = 0, end = 0;
  bool blanks = false;
  const auto skip = [&] {
    while (i < text.size() && base::is_space(text[i])) ++i, blanks = true;
  };
  const auto run = [&](grammar::Class which) {
    const auto begin = i;
    i = grammar::run_end(text, i, which);
    return i > begin;
  };
  for (;;) {
    const bool tight = !blanks;
    skip();
    if (i == text.size() || text[i] != ';') {
      if (tight) blanks = false;  // those behind the last parameter are not ours
      break;
    }
    ++i;
    skip();
    if (!run(grammar::token)) return false;
    end = i;
    const bool tight_name = !blanks;
    skip();
    if (i == text.size() || text[i] != '=') {
      i = end;
      blanks = !tight_name;
      continue;
    }
    ++i;
    skip();
    if (i < text.size() && text[i] == '"') {
      const auto size = grammar::quoted_size(text.substr(i));
      if (size == 0) return false;
      i += size;
    } else if (!run(grammar::value)) {
      return false;
    }
    end = i;
  }
  const auto taken = in.take_count(end);
  if (blanks) text_.assign(without_blanks(taken));
  else text_.assign(taken);
  return true;
}

bool Params::next(std::size_t& at, std::string_view& name, std::string_view& value) const {
  if (at >= text_.size()) return false;
  const std::string_view text = text_;
  const auto place = place_at(text, at);
  name = text.substr(at + 1, place.name_end - at - 1);
  value = place.end > place.name_end ? text.substr(place.name_end + 1, place.end - place.name_end - 1) : std::string_view{};
  at = place.end;
  return true;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  const std::string_view text = text_;
  const auto place = find_place(text, name);
  if (!place) return std::nullopt;
  if (place->end == place->name_end) return std::string_view{};
  return text.substr(place->name_end + 1, place->end - place->name_end - 1);
}

std::string Params::text_of(std::string_view name) const {
  const auto raw = find(name);
  return raw ? grammar::unquoted(*raw) : std::string{};
}

std::optional<std::uint32_t> Params::number(std::string_view name) const {
  const auto raw = find(name);
  return raw ? base::to_number<std::uint32_t>(*raw) : std::nullopt;
}

void Params::set(std::string_view name, std::string_view value) {
  std::string fresh{";"};
  fresh += name;
  if (!value.empty()) (fresh += '=') += value;
  if (const auto place = find_place(text_, name)) text_.replace(place->begin, place->end - place->begin, fresh);
  else text_ += fresh;
}

void Params::set_quoted(std::string_view name, std::string_view plain) {
  std::string quoted;
  grammar::print_quoted(quoted, plain);
  set(name, quoted);
}

void Params::set_number(std::string_view name, std::uint64_t value) {
  std::string digits;
  grammar::print_number(digits, value);
  set(name, digits);
}

void Params::remove(std::string_view name) {
  while (const auto place = find_place(text_, name)) text_.erase(place->begin, place->end - place->begin);
}

}  // namespace sip
