// dialplan/api_function.h - one table for `${fn(arguments)}`, `show api`, the console and the event socket.
//
//   const ApiFunction strlen_function{{"toupper", "<text>", "Text in upper case.",
//       [](std::string_view arguments, Context&) { return upper(arguments); }}};
//
// One at namespace scope registers itself; the list is intrusive and needs no start-up order.
#pragma once
#include <string>
#include <string_view>

#include "dialplan/context.h"

namespace dialplan {

class ApiFunction {
 public:
  struct Spec {
    std::string_view name, usage, help;
    /// The result is inserted as it is; errors start with "-ERR". `context.session` may be null.
    std::string (*run)(std::string_view arguments, Context& context) = nullptr;
    /// False: changes something (a call, the database), so that only an administrator may call it from
    /// outside.
    bool harmless = true;
  };

  explicit ApiFunction(const Spec& spec) : spec_{spec}, next_{first_} { first_ = this; }
  ApiFunction(const ApiFunction&) = delete;
  ApiFunction& operator=(const ApiFunction&) = delete;

  const Spec& spec() const { return spec_; }
  /// Names are compared without regard to case.
  static const ApiFunction* find(std::string_view name);
  static const ApiFunction* first() { return first_; }
  const ApiFunction* next() const { return next_; }

 private:
  Spec spec_;
  const ApiFunction* next_;
  static inline constinit const ApiFunction* first_ = nullptr;
};

}  // namespace dialplan
