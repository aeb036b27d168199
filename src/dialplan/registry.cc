// dialplan/registry.cc - looking up what registered itself.
#include "base/text.h"
#include "dialplan/api_function.h"
#include "dialplan/application.h"

namespace dialplan {

const ApiFunction* ApiFunction::find(std::string_view name) {
  const auto* function = first_;
  while (function != nullptr && !base::same(function->spec_.name, name)) function = function->next_;
  return function;
}

const Application* Application::find(std::string_view name) {
  const auto* application = first_;
  while (application != nullptr && !base::same(application->spec_.name, name))
    application = application->next_;
  return application;
}

}  // namespace dialplan
