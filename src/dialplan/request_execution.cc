#include "dialplan/request_execution.h"

#include <algorithm>

#include "base/log.h"
#include "dialplan/expand.h"
#include "sip/header/from.h"

namespace dialplan {

namespace {

constexpr int server_error = 500;

bool works_on_requests(const Action& action) {
  const auto* application = Application::find(action.application);
  return application != nullptr && application->for_requests();
}

base::Task<void> live(std::unique_ptr<RequestExecution> execution, std::vector<Action> actions) {
  co_await execution->run(std::move(actions));
}

}  // namespace

RequestExecution::RequestExecution(Runtime& runtime, proxy::Forwarding& forwarding, const call::Profile& profile,
                                   const endpoint::Account& account)
    : runtime_{runtime}, forwarding_{forwarding}, profile_{profile}, configuration_{runtime.configuration()},
      fields_{forwarding.request(), forwarding.from()}, session_{variables_, caller_} {
  session_.fields = &fields_;
  const auto& request = forwarding.request();
  caller_.context = profile.context;
  caller_.dialplan = profile.dialplan;
  caller_.network_addr = forwarding.from().remote.ip.text();
  if (const auto uri = sip::Uri::parse(request.request_uri())) caller_.destination_number = call::inert(uri->user_decoded());
  if (const auto from = request.get<sip::From>()) {
    caller_.caller_id_number = call::inert(from->uri.user_decoded());
    caller_.caller_id_name = from->display.empty() ? caller_.caller_id_number : call::inert(from->display);
    caller_.username = caller_.caller_id_number;
  }
  variables_.set("sofia_profile_name", profile.name);
  if (account.user.empty()) return;
  for (const auto& [name, value] : account.variables) variables_.set(name, value);
  caller_.username = account.user;
  variables_.set("user_name", account.user);
  variables_.set("domain_name", account.domain);
  variables_.set("sip_authorized", "true");
  if (const auto context = variables_.get("user_context"); !context.empty()) caller_.context = context;
}

Context& RequestExecution::context() {
  context_ = runtime_.context();
  context_.configuration = configuration_.get();
  context_.session = &session_;
  return context_;
}

std::string RequestExecution::domain() const {
  std::string domain = profile_.domain;
  if (domain.empty())
    if (const auto uri = sip::Uri::parse(forwarding_.request().request_uri())) domain = uri->host();
  const auto* known = configuration_->directory.domain(domain);
  return known ? known->name : domain;
}

std::optional<std::vector<Action>> RequestExecution::find_actions() {
  bool needs_leg = false;
  HuntPort port;
  port.standing = [](std::string_view name) {
    const auto* found = Application::find(name);
    if (!found) return Standing::unknown;
    return found->safe_in_routing() ? Standing::routing_safe : Standing::known;
  };
  port.run_inline = [this, &needs_leg](const Action& action) {
    const auto* found = Application::find(action.application);
    if (found && found->spec().change) found->spec().change(context(), expand(action.data, context()));
    else needs_leg = true;
  };
  auto route = hunt(context(), port);
  if (!route || needs_leg || !std::ranges::all_of(route->actions, works_on_requests)) return std::nullopt;
  return std::move(route->actions);
}

void RequestExecution::transfer(std::string extension, std::string dialplan, std::string context) {
  transferred_ = true;
  if (!extension.empty()) caller_.destination_number = std::move(extension);
  if (!dialplan.empty()) caller_.dialplan = std::move(dialplan);
  if (!context.empty()) caller_.context = std::move(context);
}

base::Task<void> RequestExecution::run(std::vector<Action> actions) {
  for (bool again = true; again;) {
    again = false;
    for (const auto& action : actions) {
      const auto outcome = co_await run_application(action);
      again = transferred_;
      if (again || outcome == Outcome::hung_up || forwarding_.over() || forwarding_.cancelled()) break;
    }
    transferred_ = false;
    if (!again || forwarding_.over()) co_return;
    auto next = ++transfers_ > transfers_max ? std::nullopt : find_actions();
    if (!next) {
      base::log::error("dialplan", "a request was transferred to {} in context {}, where nothing works on requests",
                       caller_.destination_number, caller_.context);
      forwarding_.respond(server_error);
      co_return;
    }
    actions = std::move(*next);
  }
}

base::Task<Outcome> RequestExecution::run_application(const Action& action) {
  const auto* application = Application::find(action.application);
  base::require(application != nullptr && application->for_requests(), "an application that does not work on requests");
  const auto& spec = application->spec();
  std::string data = expand(action.data, context());
  if (spec.change) {
    spec.change(context(), data);
    co_return Outcome::next;
  }
  const auto outcome = co_await spec.on_request(*this, data);
  if (outcome == Outcome::bad_arguments)
    base::log::warn("dialplan", "{} does not take '{}'; usage: {} {}", spec.name, data, spec.name, spec.usage);
  co_return outcome;
}

bool RequestRouter::routes(endpoint::PointId point) {
  if (known_for_ != runtime_.configuration()) learn();
  return point < takes_.size() && takes_[point];
}

/// A profile's context counts, and so do the contexts of users, who may call from any profile.
void RequestRouter::learn() {
  known_for_ = runtime_.configuration();
  takes_.clear();
  if (!known_for_) return;
  const auto takes = [&](std::string_view context) {
    const auto* found = known_for_->plan.find(context);
    return found && found->takes_requests;
  };
  const auto& contexts = known_for_->plan.contexts();
  const bool any = std::ranges::any_of(contexts, [](const auto& context) { return context->takes_requests; });
  const bool of_users = any && std::ranges::any_of(known_for_->directory.domains(), [&](const auto& domain) {
    const auto& users = known_for_->directory.domain(domain)->users;
    return std::ranges::any_of(users, [&](const auto& entry) { return takes(entry.second->variables.get("user_context")); });
  });
  for (const auto& profile : runtime_.owner().profiles()) {
    if (runtime_.owner().profile(profile->name) != profile.get()) continue;  // one before a reload
    for (const auto at : profile->points) {
      takes_.resize(std::max<std::size_t>(takes_.size(), at + 1U));
      takes_[at] = takes(profile->context) || (of_users && profile->auth_calls);
    }
  }
}

base::Task<void> RequestRouter::route(proxy::Forwarding& forwarding, const endpoint::Account& account) {
  const auto* profile = runtime_.owner().profile_of(forwarding.from().point);
  if (!profile) return {};
  auto execution = std::make_unique<RequestExecution>(runtime_, forwarding, *profile, account);
  auto actions = execution->find_actions();
  if (!actions) return {};
  return live(std::move(execution), std::move(*actions));
}

}  // namespace dialplan
