// app/redirect.cc - "redirect": 302 to one contact, 300 to several in the order given.
#include <fmt/format.h>

#include "app/proxy/destinations.h"
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

constexpr int q_of_first = 129;  // thousandths, as the reference counts: 0.129, 0.128 ...

std::string contact_of(std::string_view item) {
  if (item.find('<') != std::string_view::npos) return std::string{item};
  return "\"unknown\" <" + std::string{item} + ">";
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  if (leg.answered()) co_return Outcome::next;
  const std::string_view text = base::trim(arguments);
  if (text.empty()) co_return Outcome::bad_arguments;
  const auto space = text.find(' ');
  auto cause = call::Cause::normal_unspecified;
  if (space != std::string_view::npos) cause = call::parse_cause(base::trim(text.substr(space + 1)));

  endpoint::Extra extra;
  const auto items = base::split(text.substr(0, space), ',');
  const bool several = items.size() > 1;
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string contact = contact_of(base::trim(items[i]));
    if (several) contact += fmt::format(";q=0.{:03}", std::max(1, q_of_first - static_cast<int>(i)));
    extra.headers.emplace_back("Contact", std::move(contact));
  }
  // With a cause the reference answers 300 even to a single contact.
  leg.respond(several || space != std::string_view::npos ? 300 : 302, {}, cause, extra);
  co_return Outcome::hung_up;
}

/// RFC 3261 section 8.3: where the user is registered, best first, or the contacts that are named.
base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  auto& forwarding = execution.forwarding();
  const std::string_view text = base::trim(arguments);
  if (text.empty()) co_return Outcome::bad_arguments;
  proxy::Forwarding::Headers contacts;
  if (base::same(text.substr(0, text.find('/')), "location")) {
    auto targets = co_await targets_of(execution, std::string{text});
    std::ranges::stable_sort(targets, std::greater{}, &proxy::Target::q);
    for (const auto& target : targets)
      contacts.emplace_back("Contact", fmt::format("<{}>;q={}.{:03}", target.uri.text().view(), target.q / 1000, target.q % 1000));
  } else {
    for (const auto item : base::split(text, ',')) {
      const auto contact = base::trim(item);
      contacts.emplace_back("Contact", contact.find('<') == std::string_view::npos ? fmt::format("<{}>", contact) : std::string{contact});
    }
  }
  constexpr int moved = 302, not_found = 404;
  if (contacts.empty()) forwarding.respond(not_found);
  else forwarding.respond(moved, {}, contacts);
  co_return Outcome::hung_up;
}

const Application redirect{{.name = "redirect",
                            .usage = "<contact>[,<contact>...][ <cause>]",
                            .help = "Sends an unanswered caller elsewhere: 302, or 300 with q values for several. In a context "
                                    "for requests also \"location\": where the user is registered, by q.",
                            .media = Media::not_needed,
                            .run = run,
                            .on_request = on_request}};

}  // namespace
}  // namespace app
