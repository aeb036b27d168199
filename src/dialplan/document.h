// dialplan/document.h - the operator's XML after preprocessing, with the original place of every element.
//
// X-PRE-PROCESS set, env-set and include (globs in name order, relative to the including file), `<!--#set
// "a=b"-->`,
// `$${name}`, and FreeSWITCH's `<include>` wrappers, which vanish. exec, exec-set and stun-set are refused
// with a warning.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "call/variables.h"
#include "dialplan/place.h"
#include "xml/tree.h"

namespace dialplan {

/// What one configuration may cost; reaching one is an error at the place where it happened.
inline constexpr unsigned include_depth_max = 100;
inline constexpr std::size_t document_size_max = 64U * 1024 * 1024;
inline constexpr std::size_t document_files_max = 10'000;

class Document;

/// A view of one element; valid as long as its document. An empty one answers everything with nothing.
class Element {
 public:
  Element() = default;

  explicit operator bool() const { return static_cast<bool>(element_); }
  std::string_view name() const { return element_.name(); }
  bool has(std::string_view attribute) const { return element_.has(attribute); }
  /// Decoded; empty when missing.
  std::string_view attribute(std::string_view name) const { return element_.attribute(name); }
  /// Names of all attributes in order.
  std::vector<std::string_view> attributes() const { return element_.attributes(); }
  /// All text and CDATA inside, as written but for entities; not that of children.
  std::string text() const { return element_.text(); }

  /// Children, those inside `<include>` as if it were not there; empty name: all.
  std::vector<Element> children(std::string_view name = {}) const;
  Element child(std::string_view name) const;
  /// The first child `element` whose attribute has that value.
  Element child(std::string_view name, std::string_view attribute, std::string_view value) const;

  Place place() const;
  /// Where the attribute stands; the element's place when it is missing.
  Place place(std::string_view attribute) const;

 private:
  friend class Document;
  Element(const Document* document, xml::Element element) : document_{document}, element_{element} {}
  void collect(std::string_view name, std::vector<Element>& into) const;

  const Document* document_ = nullptr;
  xml::Element element_;
};

class Document {
 public:
  /// `presets` are global variables that exist before the first file: local_ip_v4, conf_dir, hostname ...
  static base::Result<Document, Findings> load(const std::string& file, const call::Variables& presets = {});
  /// Relative includes are looked for in `directory`.
  static base::Result<Document, Findings> parse(std::string_view xml, const std::string& file,
                                                const std::string& directory,
                                                const call::Variables& presets = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Element root() const;
  /// All `<section name="...">`, in order.
  std::vector<Element> sections(std::string_view name) const;
  /// `<configuration name="...">` of section configuration.
  Element configuration(std::string_view name) const;
  const call::Variables& globals() const;
  const Findings& findings() const;  ///< warnings of the preprocessor

 private:
  friend class Element;
  struct Impl;
  Document();
  std::unique_ptr<Impl> impl_;
};

}  // namespace dialplan
