// app/transfer.cc - "transfer": this leg, its partner or both go on in another extension.
#include "base/text.h"
#include "call/arguments.h"
#include "dialplan/execution.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  auto words = call::split_arguments(arguments, ' ', 4);
  bool self = true, partner = false;
  if (!words.empty() && base::same(words[0], "-bleg")) std::tie(self, partner) = std::pair{false, true};
  if (!words.empty() && base::same(words[0], "-both")) partner = true;
  if (partner) words.erase(words.begin());
  if (words.empty() || words[0].empty()) co_return Outcome::next;
  words.resize(3);

  call::Leg::Target target{words[0], words[1], words[2]};
  if (const auto forced = leg.variable("force_transfer_dialplan"); !forced.empty()) target.dialplan = forced;
  if (const auto forced = leg.variable("force_transfer_context"); !forced.empty()) target.context = forced;
  if (partner) {
    auto* peer = leg.peer();
    if (!peer) leg.log().warn("transfer", "there is no other leg to transfer");
    else execution.runtime().transfer(*peer, target);
  }
  if (self) leg.transfer(std::move(target));
  co_return Outcome::next;
}

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  auto words = call::split_arguments(arguments, ' ', 3);
  if (words.empty() || words[0].empty() || words[0].starts_with('-')) co_return Outcome::bad_arguments;
  words.resize(3);
  execution.transfer(std::move(words[0]), std::move(words[1]), std::move(words[2]));
  co_return Outcome::next;
}

const Application transfer{{.name = "transfer",
                            .usage = "[-bleg|-both] <extension> [<dialplan> [<context>]]",
                            .help = "Goes on in another extension; the remaining actions are dropped.",
                            .media = Media::not_needed,
                            .run = run,
                            .on_request = on_request}};

}  // namespace
}  // namespace app
