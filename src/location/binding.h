// location/binding.h - where a user can be reached: one contact of an address of record, kept small.
//
// All text is in one allocation; a usual binding of a phone behind NAT takes some 300 bytes. A value: it can be copied
// to other shards.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "endpoint/flow.h"
#include "sip/header/contact.h"
#include "sip/uri.h"

namespace location {

/// Bytes a binding's text may have in all: contact, Call-ID, Path and User-Agent.
inline constexpr std::size_t binding_text_max = 4096;
/// A User-Agent is cut to this.
inline constexpr std::size_t user_agent_max = 128;

class Binding {
 public:
  struct Text {
    std::string_view contact;  ///< Contact value as it is listed in responses, without expires
    std::string_view call_id, path, user_agent;
    std::size_t size() const { return contact.size() + call_id.size() + path.size() + user_agent.size(); }
  };

  Binding() = default;
  /// The text has at most binding_text_max bytes.
  explicit Binding(const Text& text);

  std::string_view contact() const { return part(0, contact_end_); }
  std::string_view call_id() const { return part(contact_end_, call_id_end_); }
  /// Route values from the registrar to the contact, separated by commas; empty: straight.
  std::string_view path() const { return part(call_id_end_, path_end_); }
  std::string_view user_agent() const { return part(path_end_, text_.size()); }

  /// Parses contact().
  sip::Contact parsed_contact() const;
  sip::Uri uri() const { return parsed_contact().uri; }
  std::vector<std::string> routes() const;
  /// RFC 5626: instance and reg-id name the binding, else its URI does.
  bool is_outbound() const { return reg_id != 0; }
  bool names_same(const Binding& other) const;
  /// The same for the database: unique within an address of record.
  std::string id() const;

  std::uint32_t cseq = 0;
  std::uint32_t reg_id = 0;  ///< 0: none
  std::uint16_t q = 1000;    ///< thousandths
  endpoint::Flow flow;       ///< the way the REGISTER came: NAT and connections included
  base::Time expires{};

  std::size_t bytes() const { return sizeof *this + text_.capacity(); }
  bool operator==(const Binding&) const = default;

 private:
  std::string_view part(std::size_t begin, std::size_t end) const {
    return std::string_view{text_}.substr(begin, end - begin);
  }
  std::uint16_t contact_end_ = 0, call_id_end_ = 0, path_end_ = 0;
  std::string text_;
};

}  // namespace location
