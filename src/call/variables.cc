// call/variables.cc - storage of channel variables, arrays, scopes and the export list.
#include "call/variables.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace call {

namespace {

constexpr std::string_view array_mark = "ARRAY::";
constexpr std::string_view array_separator = "|:";
constexpr std::size_t name_size_max = 1024;
constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Eight bytes at a time, letters folded by 0x20 (what else that folds is told apart when names are compared).
std::uint32_t hash_of(std::string_view name) {
  constexpr std::uint64_t fold = 0x2020202020202020, factor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = name.size();
  for (; !name.empty(); name.remove_prefix(std::min<std::size_t>(8, name.size()))) {
    std::uint64_t word = 0;
    std::memcpy(&word, name.data(), std::min<std::size_t>(8, name.size()));
    hash = (hash ^ (word | fold)) * factor;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

/// `name[2]`: the name and the index; no index when the brackets are not a number.
std::optional<std::pair<std::string_view, std::size_t>> indexed(std::string_view name) {
  if (!name.ends_with(']')) return std::nullopt;
  const auto open = name.find('[');
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const auto index = base::to_number<std::size_t>(name.substr(open + 1, name.size() - open - 2));
  if (!index) return std::nullopt;
  return std::pair{name.substr(0, open), *index};
}

}  // namespace

bool is_array(std::string_view value) {
  return value.starts_with(array_mark);
}

std::vector<std::string_view> array_elements(std::string_view value) {
  if (!is_array(value)) return {value};
  value.remove_prefix(array_mark.size());
  std::vector<std::string_view> elements;
  while (elements.size() < array_elements_max) {
    const auto end = value.find(array_separator);
    elements.push_back(value.substr(0, end));
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + array_separator.size());
  }
  return elements;
}

std::string print_array(const std::vector<std::string_view>& elements) {
  std::string text{array_mark};
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i != 0) text += array_separator;
    text += elements[i];
  }
  return text;
}

std::string inert(std::string_view text) {
  std::string result{text};
  // A `{` in front may meet the `$` at the end of another value.
  if (result.starts_with('{')) result[0] = '(';
  for (std::size_t i = 1; i < result.size(); ++i)
    if (result[i] == '{' && result[i - 1] == '$') result[i] = '(';
  return result;
}

Variables::Variables(std::initializer_list<Variable> all) {
  for (const auto& variable : all) set(variable.name, variable.value);
}

Variables::Variables(const Variables& other) : scopes_{other.scopes_} {
  entries_.reserve(other.entries_.size());
  for (std::size_t i = 0; i < other.size(); ++i) append(other.at(i).name, other.hashes_[i], other.at(i).value);
}

Variables& Variables::operator=(const Variables& other) {
  if (this != &other) *this = Variables{other};
  return *this;
}

/// Null when it has to have memory of its own.
char* Variables::take_from_block(std::size_t size) {
  if (size > block_share_max) return nullptr;
  if (blocks_.empty() || block_used_ + size > block_bytes) {
    if (blocks_.size() == blocks_max) return nullptr;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_bytes));
    block_used_ = 0;
  }
  char* const text = blocks_.back().get() + block_used_;
  block_used_ += static_cast<std::uint32_t>(size);
  return text;
}

Variables::Entry Variables::make(std::string_view name, std::string_view value) {
  Entry entry;
  entry.text = take_from_block(name.size() + value.size());
  if (entry.text == nullptr) {
    entry.text = new char[name.size() + value.size()];
    entry.own = true;
  }
  std::memcpy(entry.text, name.data(), name.size());
  if (!value.empty()) std::memcpy(entry.text + name.size(), value.data(), value.size());
  entry.name_size = static_cast<std::uint16_t>(name.size());
  entry.value_size = static_cast<std::uint32_t>(value.size());
  return entry;
}

void Variables::append(std::string_view name, std::uint32_t hash, std::string_view value) {
  constexpr std::size_t step = 16;  // doubling would leave the usual channel half empty
  if (entries_.size() == entries_.capacity()) {
    const auto room = entries_.size() + std::max(step, entries_.size() / 4);
    entries_.reserve(room);
    hashes_.reserve(room);
  }
  entries_.push_back(make(name, value));
  hashes_.push_back(hash);
}

std::size_t Variables::index_of(std::string_view name, std::uint32_t hash) const {
  const auto* const hashes = hashes_.data();
  const std::size_t count = hashes_.size();
  const auto is_it = [&](std::size_t i) {
    if (hashes[i] != hash) return false;
    const auto theirs = entries_[i].name();
    return theirs == name || base::same(theirs, name);
  };
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {  // the compiler makes vectors of this
    unsigned hits = 0;
    for (std::size_t k = 0; k < 8; ++k) hits |= hashes[i + k] == hash ? 1U : 0U;
    if (hits == 0) continue;
    for (std::size_t k = 0; k < 8; ++k)
      if (is_it(i + k)) return i + k;
  }
  for (; i < count; ++i)
    if (is_it(i)) return i;
  return none;
}

std::string_view Variables::get(std::string_view name) const {
  const auto hash = hash_of(name);
  for (std::size_t i = scopes_.size(); i-- > 0;)
    if (const auto at = scopes_[i].index_of(name, hash); at != none) return scopes_[i].entries_[at].value();
  const auto at = index_of(name, hash);
  return at == none ? std::string_view{} : entries_[at].value();
}

bool Variables::is_true(std::string_view name) const {
  return base::is_true(get(name));
}

