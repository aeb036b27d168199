#include "sip/header/privacy.h"

#include "base/text.h"
#include "sip/grammar.h"

namespace sip {

Parsed<Privacy> Privacy::parse(base::Cursor& in) {
  Privacy header;
  do {
    const auto value = grammar::take_token(in);
    if (value.empty()) return malformed();
    if (!header.values.empty()) header.values += ';';
    header.values += value;
  } while (in.take(';') || in.take(','));  // RFC 3323 has semicolons; commas are common
  return header;
}

bool Privacy::wants(std::string_view value) const {
  for (const auto item : base::split(values, ';'))
    if (base::same(item, value)) return true;
  return false;
}

}  // namespace sip
