// sip/header/credentials.h - "Digest a=b, c=\"d\"", what the five authentication headers are made of.
//
// RFC 7235 section 2.1, RFC 3261 section 25.1 (challenge, credentials). Each of these headers has a field of its
// own: their commas separate parameters, not values (RFC 3261 section 7.3.1).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/header.h"

namespace sip {

struct AuthParams {
  struct Item {
    std::string name;
    std::string value;  // without quotes
    bool quoted = false;
    bool operator==(const Item&) const = default;
  };
  /// More parameters than any scheme has.
  static constexpr std::size_t max_items = 32;
  std::vector<Item> items;

  /// nullptr when absent. Names compare without case.
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name) const;
  /// Appends; the caller says whether the grammar wants quotes.
  void add(std::string_view name, std::string_view value) { items.push_back({std::string{name}, std::string{value}, false}); }
  void add_quoted(std::string_view name, std::string_view value) {
    items.push_back({std::string{name}, std::string{value}, true});
  }
  bool parse(base::Cursor& in);
  void print(std::string& out) const;
  bool operator==(const AuthParams&) const = default;
};

template <class H>
struct CredentialsHeader {
  std::string scheme;  // "Digest", "Bearer"
  AuthParams params;
  std::string token;   // of schemes that have one text instead of parameters

  bool is_digest() const;
  static Parsed<H> parse(base::Cursor& in) {
    Parsed<H> header;
    if (!header->take(in)) return malformed();
    return header;
  }
  void print(std::string& out) const;
  bool operator==(const CredentialsHeader&) const = default;

 private:
  bool take(base::Cursor& in);
};

}  // namespace sip