std::optional<long> Variables::number(std::string_view name) const {
  auto text = base::trim(get(name));
  if (text.starts_with('+')) text.remove_prefix(1);
  long value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

std::string_view Variables::element(std::string_view name, std::size_t index) const {
  const auto value = get(name);
  if (!is_array(value)) return {};
  const auto elements = array_elements(value);
  return index < elements.size() ? elements[index] : std::string_view{};
}

void Variables::set(std::string_view name, std::string_view value) {
  if (const auto element_of = indexed(name)) return set_element(element_of->first, element_of->second, value);
  if (value.empty()) {
    unset(name);
    return;
  }
  put(name, value);
}

void Variables::put(std::string_view name, std::string_view value) {
  if (name.empty() || name.size() > name_size_max) return;
  const auto hash = hash_of(name);
  const auto at = index_of(name, hash);
  if (at == none) {
    if (entries_.size() < variables_max) append(name, hash, value);
    return;
  }
  // `value` may be a view into the old one.
  auto& entry = entries_[at];
  if (value.size() > entry.value_size) {
    char* const longer = new char[entry.name_size + value.size()];
    std::memcpy(longer, entry.text, entry.name_size);
    std::memcpy(longer + entry.name_size, value.data(), value.size());
    if (entry.own) delete[] entry.text;
    entry.text = longer;
    entry.own = true;
  } else {
    std::memmove(entry.text + entry.name_size, value.data(), value.size());
  }
  entry.value_size = static_cast<std::uint32_t>(value.size());
}

/// As the reference does it: an element that exists is left alone, one behind the end is added at the end.
void Variables::set_element(std::string_view name, std::size_t index, std::string_view value) {
  if (value.empty()) return;
  const auto old = get(name);
  if (old.empty()) return put(name, print_array({value}));
  auto elements = array_elements(old);
  if (index < elements.size() || elements.size() >= array_elements_max) return;
  elements.push_back(value);
  put(name, print_array(elements));
}

bool Variables::unset(std::string_view name) {
  const auto at = index_of(name, hash_of(name));
  if (at == none) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  hashes_.erase(hashes_.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

void Variables::push(std::string_view name, std::string_view value) {
  const auto old = get(name);
  if (old.empty()) return put(name, value);
  auto elements = array_elements(old);
  if (elements.size() >= array_elements_max) return;
  elements.push_back(value);
  put(name, print_array(elements));
}

void Variables::unshift(std::string_view name, std::string_view value) {
  const auto old = get(name);
  if (old.empty()) return put(name, value);
  auto elements = array_elements(old);
  if (elements.size() >= array_elements_max) return;
  elements.insert(elements.begin(), value);
  put(name, print_array(elements));
}

void Variables::clear() {
  *this = Variables{};
}

Variables::Variable Variables::at(std::size_t index) const {
  return {entries_[index].name(), entries_[index].value()};
}

std::size_t Variables::bytes() const {
  std::size_t sum = entries_.capacity() * sizeof(Entry) + hashes_.capacity() * sizeof(std::uint32_t) +
                    blocks_.size() * block_bytes + scopes_.capacity() * sizeof(Variables);
  for (const auto& entry : entries_)
    if (entry.own) sum += entry.name_size + entry.value_size;
  for (const auto& scope : scopes_) sum += scope.bytes();
  return sum;
}

void Variables::enter_scope(Variables scope) {
  scopes_.push_back(std::move(scope));
}
void Variables::leave_scope() {
  if (!scopes_.empty()) scopes_.pop_back();
}

Scoped split_scope(std::string_view data) {
  Scoped result{.variables = {}, .rest = data};
  auto rest = data;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  char separator = ',';
  std::size_t open = 0;
  if (rest.starts_with("%[")) {
    open = 2;
  } else if (rest.starts_with("%^[")) {
    open = 3;
    separator = '^';
  } else {
    return result;
  }
  auto inside = rest.substr(open);
  const auto close = inside.find(']');
  if (close == std::string_view::npos) return result;
  result.rest = inside.substr(close + 1);
  result.any = true;
  for (const auto item : base::split(inside.substr(0, close), separator)) {
    const auto equals = item.find('=');
    if (equals != std::string_view::npos)
      result.variables.set(base::trim(item.substr(0, equals)), item.substr(equals + 1));
  }
  return result;
}

namespace {

/// The name a new leg gets: `nolocal:x` and `_nolocal_x` become x.
std::string_view far_name(std::string_view name) {
  for (const std::string_view prefix : {"nolocal:", "_nolocal_"})
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  return name;
}

}  // namespace

void export_variable(Variables& variables, std::string_view name, std::string_view value,
                     std::string_view list) {
  const std::string kept{value};
  variables.set(name, kept);
  if (kept.empty() || name.empty()) return;
  const auto listed = variables.get(list);
  for (const auto item : base::split(listed, ','))
    if (base::same(item, name)) return;
  std::string longer{listed};
  if (!longer.empty()) longer += ',';
  longer += name;
  variables.set(list, longer);
}

std::vector<Variables::Variable> exported(const Variables& variables, std::string_view list) {
  std::vector<Variables::Variable> result;
  const auto names = variables.get(list);
  if (names.empty()) return result;
  // The list is usually text with commas; push makes an array of it.
  for (const auto element : array_elements(names)) {
    for (const auto item : base::split(element, ',')) {
      const auto name = base::trim(item);
      if (const auto value = variables.get(name); !value.empty()) result.push_back({far_name(name), value});
    }
  }
  return result;
}

}  // namespace call
