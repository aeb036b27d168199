// dialplan/document.cc - parsing the preprocessed text, and elements that know where they stand.
#include "dialplan/document.h"

#include <algorithm>

#include "base/text.h"
#include "dialplan/preprocessor.h"

namespace dialplan {

struct Document::Impl {
  Preprocessed input;
  xml::Tree tree;
};

namespace {

constexpr std::string_view include_wrapper = "include";

Element first_named(const std::vector<Element>& elements, std::string_view name) {
  for (const auto& element : elements)
    if (element.attribute("name") == name) return element;
  return {};
}

/// What is left open at the end of a file is met by the parser in the next one.
Place place_of(const Source& source, const xml::Fault& fault) {
  auto met = source.place(fault.offset);
  const auto tag = fault.opened ? std::nullopt : xml::unfinished_tag(source.text());
  if (!tag || *tag >= fault.offset) return met;
  auto began = source.place(*tag);
  return began.file == met.file ? met : began;
}

base::Result<void, Findings> parse_xml(const Preprocessed& input, xml::Tree& tree) {
  const auto& source = input.source;
  auto parsed = xml::Tree::parse(source.text());
  if (parsed) {
    tree = std::move(*parsed);
    return {};
  }
  auto& fault = parsed.error();
  if (fault.opened) fault.sentence += source.place(*fault.opened).text();
  auto findings = input.findings;
  findings.push_back({Severity::error, place_of(source, fault), std::move(fault.sentence)});
  return base::Unexpected<Findings>{std::move(findings)};
}

}  // namespace

Document::Document() : impl_{std::make_unique<Impl>()} {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

base::Result<Document, Findings> Document::load(const std::string& file, const call::Variables& presets) {
  Document document;
  document.impl_->input = preprocess_file(file, presets);
  if (!document.impl_->input.ok) return base::Unexpected<Findings>{std::move(document.impl_->input.findings)};
  if (auto parsed = parse_xml(document.impl_->input, document.impl_->tree); !parsed)
    return base::Unexpected<Findings>{std::move(parsed.error())};
  return document;
}

base::Result<Document, Findings> Document::parse(std::string_view xml, const std::string& file,
                                                 const std::string& directory,
                                                 const call::Variables& presets) {
  Document document;
  document.impl_->input = preprocess_text(xml, file, directory, presets);
  if (!document.impl_->input.ok) return base::Unexpected<Findings>{std::move(document.impl_->input.findings)};
  if (auto parsed = parse_xml(document.impl_->input, document.impl_->tree); !parsed)
    return base::Unexpected<Findings>{std::move(parsed.error())};
  return document;
}

Element Document::root() const {
  return {this, impl_->tree.root()};
}

std::vector<Element> Document::sections(std::string_view name) const {
  std::vector<Element> found;
  // A text may hold several roots, and a root may be a section itself.
  for (const auto& each : impl_->tree.roots()) {
    const Element top{this, each};
    if (top.name() == "section" && top.attribute("name") == name) found.push_back(top);
    for (const auto& section : top.children("section"))
      if (section.attribute("name") == name) found.push_back(section);
  }
  return found;
}

Element Document::configuration(std::string_view name) const {
  for (const auto& section : sections("configuration"))
    if (const auto found = first_named(section.children("configuration"), name)) return found;
  return {};
}

const call::Variables& Document::globals() const {
  return impl_->input.globals;
}
const Findings& Document::findings() const {
  return impl_->input.findings;
}

void Element::collect(std::string_view name, std::vector<Element>& into) const {
  for (const auto& child : element_.children()) {
    const Element element{document_, child};
    if (element.name() == include_wrapper)
      element.collect(name, into);
    else if (name.empty() || element.name() == name)
      into.push_back(element);
  }
}

std::vector<Element> Element::children(std::string_view name) const {
  std::vector<Element> found;
  collect(name, found);
  return found;
}

Element Element::child(std::string_view name) const {
  const auto all = children(name);
  return all.empty() ? Element{} : all.front();
}

Element Element::child(std::string_view name, std::string_view attribute, std::string_view value) const {
  for (const auto& element : children(name))
    if (element.attribute(attribute) == value) return element;
  return {};
}

Place Element::place() const {
  if (!element_) return {};
  // The offset is that of the name; the tag starts one before it.
  return document_->impl_->input.source.place(std::max<std::size_t>(element_.offset(), 1) - 1);
}

Place Element::place(std::string_view attribute) const {
  if (!element_ || !has(attribute)) return place();
  const auto& text = document_->impl_->input.source.text();
  auto at = element_.offset();
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      break;
    } else if (base::is_space(text[at - 1]) && text.compare(at, attribute.size(), attribute) == 0 &&
               (at + attribute.size() >= text.size() || !xml::is_name_char(text[at + attribute.size()]))) {
      return document_->impl_->input.source.place(at);
    }
  }
  return place();
}

}  // namespace dialplan
