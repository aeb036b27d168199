// proxy/proxy.h - the proxy of one shard: requests that are for somebody else, inside and outside dialogs. RFC 3261
// section 16.
//
// What happens to a request outside dialogs is a script's decision (Router); what follows a Record-Route of ours just goes
// on. Nothing is kept for a dialog: the Record-Route says all there is to know.
#pragma once
#include <memory>
#include <unordered_map>

#include "endpoint/authenticator.h"
#include "endpoint/sip_endpoint.h"
#include "location/admission.h"
#include "proxy/flow_token.h"
#include "proxy/forwarding.h"

namespace proxy {

/// Decides what becomes of a request outside dialogs.
class Router {
 public:
  virtual ~Router() = default;
  /// Whether requests that come in there may be for the proxy. Asked for every one.
  virtual bool routes(endpoint::PointId point) = 0;
  /// What is to be done with it; an empty task: it is for a user agent or the registrar here. `account`: who its sender has
  /// proved to be; empty: nobody.
  virtual base::Task<void> route(Forwarding& forwarding, const endpoint::Account& account) = 0;
};

class Proxy : endpoint::Front {
 public:
  /// Requests of one shard under way; more are answered 503. About 3 KiB each.
  static constexpr std::size_t forwardings_max = 500'000;

  /// `key`: the same on every shard, and best after a restart: it seals the URIs that calls come back with.
  Proxy(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, Router& router, const base::HashKey& key);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy() override;

  void set_admission(const std::string& profile, location::Admission admission) {
    admissions_.set(profile, std::move(admission));
  }

  endpoint::SipEndpoint& endpoint() { return endpoint_; }
  std::size_t size() const { return forwardings_.size(); }

  /// For a Record-Route: our URI on the side of `side`; with `by_flow` what comes back goes there over that flow.
  sip::Uri route_uri(FlowTokens::Kind kind, const sip::Message& request, const endpoint::Flow& side, bool by_flow) const;
  /// For a Path: what comes back goes over `flow`.
  sip::Uri path_uri(const endpoint::Flow& flow) const;

  /// Section 16.11: sends it on and forgets it. Its responses come back through us, unseen. Not for `request` in a
  /// script's hands afterwards.
  void forward_stateless(endpoint::TransactionId id, sip::Message request, const Target& target);
  /// Lets go of it when it is finished.
  void reap(const Forwarding& forwarding);

 private:
  /// What our own Routes of a request say.
  struct OwnRoutes {
    bool any = false, in_dialog = false, stateless = false, path = false;
    std::optional<endpoint::Flow> flow;
  };

  bool take(endpoint::TransactionId id, sip::Message& request, const endpoint::Flow& from) override;
  bool take_cancel(endpoint::TransactionId id, sip::Message& cancel, const endpoint::Flow& from) override;
  bool take_response(sip::Message& response, const endpoint::Flow& from) override;

  OwnRoutes take_own_routes(sip::Message& request) const;
  bool take_strict(sip::Message& request) const;
  void follow(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from, const OwnRoutes& own);
  bool route(endpoint::TransactionId id, sip::Message& request, const endpoint::Flow& from);
  /// False: answered.
  bool check(endpoint::TransactionId id, sip::Message& request);
  void send_ack(sip::Message ack, const endpoint::Flow& to);
  Forwarding& add(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from);
  std::string stateless_branch(const sip::Message& request) const;

  endpoint::SipEndpoint& endpoint_;
  endpoint::Authenticator& authenticator_;
  Router& router_;
  FlowTokens tokens_;
  base::HashKey key_;
  location::Admissions admissions_;
  std::unordered_map<endpoint::TransactionId, std::unique_ptr<Forwarding>> forwardings_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace proxy
