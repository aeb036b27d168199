#include "xml/tree.h"

#include <pugixml.hpp>

#include <algorithm>

#include "base/text.h"

namespace xml {

namespace {

struct OpenTag {
  std::string_view name;
  std::size_t offset;
};

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
std::optional<Fault> nesting_fault(std::string_view text) {
  std::vector<OpenTag> open;
  std::size_t at = 0;
  while ((at = text.find('<', at)) != std::string_view::npos) {
    const auto rest = text.substr(at);
    if (rest.starts_with("<![CDATA[")) {
      const auto end = rest.find("]]>");
      if (end == std::string_view::npos) return Fault{at, "this CDATA section is not closed by ']]>'"};
      at += end + 3;
      continue;
    }
    if (rest.starts_with("<!--")) {
      at = std::min(text.find("-->", at), text.size());
      continue;
    }
    const bool closes = rest.starts_with("</");
    const auto start = at + (closes ? 2 : 1);
    auto stop = start;
    while (stop < text.size() && is_name_char(text[stop])) ++stop;
    const auto name = text.substr(start, stop - start);
    const auto end = end_of_tag(text, at);
    if (closes) {
      if (open.empty()) return Fault{at, "</" + std::string{name} + "> closes nothing"};
      if (open.back().name != name)
        return Fault{at,
                     "</" + std::string{name} + "> stands where </" + std::string{open.back().name} + "> must be: <" +
                         std::string{open.back().name} + "> was opened at ",
                     open.back().offset};
      open.pop_back();
    } else if (!name.empty() && !(end >= 2 && text.substr(0, end).ends_with("/>"))) {
      open.push_back({name, at});
      if (open.size() > depth_max) return Fault{at, "elements are nested too deeply"};
    }
    at = std::max(end, at + 1);
  }
  if (!open.empty()) return Fault{open.back().offset, "<" + std::string{open.back().name} + "> is never closed"};
  return std::nullopt;
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

}  // namespace

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

struct Tree::Impl {
  pugi::xml_document document;
};

Tree::Tree() : impl_{std::make_unique<Impl>()} {}
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;
Tree::~Tree() = default;

base::Result<Tree, Fault> Tree::parse(std::string_view text) {
  // The depth is checked before anything walks the tree: destroying it recurses.
  auto nesting = nesting_fault(text);
  if (nesting && nesting->sentence.ends_with("deeply")) return base::Unexpected<Fault>{std::move(*nesting)};
  Tree tree;
  const auto result = tree.impl_->document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (result && !nesting) return tree;
  // Of tags that do not fit, the walk knows more than the parser.
  if (nesting && (result || result.status == pugi::status_end_element_mismatch))
    return base::Unexpected<Fault>{std::move(*nesting)};
  const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
  return base::Unexpected<Fault>{Fault{offset, sentence(result.status)}};
}

Element Tree::root() const { return Element{impl_->document.document_element().internal_object()}; }

std::vector<Element> Tree::roots() const { return Element{impl_->document.internal_object()}.children(); }

std::string_view Element::name() const { return pugi::xml_node{node_}.name(); }

std::string_view Element::local_name() const {
  const auto whole = name();
  const auto colon = whole.find(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

bool Element::has(std::string_view attribute) const {
  return std::ranges::any_of(pugi::xml_node{node_}.attributes(), [&](const auto& each) { return attribute == each.name(); });
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

std::vector<Element> Element::children() const {
  std::vector<Element> found;
  for (const auto& child : pugi::xml_node{node_}.children())
    if (child.type() == pugi::node_element) found.push_back(Element{child.internal_object()});
  return found;
}

Element Element::child(std::string_view local_name) const {
  for (const auto& child : pugi::xml_node{node_}.children())
    if (const Element element{child.internal_object()}; child.type() == pugi::node_element && element.local_name() == local_name)
      return element;
  return {};
}

std::size_t Element::offset() const {
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(pugi::xml_node{node_}.offset_debug(), 0));
}

bool is_name_char(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    // No text of XML may have the other control characters, however they are written.
    const bool forbidden = static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
    if (forbidden) continue;
    switch (c) {
      case '\t': out += "&#9;"; break;
      case '\n': out += "&#10;"; break;
      case '\r': out += "&#13;"; break;
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace xml
