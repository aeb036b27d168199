// app/eval.cc - "eval": nothing but the side effects of expanding its data.
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution&, std::string) { co_return Outcome::next; }

const Application eval{{.name = "eval",
                        .usage = "<text>",
                        .help = "Expands its data, for what functions in it do, and drops the result.",
                        .media = Media::not_needed,
                        .routing = Routing::safe,
                        .run = run}};

}  // namespace
}  // namespace app
