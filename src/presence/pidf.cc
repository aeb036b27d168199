#include "presence/pidf.h"

#include <fmt/format.h>

#include "base/text.h"
#include "xml/tree.h"

namespace presence {

namespace {

using xml::Element;
using xml::escaped;

/// What PIDF and its extensions call so: an element name, or nothing.
bool is_word(std::string_view text) {
  for (const char c : text)
    if (!base::is_alpha(c) && !base::is_digit(c) && c != '-') return false;
  return !text.empty();
}

void take_note(const Element& note, std::vector<Pidf::Note>& into) {
  if (into.size() >= pidf_parts_max) return;
  const auto text = note.text();
  into.push_back({std::string{note.attribute("xml:lang")}, std::string{base::trim(text)}});
}

void take_activities(const Element& activities, Pidf::Person& person) {
  for (const auto& each : activities.children()) {
    const auto name = each.local_name();
    if (person.activities.size() >= pidf_parts_max || name == "unknown") continue;
    if (name == "note") take_note(each, person.notes);
    else if (is_word(name)) person.activities.emplace_back(name);
  }
}

/// `<person>`; tuples of phones older than RFC 4479 have activities too.
void take_person(const Element& element, Pidf::Person& person) {
  for (const auto& each : element.children()) {
    if (each.local_name() == "activities") take_activities(each, person);
    if (each.local_name() == "note" && element.local_name() == "person") take_note(each, person.notes);
  }
}

Pidf::Tuple tuple_of(const Element& element) {
  Pidf::Tuple tuple;
  tuple.id = element.attribute("id");
  const std::string basic{base::trim(element.child("status").child("basic").text())};
  if (!basic.empty()) tuple.open = base::same(basic, "open");
  const auto contact = element.child("contact");
  tuple.contact = base::trim(contact.text());
  tuple.priority = contact.attribute("priority");
  tuple.timestamp = base::trim(element.child("timestamp").text());
  for (const auto& each : element.children())
    if (each.local_name() == "note") take_note(each, tuple.notes);
  return tuple;
}

void print_notes(const std::vector<Pidf::Note>& notes, std::string_view prefix, std::string& out) {
  for (const auto& note : notes) {
    const auto language = note.language.empty() ? std::string{} : fmt::format(" xml:lang=\"{}\"", escaped(note.language));
    out += fmt::format("<{}note{}>{}</{}note>", prefix, language, escaped(note.text), prefix);
  }
}

/// The order of children is that of the schema (RFC 3863 section 4.4).
void print_tuple(const Pidf::Tuple& tuple, std::string& out) {
  out += "<tuple id=\"" + escaped(tuple.id) + "\"><status>";
  if (tuple.open) out.append("<basic>").append(*tuple.open ? "open" : "closed").append("</basic>");
  out += "</status>";
  if (!tuple.contact.empty())
    out += std::string{"<contact"} + (tuple.priority.empty() ? "" : " priority=\"" + escaped(tuple.priority) + "\"") + ">" +
           escaped(tuple.contact) + "</contact>";
  print_notes(tuple.notes, "", out);
  if (!tuple.timestamp.empty()) out += "<timestamp>" + escaped(tuple.timestamp) + "</timestamp>";
  out += "</tuple>\r\n";
}

void print_person(const Pidf::Person& person, std::string& out) {
  out += "<dm:person id=\"person\">";
  if (!person.activities.empty()) {
    out += "<rpid:activities>";
    for (const auto& activity : person.activities) out += "<rpid:" + activity + "/>";
    out += "</rpid:activities>";
  }
  print_notes(person.notes, "dm:", out);
  out += "</dm:person>\r\n";
}

}  // namespace

base::Result<Pidf, std::string> Pidf::parse(std::string_view text) {
  if (text.size() > pidf_bytes_max) return base::Unexpected<std::string>{"the document is too long"};
  const auto tree = xml::Tree::parse(text);
  if (!tree) return base::Unexpected<std::string>{tree.error().sentence};
  const auto root = tree->root();
  if (root.local_name() != "presence") return base::Unexpected<std::string>{"the document is no <presence>"};
  Pidf document;
  for (const auto& each : root.children()) {
    if (each.local_name() == "tuple" && document.tuples.size() < pidf_parts_max) {
      document.tuples.push_back(tuple_of(each));
      take_person(each, document.person);
      take_person(each.child("status"), document.person);
    }
    if (each.local_name() == "person") take_person(each, document.person);
    if (each.local_name() == "note") take_note(each, document.notes);
  }
  return document;
}

std::string Pidf::print(std::string_view entity) const {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "
      "xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" entity=\"" +
      escaped(entity) + "\">\r\n";
  for (const auto& tuple : tuples) print_tuple(tuple, out);
  print_notes(notes, "", out);
  if (!person.empty()) print_person(person, out);
  return out + "</presence>\r\n";
}

}  // namespace presence
