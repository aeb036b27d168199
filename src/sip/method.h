// sip/method.h - request methods, RFC 3261 section 7.1 and its extensions.
#pragma once
#include <cstdint>
#include <string_view>

namespace sip {

enum class Method : std::uint8_t {
  invite, ack, bye, cancel, options, register_, prack, update, info, subscribe, notify, publish, message, refer,
  unknown,  // a legal token that is none of the above; Message::method_text() has it
};

/// "INVITE"; empty for Method::unknown.
std::string_view name(Method method);
/// Methods are case-sensitive (RFC 3261 section 7.1).
Method method_of(std::string_view text);

/// Requests of these methods may create a dialog: INVITE, SUBSCRIBE, REFER, (NOTIFY follows a SUBSCRIBE).
constexpr bool forms_dialog(Method method) {
  return method == Method::invite || method == Method::subscribe || method == Method::refer;
}

}  // namespace sip
