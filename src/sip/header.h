// sip/header.h - what it takes to be a header.
//
// A header is one file in sip/header/: a value type with a name, an arity, parse() and print(). Nothing else
// knows which headers exist; the concept below is the checklist the compiler goes through.
#pragma once
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/cursor.h"
#include "base/result.h"

namespace sip {

enum class HeaderError : std::uint8_t {
  absent,
  malformed,
  repeated,  // more than one value of a header that may appear once
};

enum class Arity : std::uint8_t {
  one,   // at most one value in a message
  many,  // a comma separated list, over any number of fields
};

struct HeaderName {
  std::string_view full;
  char compact = 0;  // lower case, RFC 3261 section 7.3.3; 0: none
};

template <class H>
using Parsed = base::Result<H, HeaderError>;

inline base::Unexpected<HeaderError> malformed() { return base::Unexpected<HeaderError>{HeaderError::malformed}; }

/// What a parse() of the form `bool take(in, header)` answers. Written so that the header is built where the caller
/// wants it, and never moved.
template <class H, class Take>
Parsed<H> parsed_by(Take take, base::Cursor& in) {
  Parsed<H> header;  // without {}, which would clear its storage before the constructors do
  if (!take(in, *header)) header = malformed();
  return header;
}

/// parse() takes one value from the front of a field's text and leaves what follows; the message checks that
/// this is the end, or the comma of a list. print() appends the value without name and line end.
template <class H>
concept Header = std::equality_comparable<H> && std::copyable<H> &&
                 requires(base::Cursor& in, std::string& out, const H& header) {
                   { H::name } -> std::convertible_to<HeaderName>;
                   { H::arity } -> std::convertible_to<Arity>;
                   { H::parse(in) } -> std::same_as<Parsed<H>>;
                   { header.print(out) } -> std::same_as<void>;
                 };

}  // namespace sip
