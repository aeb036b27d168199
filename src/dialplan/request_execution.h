// dialplan/request_execution.h - running a dialplan for a request that may be passed on without becoming a call.
//
// A context takes requests when an action in it works on requests only (`proxy`, `forward` ...). Each request outside
// dialogs that comes in there is hunted for first; when every action found works on requests they are run, else the
// request becomes what it would have been: a call, a registration, a message.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "call/profile.h"
#include "dialplan/application.h"
#include "dialplan/context.h"
#include "dialplan/execution.h"
#include "dialplan/hunt.h"
#include "dialplan/request_fields.h"
#include "proxy/proxy.h"

namespace dialplan {

class RequestExecution {
 public:
  RequestExecution(Runtime& runtime, proxy::Forwarding& forwarding, const call::Profile& profile,
                   const endpoint::Account& account);
  RequestExecution(const RequestExecution&) = delete;
  RequestExecution& operator=(const RequestExecution&) = delete;

  proxy::Forwarding& forwarding() { return forwarding_; }
  Runtime& runtime() { return runtime_; }
  const call::Profile& profile() const { return profile_; }
  /// With the present time.
  Context& context();
  /// Whose users the request is about: that of the profile, else of its Request-URI; by its name in the directory.
  std::string domain() const;
  std::string_view variable(std::string_view name) const { return variables_.get(name); }
  call::Variables& variables() { return variables_; }
  call::CallerProfile& caller() { return caller_; }

  /// The actions for it; nullopt: some of them need a call, or there are none.
  std::optional<std::vector<Action>> find_actions();
  /// Goes on there when the present application returns: the remaining actions are dropped.
  void transfer(std::string extension, std::string dialplan, std::string context);
  base::Task<void> run(std::vector<Action> actions);

 private:
  base::Task<Outcome> run_application(const Action& action);

  Runtime& runtime_;
  proxy::Forwarding& forwarding_;
  const call::Profile& profile_;
  Snapshot configuration_;
  RequestFields fields_;
  call::Variables variables_;
  call::CallerProfile caller_;
  Session session_;
  Context context_;
  bool transferred_ = false;
  int transfers_ = 0;
};

/// The dialplan as the proxy's router.
class RequestRouter : public proxy::Router {
 public:
  explicit RequestRouter(Runtime& runtime) : runtime_{runtime} {}

  bool routes(endpoint::PointId point) override;
  base::Task<void> route(proxy::Forwarding& forwarding, const endpoint::Account& account) override;

 private:
  void learn();

  Runtime& runtime_;
  Snapshot known_for_;       // the configuration that takes_ was made of
  std::vector<bool> takes_;  // by point
};

}  // namespace dialplan
