// dialplan/pattern.cc - the only file that knows PCRE2.
#define PCRE2_CODE_UNIT_WIDTH 8
#include "dialplan/pattern.h"

#include <pcre2.h>

#include <array>
#include <list>
#include <unordered_map>

#include "base/text.h"

namespace dialplan {

namespace {

pcre2_code* code_of(void* code) {
  return static_cast<pcre2_code*>(code);
}

/// One match context a thread, with the limits set once.
pcre2_match_context* match_context() {
  struct Holder {
    pcre2_match_context* context = pcre2_match_context_create(nullptr);
    Holder() {
      pcre2_set_match_limit(context, match_steps_max);
      pcre2_set_depth_limit(context, match_depth_max);
      pcre2_set_heap_limit(context, match_heap_kib_max);
    }
    ~Holder() { pcre2_match_context_free(context); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
  };
  thread_local const Holder holder;
  return holder.context;
}

struct FreeMatch {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

/// `/expression/flags`: the part between the slashes, and the flags.
std::pair<std::string_view, std::uint32_t> split_flags(std::string_view expression) {
  if (!expression.starts_with('/')) return {expression, 0};
  const auto end = expression.rfind('/');
  if (end == 0) return {expression, 0};
  std::uint32_t flags = 0;
  for (const char c : expression.substr(end + 1)) {
    if (c == 'i') flags |= PCRE2_CASELESS;
    if (c == 's') flags |= PCRE2_DOTALL;
  }
  return {expression.substr(1, end - 1), flags};
}

}  // namespace

void Pattern::Free::operator()(void* code) const {
  pcre2_code_free(code_of(code));
}

base::Result<Pattern, PatternError> Pattern::compile(std::string_view expression) {
  if (expression.size() > expression_size_max)
    return base::Unexpected<PatternError>{
        {"the expression is longer than " + std::to_string(expression_size_max) + " characters",
         expression_size_max}};
  const auto [inside, flags] = split_flags(expression);
  int error = 0;
  std::size_t offset = 0;
  Pattern pattern;
  pattern.has_parenthesis_ = expression.find('(') != std::string_view::npos;
  pattern.code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(inside.data()), inside.size(),
                                    flags | PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr));
  if (!pattern.code_) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return base::Unexpected<PatternError>{
        {reinterpret_cast<const char*>(text.data()),
         offset + static_cast<std::size_t>(inside.data() - expression.data())}};
  }
  // Where JIT is not available the interpreter does the same work under the same limits.
  pcre2_jit_compile(code_of(pattern.code_.get()), PCRE2_JIT_COMPLETE);
  return pattern;
}

std::optional<Captures> Pattern::match(std::string_view subject) const {
  auto* code = code_of(code_.get());
  const std::unique_ptr<pcre2_match_data, FreeMatch> data{
      pcre2_match_data_create_from_pattern(code, nullptr)};
  const auto* text = subject.data() != nullptr ? subject.data() : "";
  const int count = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text), subject.size(), 0, 0, data.get(),
                                match_context());
  if (count < 0) return std::nullopt;
  const auto* offsets = pcre2_get_ovector_pointer(data.get());
  Captures captures(pcre2_get_ovector_count(data.get()));
  for (std::size_t i = 0; i < captures.size() && i < static_cast<std::size_t>(count); ++i) {
    const auto start = offsets[2 * i];
    const auto end = offsets[2 * i + 1];
    // \K may put a start behind its end.
    if (start != PCRE2_UNSET && start <= end) captures[i] = std::string_view{text + start, end - start};
  }
  return captures;
}

const Pattern* cached_pattern(std::string_view expression) {
  struct Entry {
    std::string expression;
    std::optional<Pattern> pattern;
  };
  struct Cache {
    std::list<Entry> entries;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> index;
  };
  thread_local Cache cache;
  if (const auto found = cache.index.find(expression); found != cache.index.end()) {
    cache.entries.splice(cache.entries.begin(), cache.entries, found->second);
  } else {
    auto compiled = Pattern::compile(expression);
    cache.entries.push_front({std::string{expression}, std::nullopt});
    if (compiled) cache.entries.front().pattern = std::move(*compiled);
    cache.index.emplace(cache.entries.front().expression, cache.entries.begin());
    if (cache.entries.size() > pattern_cache_size) {
      cache.index.erase(cache.entries.back().expression);
      cache.entries.pop_back();
    }
  }
  const auto& pattern = cache.entries.front().pattern;
  return pattern ? &*pattern : nullptr;
}

std::string substitute(std::string_view text, const Captures& captures) {
  constexpr std::size_t digits_max = 3;
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 >= text.size() || !base::is_digit(text[i + 1])) {
      result += text[i];
      continue;
    }
    std::size_t index = 0;
    std::size_t digits = 0;
    while (digits < digits_max && i + 1 < text.size() && base::is_digit(text[i + 1])) {
      index = index * 10 + static_cast<std::size_t>(text[++i] - '0');
      ++digits;
    }
    if (index < captures.size()) result += captures[index];
  }
  return result;
}

}  // namespace dialplan
