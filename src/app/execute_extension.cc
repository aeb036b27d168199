// app/execute_extension.cc - "execute_extension": runs another extension and comes back.
#include "call/arguments.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto words = call::split_arguments(arguments, ' ', 3);
  if (words.empty() || words[0].empty()) co_return Outcome::bad_arguments;
  words.resize(3);
  co_return co_await execution.run_extension(words[0], words[1], words[2]);
}

const Application execute_extension{{.name = "execute_extension",
                                     .usage = "<extension> [<dialplan> [<context>]]",
                                     .help = "Runs the actions of another extension, then goes on here.",
                                     .media = Media::not_needed,
                                     .run = run}};

}  // namespace
}  // namespace app
