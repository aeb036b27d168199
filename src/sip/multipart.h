// sip/multipart.h - several bodies in one: RFC 2046 section 5.1, RFC 5621.
//
// Parts are views into the body they were cut from. Errors: a body without its boundary has no parts. Cost: one pass.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sip {

struct BodyPart {
  std::string_view headers;  ///< Lines, as they are; may be empty.
  std::string_view body;

  /// The value of a header of the part, without blanks around it; empty when there is none.
  std::string_view header(std::string_view name) const;
  /// Content-Type without parameters; text/plain when nothing is said.
  std::string_view type() const;
  /// RFC 3261 section 20.11: `handling` of Content-Disposition; empty when it says nothing.
  std::string_view handling() const;
};

inline constexpr std::size_t body_parts_max = 32;
inline constexpr int body_nesting_max = 3;

bool is_multipart(std::string_view content_type);
/// Nullopt: no boundary, no closing of any part, or more than body_parts_max parts.
std::optional<std::vector<BodyPart>> parse_multipart(std::string_view content_type, std::string_view body);
/// `boundary` must not occur in a part.
std::string print_multipart(const std::vector<BodyPart>& parts, std::string_view boundary);

/// The session description in a body, looked for in nested multiparts too.
struct SessionBody {
  std::optional<std::string_view> description;
  /// A part that is not understood but has handling=required: 415.
  bool unknown_required = false;
};
SessionBody find_session_description(std::string_view content_type, std::string_view body);

}  // namespace sip
