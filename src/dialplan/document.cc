// dialplan/document.cc - parsing the preprocessed text, and elements that know where they stand.
#include "dialplan/document.h"

#include <pugixml.hpp>

#include <algorithm>

#include "base/text.h"
#include "dialplan/preprocessor.h"

namespace dialplan {

struct Document::Impl {
  Preprocessed input;
  pugi::xml_document xml;
};

namespace {

constexpr std::string_view include_wrapper = "include";

struct OpenTag {
  std::string_view name;
  std::size_t offset;
};

bool is_name(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
}

/// Where the tag at `at` ends: behind its '>', quotes respected. At the next '<' when it is broken.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  char quote = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text[i] == '<' && i > at) return i;
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text[i] == '>') {
      return i + 1;
    }
  }
  return text.size();
}

/// The reason why tags do not nest, found by walking them once more; nothing when they do.
std::optional<std::pair<std::size_t, std::string>> nesting_fault(std::string_view text,
                                                                 const Source& source) {
  std::vector<OpenTag> open;
  std::size_t at = 0;
  while ((at = text.find('<', at)) != std::string_view::npos) {
    const auto rest = text.substr(at);
    if (rest.starts_with("<![CDATA[")) {
      const auto end = rest.find("]]>");
      if (end == std::string_view::npos)
        return std::pair{at, std::string{"this CDATA section is not closed by ']]>'"}};
      at += end + 3;
      continue;
    }
    const bool closes = rest.starts_with("</");
    const auto start = at + (closes ? 2 : 1);
    auto stop = start;
    while (stop < text.size() && is_name(text[stop])) ++stop;
    const auto name = text.substr(start, stop - start);
    const auto end = end_of_tag(text, at);
    if (closes) {
      if (open.empty()) return std::pair{at, "</" + std::string{name} + "> closes nothing"};
      if (open.back().name != name)
        return std::pair{at, "</" + std::string{name} + "> stands where </" + std::string{open.back().name} +
                                 "> must be: <" + std::string{open.back().name} + "> was opened at " +
                                 source.place(open.back().offset).text()};
      open.pop_back();
    } else if (!name.empty() && !(end >= 2 && text.substr(0, end).ends_with("/>"))) {
      open.push_back({name, at});
      if (open.size() > element_depth_max)
        return std::pair{at, std::string{"elements are nested too deeply"}};
    }
    at = std::max(end, at + 1);
  }
  if (!open.empty())
    return std::pair{open.back().offset, "<" + std::string{open.back().name} + "> is never closed"};
  return std::nullopt;
}

/// Where the first tag begins that does not end before the next one; nothing when all do.
std::optional<std::size_t> unfinished_tag(std::string_view text) {
  std::size_t at = 0;
  while ((at = text.find('<', at)) != std::string_view::npos) {
    const bool data = text.substr(at).starts_with("<![CDATA[");
    const auto end = data ? std::min(text.find("]]>", at), text.size()) : end_of_tag(text, at);
    if (!data && text[end - 1] != '>') return at;
    at = end;
  }
  return std::nullopt;
}

/// Where a fault stands that the parser met at `offset`. What is left open at the end of a file it meets in the next one.
Place place_of_fault(const Source& source, std::size_t offset) {
  auto met = source.place(offset);
  const auto tag = unfinished_tag(source.text());
  if (!tag || *tag >= offset) return met;
  auto began = source.place(*tag);
  return began.file == met.file ? met : began;
}

std::string sentence(pugi::xml_parse_status status) {
  switch (status) {
    case pugi::status_bad_attribute:
      return "a broken attribute: is a quote missing, or two values run together?";
    case pugi::status_bad_start_element: return "a broken tag: is '>' or a quote missing?";
    case pugi::status_bad_end_element: return "a broken closing tag";
    case pugi::status_end_element_mismatch: return "a closing tag that does not fit the one that was opened";
    case pugi::status_bad_comment: return "a comment that does not end with '-->'";
    case pugi::status_bad_cdata: return "a CDATA section that does not end with ']]>'";
    case pugi::status_bad_pcdata: return "text that is not well-formed";
    case pugi::status_bad_pi: return "a processing instruction that does not end with '?>'";
    case pugi::status_bad_doctype: return "a broken DOCTYPE";
    case pugi::status_no_document_element: return "there is no element in this document";
    default: return "not well-formed XML";
  }
}

