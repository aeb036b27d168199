// app/eval.cc - "eval": nothing but the side effects of expanding its data.
#include "dialplan/application.h"
#include "dialplan/context.h"

namespace app {
namespace {

using namespace dialplan;

void change(Context&, std::string_view) {}

const Application eval{{.name = "eval",
                        .usage = "<text>",
                        .help = "Expands its data, for what functions in it do, and drops the result.",
                        .media = Media::not_needed,
                        .routing = Routing::safe,
                        .change = change}};

}  // namespace
}  // namespace app
