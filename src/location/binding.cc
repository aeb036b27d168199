#include "location/binding.h"

#include "base/require.h"
#include "sip/header/path.h"

namespace location {

Binding::Binding(const Text& text) {
  base::require(text.size() <= binding_text_max, "a binding's text is too long");
  text_.reserve(text.size());
  text_.append(text.contact);
  contact_end_ = static_cast<std::uint16_t>(text_.size());
  text_.append(text.call_id);
  call_id_end_ = static_cast<std::uint16_t>(text_.size());
  text_.append(text.path);
  path_end_ = static_cast<std::uint16_t>(text_.size());
  text_.append(text.user_agent);
}

sip::Contact Binding::parsed_contact() const {
  base::Cursor in{contact()};
  return sip::Contact::parse(in).value_or(sip::Contact{});
}

std::vector<std::string> Binding::routes() const {
  std::vector<std::string> list;
  base::Cursor in{path()};
  while (!in.at_end()) {
    const auto hop = sip::Path::parse(in);
    if (!hop) break;
    list.push_back(hop->text());
    if (!in.take(',')) break;
  }
  return list;
}

bool Binding::names_same(const Binding& other) const {
  if (reg_id != other.reg_id) return false;
  const auto mine = parsed_contact(), theirs = other.parsed_contact();
  return is_outbound() ? mine.instance() == theirs.instance() : sip::equivalent(mine.uri, theirs.uri);
}

std::string Binding::id() const {
  const auto contact = parsed_contact();
  return is_outbound() ? contact.instance() + ";" + std::to_string(reg_id) : std::string{contact.uri.text()};
}

}  // namespace location
