// base/short_text.h - a string that keeps up to 40 bytes in itself.
//
// For the parts of a protocol that are longer than std::string keeps in place (15 bytes) but hardly ever long: URIs,
// parameters, Call-IDs. A usual SIP URI has 20 to 40 bytes; as a std::string each of a message costs an allocation,
// which is more than parsing it does.
//
// It reads as a std::string_view and grows as a std::string; it has no terminating NUL. 48 bytes.
#pragma once
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "base/require.h"

namespace base {

class ShortText {
 public:
  static constexpr std::size_t in_place = 40;

  ShortText() noexcept : size_{0}, capacity_{in_place} {}
  explicit ShortText(std::string_view text) : ShortText{} { append(text); }
  ShortText(const ShortText& other) : ShortText{other.view()} {}
  ShortText(ShortText&& other) noexcept { take(other); }
  ~ShortText() { free(); }

  ShortText& operator=(const ShortText& other) {
    if (this != &other) assign(other.view());
    return *this;
  }
  ShortText& operator=(ShortText&& other) noexcept {
    if (this == &other) return *this;
    free();
    take(other);
    return *this;
  }

  std::string_view view() const { return {data(), size_}; }
  operator std::string_view() const { return view(); }
  explicit operator std::string() const { return std::string{view()}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// `text` may be a part of this one.
  void assign(std::string_view text) {
    if (text.size() > capacity_) {
      ShortText fresh;
      fresh.grow(text.size());
      std::memcpy(fresh.data(), text.data(), text.size());
      fresh.size_ = static_cast<std::uint32_t>(text.size());
      *this = std::move(fresh);
      return;
    }
    if (!text.empty()) std::memmove(data(), text.data(), text.size());
    size_ = static_cast<std::uint32_t>(text.size());
  }
  /// `text` may not be a part of this one.
  void append(std::string_view text) {
    if (text.empty()) return;
    if (size_ + text.size() > capacity_) grow(size_ + text.size());
    std::memcpy(data() + size_, text.data(), text.size());
    size_ += static_cast<std::uint32_t>(text.size());
  }
  ShortText& operator+=(std::string_view text) {
    append(text);
    return *this;
  }
  /// Puts `text`, which may not be a part of this one, in place of `count` bytes at `at`.
  void replace(std::size_t at, std::size_t count, std::string_view text) {
    const std::size_t rest = size_ - at - count;
    if (size_ - count + text.size() > capacity_) grow(size_ - count + text.size());
    std::memmove(data() + at + text.size(), data() + at + count, rest);
    if (!text.empty()) std::memcpy(data() + at, text.data(), text.size());
    size_ = static_cast<std::uint32_t>(at + text.size() + rest);
  }
  void erase(std::size_t at, std::size_t count) { replace(at, count, {}); }
  /// Keeps the first `size` bytes; no more than there are.
  void shorten(std::size_t size) { size_ = static_cast<std::uint32_t>(size); }
  void clear() { size_ = 0; }

  bool operator==(const ShortText& other) const { return view() == other.view(); }
  friend bool operator==(const ShortText& a, std::string_view b) { return a.view() == b; }
  friend std::string operator+(std::string a, const ShortText& b) { return std::move(a.append(b.view())); }
  friend std::ostream& operator<<(std::ostream& out, const ShortText& text) { return out << text.view(); }

 private:
  const char* data() const { return capacity_ == in_place ? bytes_ : heap_; }
  char* data() { return capacity_ == in_place ? bytes_ : heap_; }
  void take(ShortText& other) {
    std::memcpy(static_cast<void*>(this), static_cast<const void*>(&other), sizeof *this);
    other.size_ = 0;
    other.capacity_ = in_place;
  }
  void free() {
    if (capacity_ != in_place) delete[] heap_;
  }
  void grow(std::size_t size) {
    require(size <= UINT32_MAX / 2, "a short text of gigabytes");
    const std::size_t capacity = std::max(size, 2 * std::size_t{capacity_});
    char* const bytes = new char[capacity];
    std::memcpy(bytes, data(), size_);
    free();
    heap_ = bytes;
    capacity_ = static_cast<std::uint32_t>(capacity);
  }

  union {
    char bytes_[in_place];
    char* heap_;
  };
  std::uint32_t size_, capacity_;
};
static_assert(sizeof(ShortText) == 48);

}  // namespace base
