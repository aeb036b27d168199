#include "sip/header/contact.h"

#include "base/text.h"

namespace sip {

Contact Contact::of(Uri uri) {
  Contact contact;
  contact.uri = std::move(uri);
  return contact;
}

Contact Contact::everything() {
  Contact contact;
  contact.star = true;
  return contact;
}

bool Contact::take(base::Cursor& in, Contact& into) {
  if (!in.take('*')) return NameAddr::take(in, into);
  in.skip_space();
  into.star = true;
  return in.at_end();
}

void Contact::print(std::string& out) const {
  if (star) out += '*';
  else NameAddr::print(out);
}

int Contact::q() const {
  const auto text = params.find("q");
  return text ? parse_qvalue(*text).value_or(1000) : 1000;
}

std::optional<int> parse_qvalue(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int thousandths = (text[0] - '0') * 1000, weight = 100;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  for (std::size_t i = 2; i < text.size(); ++i, weight /= 10) {
    if (!base::is_digit(text[i])) return std::nullopt;
    thousandths += (text[i] - '0') * weight;
  }
  return thousandths <= 1000 ? std::optional{thousandths} : std::nullopt;
}

}  // namespace sip
