// store/columns.h - the named columns of a row, packed into one text.
//
// A call record has some forty short columns and there are two of them a call: as strings of their own they were a
// tenth of what a call costs. Here a row is two allocations, whatever its columns.
#pragma once
#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace store {

class Columns {
 public:
  struct Column {
    std::string_view name, value;  ///< valid until the next add()
  };

  Columns() = default;
  Columns(std::initializer_list<Column> all) {
    for (const auto& column : all) add(column.name, column.value);
  }

  /// Room for so many columns and bytes of text, so that adding them allocates nothing.
  void reserve(std::size_t columns, std::size_t bytes) {
    ends_.reserve(columns);
    text_.reserve(bytes);
  }
  void add(std::string_view name, std::string_view value) {
    text_ += name;
    const auto name_end = static_cast<std::uint32_t>(text_.size());
    text_ += value;
    ends_.push_back({name_end, static_cast<std::uint32_t>(text_.size())});
  }
  void add(std::string_view name, std::integral auto number) {
    char digits[20];
    add(name, std::string_view{digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
  }

  std::size_t size() const { return ends_.size(); }
  Column operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1].value;
    const std::string_view text = text_;
    return {text.substr(begin, ends_[i].name - begin), text.substr(ends_[i].name, ends_[i].value - ends_[i].name)};
  }

 private:
  struct Ends {
    std::uint32_t name, value;
  };
  std::string text_;
  std::vector<Ends> ends_;
};

}  // namespace store
