// call/variables.h - the variables of a channel: names without case, arrays, and scopes for one application.
//
// A value is text; an empty value means "not set" and storing one unsets the name, as in FreeSWITCH. An array
// is the text `ARRAY::a|:b|:c`. Names and values lie in a few blocks that never move, and a lookup compares hashes in
// one run over memory: a call has some dozens of variables, for which that is faster and smaller than a tree.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace call {

/// Elements an array may have and variables a set may hold; what is over is not stored.
inline constexpr std::size_t array_elements_max = 4000;
inline constexpr std::size_t variables_max = 4000;

/// The elements of `ARRAY::a|:b`; a plain value is an array of one. Views into `value`.
std::vector<std::string_view> array_elements(std::string_view value);
bool is_array(std::string_view value);
std::string print_array(const std::vector<std::string_view>& elements);

/// Text from the network as it may be stored: the dialplan expands values, so that a display name
/// `${system(x)}` would run. `${` becomes `$(`, and so does a `{` at the front; everything else stays. For
/// caller profiles, sip_* variables, and whatever a peer wrote.
std::string inert(std::string_view text);

class Variables {
 public:
  struct Variable {
    std::string_view name, value;
  };

  Variables() = default;
  Variables(std::initializer_list<Variable> all);
  Variables(const Variables& other);
  Variables(Variables&&) noexcept = default;
  Variables& operator=(const Variables& other);
  Variables& operator=(Variables&&) noexcept = default;

  /// The value, innermost scope first; empty when not set. Valid until this variable is changed or its scope
  /// left.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }
  bool is_true(std::string_view name) const;
  /// The value as a whole number with leading blanks and trailing text ignored; empty when unset or not a
  /// number.
  std::optional<long> number(std::string_view name) const;
  /// Element `index` of an array; empty when there is none or the variable is no array.
  std::string_view element(std::string_view name, std::size_t index) const;

  /// Sets, or unsets when `value` is empty. `name[2]` sets an element of an array (makes one when there is
  /// none).
  void set(std::string_view name, std::string_view value);
  bool unset(std::string_view name);
  /// Adds at the end or the beginning, making an array of a plain value.
  void push(std::string_view name, std::string_view value);
  void unshift(std::string_view name, std::string_view value);
  void clear();

  /// Variables of the outermost layer in the order in which they were first set.
  std::size_t size() const { return entries_.size(); }
  Variable at(std::size_t index) const;
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < size(); ++i) visit(at(i).name, at(i).value);
  }
  /// Heap bytes in use, for the memory account of a call.
  std::size_t bytes() const;

  /// A layer on top that only reads see: the `%[a=1]` variables of one application.
  void enter_scope(Variables scope);
  void leave_scope();
  std::size_t scopes() const { return scopes_.size(); }

 private:
  /// 16 bytes, because there are some eighty a call.
  struct Entry {
    char* text = nullptr;  // name, then value
    std::uint32_t value_size = 0;
    std::uint16_t name_size = 0;
    bool own = false;  // text is in no block
    Entry() = default;
    Entry(Entry&& other) noexcept { swap(other); }
    Entry& operator=(Entry&& other) noexcept {
      swap(other);
      return *this;
    }
    ~Entry() {
      if (own) delete[] text;
    }
    void swap(Entry& other) {
      std::swap(text, other.text);
      std::swap(value_size, other.value_size);
      std::swap(name_size, other.name_size);
      std::swap(own, other.own);
    }
    std::string_view name() const { return {text, name_size}; }
    std::string_view value() const { return {text + name_size, value_size}; }
  };
  /// What variables take at first comes from blocks of this size; a name that is set again and again, or a long value,
  /// gets memory of its own, so that the blocks of a channel stay few.
  static constexpr std::size_t block_bytes = 768, block_share_max = 256, blocks_max = 6;

  Entry make(std::string_view name, std::string_view value);
  char* take_from_block(std::size_t size);
  void append(std::string_view name, std::uint32_t hash, std::string_view value);
  std::size_t index_of(std::string_view name, std::uint32_t hash) const;
  void put(std::string_view name, std::string_view value);
  void set_element(std::string_view name, std::size_t index, std::string_view value);

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> hashes_;  // of the names of entries_
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::uint32_t block_used_ = 0;  // of the last one
  std::vector<Variables> scopes_;
};

/// `%[a=1,b=2]rest` and `%^[a=1^b=2]rest`: takes the scope variables off the front of application data.
struct Scoped {
  Variables variables;
  std::string_view rest;
  bool any = false;
};
Scoped split_scope(std::string_view data);

/// The application `export`: stores the variable and lists its name in `list` (export_vars,
/// bridge_export_vars). A `nolocal:` or `_nolocal_` name is stored as written, so that this leg does not see
/// it under its own name.
void export_variable(Variables& variables, std::string_view name, std::string_view value,
                     std::string_view list = "export_vars");
/// What the listed names give a new leg, prefixes removed; in the order of the list.
std::vector<Variables::Variable> exported(const Variables& variables, std::string_view list = "export_vars");

}  // namespace call
