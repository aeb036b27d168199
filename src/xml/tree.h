// xml/tree.h - a parsed XML text: elements, their attributes and text, and where in it each stands.
//
// For what operators and peers write. There are no entities but the five of XML and numbers, a DOCTYPE is passed over, and
// depth is limited before anything recurses, so that no text costs more than its length. Knows pugixml and hides it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pugi {
struct xml_node_struct;
}

namespace xml {

inline constexpr unsigned depth_max = 256;

/// Why a text is no XML: "<b> is never closed". `opened`: where the element stands that the sentence ends with.
struct Fault {
  std::size_t offset = 0;
  std::string sentence;
  std::optional<std::size_t> opened{};
};

/// A view of one element; valid as long as its tree. An empty one answers everything with nothing.
class Element {
 public:
  Element() = default;

  explicit operator bool() const { return node_ != nullptr; }
  /// As written, prefix and all.
  std::string_view name() const;
  /// Without the prefix: "dm:person" is "person". Prefixes are not looked up; what we read has no two of one name.
  std::string_view local_name() const;
  bool has(std::string_view attribute) const;
  /// Decoded; empty when missing.
  std::string_view attribute(std::string_view name) const;
  /// Names of all attributes in order.
  std::vector<std::string_view> attributes() const;
  /// All text and CDATA inside, as written but for entities; not that of children.
  std::string text() const;
  /// Elements only.
  std::vector<Element> children() const;
  /// The first child of that local name.
  Element child(std::string_view local_name) const;
  /// Of its name, in the text it was parsed from.
  std::size_t offset() const;

 private:
  friend class Tree;
  explicit Element(pugi::xml_node_struct* node) : node_{node} {}
  pugi::xml_node_struct* node_ = nullptr;
};

class Tree {
 public:
  /// Keeps a copy of what it needs of `text`. One or more roots.
  static base::Result<Tree, Fault> parse(std::string_view text);
  Tree();
  Tree(Tree&&) noexcept;
  Tree& operator=(Tree&&) noexcept;
  ~Tree();

  Element root() const;
  std::vector<Element> roots() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

bool is_name_char(char c);
/// As text or attribute value.
std::string escaped(std::string_view text);

/// Where the first tag begins that does not end before the next one; nothing when all do. The parser meets what is left open
/// at the end of one file in the next.
std::optional<std::size_t> unfinished_tag(std::string_view text);

}  // namespace xml
