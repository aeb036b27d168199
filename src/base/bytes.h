// base/bytes.h - big-endian fields, hexadecimal and base64, bounds checked.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

using Bytes = std::span<const std::uint8_t>;

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads network byte order. Once a read runs past the end every later one answers 0 and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_{bytes} {}
  template <std::unsigned_integral T>
  T take() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      ok_ = false;
      rest_ = {};
      return value;
    }
    for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 | rest_[i]);
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  std::uint32_t u24() {
    const std::uint32_t high = take<std::uint8_t>();
    return high << 16 | take<std::uint16_t>();
  }
  Bytes take_bytes(std::size_t n) {
    if (rest_.size() < n) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
  }
  Bytes rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  Bytes rest_;
  bool ok_ = true;
};

/// Appends network byte order to a string or vector of bytes.
template <class Container>
class ByteWriter {
 public:
  explicit ByteWriter(Container& out) : out_{out} {}
  template <std::unsigned_integral T>
  void put(T value) {
    for (std::size_t i = sizeof(T); i-- > 0;)
      out_.push_back(static_cast<typename Container::value_type>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
  void u24(std::uint32_t value) {
    put(static_cast<std::uint8_t>(value >> 16));
    put(static_cast<std::uint16_t>(value));
  }

 private:
  Container& out_;
};

std::string to_hex(Bytes bytes);
std::optional<std::string> from_hex(std::string_view text);
std::string to_base64(Bytes bytes);
/// Accepts padding and no padding; empty on any other character.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace base
