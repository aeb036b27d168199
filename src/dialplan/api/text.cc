// dialplan/api/text.cc - functions from text to text: echo, case, escapes, URLs, digests, coalesce.
#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"
#include "call/arguments.h"
#include "dialplan/api_function.h"

namespace dialplan {

namespace {

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return result;
}

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case ' ': result += "\\s"; break;
      case '\n': result += "\\n"; break;
      case '\r': result += "\\r"; break;
      case '\t': result += "\\t"; break;
      case '$': result += "\\$"; break;
      default: result += c;
    }
  }
  return result;
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view unsafe = " \"#%&+:;<=>?@[\\]^`{|}";
  std::string result;
  for (const char c : text) {
    if (c > ' ' && c <= '~' && unsafe.find(c) == std::string_view::npos) {
      result += c;
      continue;
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    result += '%';
    result += digits[static_cast<std::uint8_t>(c) >> 4];
    result += digits[static_cast<std::uint8_t>(c) & 15];
  }
  return result;
}

std::string url_decode(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto hex =
        text[i] == '%' && i + 2 < text.size() ? base::from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (hex && hex->size() == 1) {
      result += *hex;
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

const ApiFunction echo{{"echo", "<text>", "The text.",
                        [](std::string_view text, Context&) { return std::string{base::trim(text)}; }}};
const ApiFunction toupper_function{{"toupper", "<text>", "The text in upper case.",
                                    [](std::string_view text, Context&) { return upper(text); }}};
const ApiFunction tolower_function{{"tolower", "<text>", "The text in lower case.",
                                    [](std::string_view text, Context&) { return base::lowered(text); }}};
const ApiFunction escape_function{{"escape", "<text>", "Blanks and line ends as \\s, \\n, \\r, \\t.",
                                   [](std::string_view text, Context&) { return escape(text); }}};
const ApiFunction url_encode_function{{"url_encode", "<text>", "The text for use in a URL.",
                                       [](std::string_view text, Context&) { return url_encode(text); }}};
const ApiFunction url_decode_function{{"url_decode", "<text>", "%xx replaced by characters.",
                                       [](std::string_view text, Context&) { return url_decode(text); }}};
const ApiFunction md5{{"md5", "<text>", "MD5 in hexadecimal.", [](std::string_view text, Context&) {
                         return text.empty() ? std::string{"!err!"}
                                             : base::digest_hex(base::Digest::md5, text);
                       }}};
const ApiFunction coalesce{{"coalesce", "[^^<separator>]<a>,<b>,...", "The first that is not empty.",
                            [](std::string_view text, Context&) {
                              auto all = call::split_arguments(text, ',');
                              const auto first = std::find_if(all.begin(), all.end(),
                                                              [](const auto& each) { return !each.empty(); });
                              return first == all.end() ? std::string{} : *first;
                            }}};

}  // namespace

}  // namespace dialplan
