// test/support/json.h - just enough JSON (RFC 8259) to read recorded vectors; a broken text gives null.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace test {

class Json {
 public:
  using List = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  Json() = default;
  static Json parse(std::string_view text) {
    Reader reader{text};
    Json value = reader.value();
    return reader.broken ? Json{} : value;
  }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_list() const { return std::holds_alternative<List>(value_); }
  bool is_text() const { return std::holds_alternative<std::string>(value_); }
  const std::string& text() const {
    static const std::string none;
    const auto* text = std::get_if<std::string>(&value_);
    return text != nullptr ? *text : none;
  }
  double number() const {
    const auto* number = std::get_if<double>(&value_);
    return number != nullptr ? *number : 0;
  }
  bool boolean() const {
    const auto* truth = std::get_if<bool>(&value_);
    return truth != nullptr && *truth;
  }
  const List& list() const {
    static const List none;
    const auto* list = std::get_if<List>(&value_);
    return list != nullptr ? *list : none;
  }
  const Object& object() const {
    static const Object none;
    const auto* object = std::get_if<Object>(&value_);
    return object != nullptr ? *object : none;
  }
  bool has(std::string_view key) const { return object().contains(key); }
  const Json& operator[](std::string_view key) const {
    static const Json none;
    const auto found = object().find(key);
    return found != object().end() ? found->second : none;
  }

 private:
  struct Reader {
    std::string_view rest;
    bool broken = false;
    int depth = 0;

    void space() {
      while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r'))
        rest.remove_prefix(1);
    }
    bool take(std::string_view token) {
      space();
      if (!rest.starts_with(token)) return false;
      rest.remove_prefix(token.size());
      return true;
    }
    Json value() {
      constexpr int depth_max = 100;
      if (++depth > depth_max) broken = true;
      Json result;
      space();
      if (broken || rest.empty())
        broken = true;
      else if (take("{"))
        result.value_ = object();
      else if (take("["))
        result.value_ = list();
      else if (rest[0] == '"')
        result.value_ = string();
      else if (take("true"))
        result.value_ = true;
      else if (take("false"))
        result.value_ = false;
      else if (!take("null"))
        result.value_ = number();
      --depth;
      return result;
    }
    Object object() {
      Object all;
      if (take("}")) return all;
      do {
        space();
        auto key = string();
        if (!take(":")) broken = true;
        if (broken) return all;
        all.insert_or_assign(std::move(key), value());
      } while (take(","));
      if (!take("}")) broken = true;
      return all;
    }
    List list() {
      List all;
      if (take("]")) return all;
      do all.push_back(value());
      while (!broken && take(","));
      if (!take("]")) broken = true;
      return all;
    }
    double number() {
      const std::string copy{rest.substr(0, rest.find_first_not_of("+-.0123456789eE"))};
      if (copy.empty()) broken = true;
      rest.remove_prefix(copy.size());
      return std::strtod(copy.c_str(), nullptr);
    }
    std::uint32_t hex4() {
      const std::string copy{rest.substr(0, 4)};
      rest.remove_prefix(copy.size());
      return static_cast<std::uint32_t>(std::strtoul(copy.c_str(), nullptr, 16));
    }
    static void utf8(std::string& out, std::uint32_t code) {
      const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
      if (code < 0x80) return put(code);
      if (code < 0x800) return put(0xC0 | code >> 6), put(0x80 | (code & 63));
      if (code < 0x10000)
        return put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
      put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)),
          put(0x80 | (code & 63));
    }
    std::string string() {
      std::string out;
      if (!rest.starts_with('"')) {
        broken = true;
        return out;
      }
      rest.remove_prefix(1);
      while (!rest.empty() && rest[0] != '"') {
        if (rest[0] != '\\' || rest.size() < 2) {
          out += rest[0];
          rest.remove_prefix(1);
          continue;
        }
        const char c = rest[1];
        rest.remove_prefix(2);
        if (c == 'u') {
          auto code = hex4();
          if (code >= 0xD800 && code < 0xDC00 && rest.starts_with("\\u")) {
            rest.remove_prefix(2);
            code = 0x10000 + ((code - 0xD800) << 10) + (hex4() - 0xDC00);
          }
          utf8(out, code);
        } else {
          out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
        }
      }
      if (rest.empty())
        broken = true;
      else
        rest.remove_prefix(1);
      return out;
    }
  };

  std::variant<std::monostate, bool, double, std::string, List, Object> value_;
};

}  // namespace test
