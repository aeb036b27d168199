#include "sip/header/min_se.h"

#include "sip/grammar.h"

namespace sip {

Parsed<MinSe> MinSe::parse(base::Cursor& in) {
  Parsed<MinSe> header;
  const auto seconds = in.take_number();
  if (!seconds || !header->params.parse(in)) return malformed();
  header->interval = std::chrono::seconds{*seconds};
  return header;
}

void MinSe::print(std::string& out) const {
  grammar::print_number(out, static_cast<std::uint64_t>(interval.count()));
  params.print(out);
}

}  // namespace sip
