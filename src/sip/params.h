// sip/params.h - ";name=value" parameters of a header, kept as one text.
//
// RFC 3261 section 25.1 generic-param. Most messages are asked for one or two parameters, so they are looked up
// in the text, not split into a container; up to 40 bytes cost no allocation. Names compare without case.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/cursor.h"
#include "base/short_text.h"

namespace sip {

class Params {
 public:
  Params() = default;
  /// Takes every ";name[=value]" in front of `in`; blanks around ; and = are dropped. False: malformed.
  bool parse(base::Cursor& in);

  bool empty() const { return text_.empty(); }
  /// The raw value, quotes included; empty for a parameter without one; nullopt when absent.
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  /// The value without quotes and backslashes; empty when absent.
  std::string text_of(std::string_view name) const;
  /// A decimal value; nullopt when absent or not a number of 32 bits.
  std::optional<std::uint32_t> number(std::string_view name) const;

  /// Replaces or appends; an empty value gives ";name".
  void set(std::string_view name, std::string_view value = {});
  void set_quoted(std::string_view name, std::string_view plain);
  void set_number(std::string_view name, std::uint64_t value);
  void remove(std::string_view name);
  void clear() { text_.clear(); }

  /// Calls visit(name, raw value) in order.
  template <class Visit>
  void each(Visit visit) const {
    std::string_view name, value;
    for (std::size_t at = 0; next(at, name, value);) visit(name, value);
  }

  /// ";a=1;b", or empty.
  const base::ShortText& text() const { return text_; }
  void print(std::string& out) const { out += text_.view(); }
  bool operator==(const Params&) const = default;

 private:
  bool next(std::size_t& at, std::string_view& name, std::string_view& value) const;
  base::ShortText text_;
};

}  // namespace sip
