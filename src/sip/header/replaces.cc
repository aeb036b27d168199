#include "sip/header/replaces.h"

#include "sip/grammar.h"

namespace sip {

Replaces Replaces::of(std::string_view call_id, std::string_view to_tag, std::string_view from_tag) {
  Replaces header;
  header.call_id = call_id;
  header.params.set("to-tag", to_tag);
  header.params.set("from-tag", from_tag);
  return header;
}

Parsed<Replaces> Replaces::parse(base::Cursor& in) {
  Parsed<Replaces> header;
  header->call_id.assign(grammar::take(in, grammar::word));
  if (header->call_id.empty() || !header->params.parse(in)) return malformed();
  int to_tags = 0, from_tags = 0;
  header->params.each([&](std::string_view key, std::string_view value) {
    if (base::same(key, "to-tag")) to_tags += value.empty() ? 2 : 1;
    if (base::same(key, "from-tag")) from_tags += value.empty() ? 2 : 1;
  });
  if (to_tags != 1 || from_tags != 1) return malformed();
  return header;
}

void Replaces::print(std::string& out) const {
  out += call_id;
  params.print(out);
}

}  // namespace sip
