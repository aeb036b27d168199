// call/privacy.h - what a caller does not want to be shown (RFC 3323 section 4.2, RFC 3325 section 9.3, RFC 7044 section 10.1).
//
// Inside the trust domain everything goes on, with the wish; whoever sends a call out of it takes away what the wish names.
// "session" needs nothing: media goes through us anyway.
#pragma once
#include <string_view>

namespace call {

struct Privacy {
  bool none = false, id = false, header = false, user = false, history = false;
  bool critical = false;
  bool unknown = false;  ///< There is a wish in it that nobody here knows.

  /// "id;user;critical"; empty: no wish.
  static Privacy of(std::string_view values);
  /// Who calls is not to be seen outside. "none" forbids to hide anything, whatever stands beside it.
  bool hides_caller() const { return !none && (id || header || user); }
  /// The caller would rather have no call than one without it: 500 (RFC 3323 section 5).
  bool cannot_be_had() const { return critical && unknown; }
  /// Whether this header of the caller's stays in the trust domain.
  bool hides(std::string_view header_name) const;
};

}  // namespace call
