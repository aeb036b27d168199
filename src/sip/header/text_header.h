// sip/header/text_header.h - the family of headers that are free text: Subject, User-Agent, Call-ID ...
#pragma once
#include <string>
#include <string_view>

#include "base/text.h"
#include "sip/header.h"

namespace sip {

template <class H>
struct TextHeader {
  std::string value;

  static H of(std::string_view value) {
    H header{};
    header.value = value;
    return header;
  }
  static Parsed<H> parse(base::Cursor& in) {
    Parsed<H> header;
    header->value.assign(base::trim(in.take_count(in.rest().size())));
    return header;
  }
  void print(std::string& out) const { out += value; }
  bool operator==(const TextHeader&) const = default;
};

}  // namespace sip
