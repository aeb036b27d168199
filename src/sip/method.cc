#include "sip/method.h"

#include <array>

namespace sip {

namespace {
constexpr std::array<std::string_view, 15> names{"INVITE", "ACK",    "BYE",       "CANCEL", "OPTIONS",
                                                 "REGISTER", "PRACK", "UPDATE",   "INFO",   "SUBSCRIBE",
                                                 "NOTIFY", "PUBLISH", "MESSAGE",  "REFER",  ""};
static_assert(names.size() == static_cast<std::size_t>(Method::unknown) + 1);
}  // namespace

std::string_view name(Method method) { return names[static_cast<std::size_t>(method)]; }

Method method_of(std::string_view text) {
  for (std::size_t i = 0; i + 1 < names.size(); ++i)
    if (names[i] == text) return static_cast<Method>(i);
  return Method::unknown;
}

}  // namespace sip