Element first_named(const std::vector<Element>& elements, std::string_view name) {
  for (const auto& element : elements)
    if (element.attribute("name") == name) return element;
  return {};
}

base::Result<void, Findings> parse_xml(Preprocessed& input, pugi::xml_document& xml) {
  const auto& text = input.source.text();
  auto findings = input.findings;
  // The depth is checked before the parser runs: it and the walks over its tree recurse.
  const auto fault = nesting_fault(text, input.source);
  const auto result = xml.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (result && !fault) return {};
  if (fault && (result || result.status == pugi::status_end_element_mismatch)) {
    findings.push_back({Severity::error, input.source.place(fault->first), fault->second});
  } else {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
    findings.push_back({Severity::error, place_of_fault(input.source, offset), sentence(result.status)});
  }
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
  if (auto parsed = parse_xml(document.impl_->input, document.impl_->xml); !parsed)
    return base::Unexpected<Findings>{std::move(parsed.error())};
  return document;
}

base::Result<Document, Findings> Document::parse(std::string_view xml, const std::string& file,
                                                 const std::string& directory,
                                                 const call::Variables& presets) {
  Document document;
  document.impl_->input = preprocess_text(xml, file, directory, presets);
  if (!document.impl_->input.ok) return base::Unexpected<Findings>{std::move(document.impl_->input.findings)};
  if (auto parsed = parse_xml(document.impl_->input, document.impl_->xml); !parsed)
    return base::Unexpected<Findings>{std::move(parsed.error())};
  return document;
}

Element Document::root() const {
  return {this, impl_->xml.document_element().internal_object()};
}

std::vector<Element> Document::sections(std::string_view name) const {
  std::vector<Element> found;
  // A text may hold several roots, and a root may be a section itself.
  for (auto node = impl_->xml.first_child(); node; node = node.next_sibling()) {
    const Element top{this, node.internal_object()};
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

std::string_view Element::name() const {
  return pugi::xml_node{node_}.name();
}

bool Element::has(std::string_view attribute) const {
  for (const auto& each : pugi::xml_node{node_}.attributes())
    if (attribute == each.name()) return true;
  return false;
}

std::string_view Element::attribute(std::string_view name) const {
  for (const auto& each : pugi::xml_node{node_}.attributes())
    if (name == each.name()) return each.value();
  return {};
}

std::vector<std::string_view> Element::attributes() const {
  std::vector<std::string_view> names;
  for (const auto& each : pugi::xml_node{node_}.attributes()) names.emplace_back(each.name());
  return names;
}

std::string Element::text() const {
  std::string all;
  for (const auto& child : pugi::xml_node{node_}.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) all += child.value();
  return all;
}

void Element::collect(std::string_view name, std::vector<Element>& into) const {
  for (const auto& child : pugi::xml_node{node_}.children()) {
    if (child.type() != pugi::node_element) continue;
    const Element element{document_, child.internal_object()};
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
  if (node_ == nullptr) return {};
  const auto offset = pugi::xml_node{node_}.offset_debug();
  // The offset is that of the name; the tag starts one before it.
  return document_->impl_->input.source.place(
      static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset - 1, 0)));
}

Place Element::place(std::string_view attribute) const {
  if (node_ == nullptr || !has(attribute)) return place();
  const auto& text = document_->impl_->input.source.text();
  auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(pugi::xml_node{node_}.offset_debug(), 0));
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
               (at + attribute.size() >= text.size() || !is_name(text[at + attribute.size()]))) {
      return document_->impl_->input.source.place(at);
    }
  }
  return place();
}

}  // namespace dialplan
