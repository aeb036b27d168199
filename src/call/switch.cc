#include "call/switch.h"

#include <algorithm>

#include "base/log.h"
#include "call/link.h"
#include "call/privacy.h"
#include "call/referral.h"
#include "sip/header/join.h"

namespace call {

namespace {

const base::metrics::Counter spend_stopped{"ahoy_spend_stopped_total", "Calls to costly numbers stopped by a spend limit"};
const base::metrics::Counter refused{"ahoy_calls_refused_total", "INVITEs refused because of max_sessions or rate"};

std::size_t dialog_hash(std::string_view call_id, std::string_view local_tag) {
  constexpr std::size_t odd = 31;
  return base::TextHash{}(call_id) * odd + base::TextHash{}(local_tag);
}

}  // namespace

Switch::Switch(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, PortPool& ports, Router& router)
    : endpoint_{endpoint}, authenticator_{authenticator}, ports_{ports}, router_{router},
      all_{this}, links_{std::make_unique<Links>(*this)}, referrals_{std::make_unique<Referrals>(*this)} {
  endpoint_.set_handler(sip::Method::invite, this);
  add_observer(*referrals_);
}

Switch::~Switch() {
  *alive_ = false;
  endpoint_.set_handler(sip::Method::invite, nullptr);
  observers_.clear();
  // Coroutines hold on to legs other than their own: all of them end before any leg goes.
  tasks_.clear();
  for (auto& [uuid, leg] : legs_) leg->task_.reset();
}

void Switch::set_profiles(std::vector<std::shared_ptr<const Profile>> profiles) {
  // Legs refer to the profile they were made with: old ones stay.
  profiles_.insert(profiles_.begin(), profiles.begin(), profiles.end());
}

void Switch::join(const std::vector<Switch*>& all) { all_ = all; }

Switch& Switch::owner_of(std::string_view call_id) {
  return *all_[all_.size() == 1 ? 0 : io::owner_of(call_id, static_cast<std::uint16_t>(all_.size()))];
}

const Profile* Switch::profile(std::string_view name) const {
  const auto found = std::ranges::find_if(profiles_, [&](const auto& profile) { return profile->name == name; });
  return found == profiles_.end() ? nullptr : found->get();
}

const Profile* Switch::profile_of(endpoint::PointId point) const {
  for (const auto& profile : profiles_)
    if (std::ranges::count(profile->points, point) > 0) return profile.get();
  return nullptr;
}

Leg* Switch::find(std::string_view uuid) {
  const auto found = legs_.find(uuid);
  return found == legs_.end() ? nullptr : found->second.get();
}

bool Switch::admit(endpoint::TransactionId id, const sip::Message& invite) {
  const auto now = shard().now();
  if (now - second_began_ >= std::chrono::seconds{1}) {
    second_began_ = now;
    begun_in_second_ = 0;
  }
  const bool too_fast = options_.sessions_per_second != 0 && begun_in_second_ >= options_.sessions_per_second;
  if (!paused_ && !too_fast && legs_.size() < options_.max_sessions) {
    ++begun_in_second_;
    return true;
  }
  refused.add();
  endpoint_.respond_busy(id, invite);
  return false;
}

void Switch::on_request(endpoint::TransactionId id, sip::Message invite, const endpoint::Flow& from) {
  const Profile* profile = profile_of(from.point);
  if (!profile) return endpoint_.respond(id, invite, 404);
  if (!admit(id, invite)) return;
  if (endpoint::InviteSession::refuses(endpoint_, id, invite, profile->session)) return;

  const auto origin = identify(id, invite, from, *profile);
  if (!origin) return;
  if (Privacy::of(invite.text_of("Privacy").value_or("")).cannot_be_had())
    return endpoint_.respond(id, invite, 500, "Privacy Not Available");

  const std::string uuid = profile->use_call_id_as_uuid ? std::string{invite.text_of("Call-ID").value_or("")} : std::string{};
  const std::string name = uuid.empty() || legs_.contains(uuid) ? shard().random().uuid() : uuid;
  auto made = std::make_unique<Leg>(*this, *profile, Direction::inbound, name, from.remote.ip);
  Leg& leg = *made;
  legs_[name] = std::move(made);
  ++sessions_since_start_;
  describe_caller(leg, invite, from, origin->trusted);
  leg.variables_.set("endpoint_disposition", "DELAYED NEGOTIATION");
  apply(leg, *origin);
  leg.session_ = endpoint::InviteSession::receive(endpoint_, leg, id, std::move(invite), from, profile->session);
  if (origin->gateway && !origin->gateway->account.secret.password.empty())
    leg.session_->use(std::make_unique<sip::Responder>(origin->gateway->account));
  add_dialog(leg);
  tell([&](Observer& observer) {
    observer.on_created(leg);
    observer.on_dialog(leg, leg.session_->call_id());
  });
  const auto& request = leg.session_->invite();
  if (request.has_body())
    if (const auto taken = leg.media_->take_offer(request.body()); !taken) return leg.refuse_media(taken.error());
  if (request.has<sip::Replaces>()) return take_place(leg, request);
  // RFC 3911 section 4: there is no conference to join it to.
  if (request.has<sip::Join>()) return leg.respond(488, "No conference to join", Cause::incompatible_destination);
  router_.route(leg);
}

Leg* Switch::create_outbound(const Profile& profile, const base::Ip& peer, std::string uuid) {
  if (legs_.size() >= options_.max_sessions) return nullptr;
  if (uuid.empty() || legs_.contains(uuid)) uuid = shard().random().uuid();
  auto made = std::make_unique<Leg>(*this, profile, Direction::outbound, uuid, peer);
  Leg& leg = *made;
  legs_[leg.uuid()] = std::move(made);
  ++sessions_since_start_;
  leg.variables_.set("direction", "outbound");
  leg.variables_.set("uuid", leg.uuid());
  return &leg;
}

Leg* Switch::find_dialog(std::string_view call_id, std::string_view to_tag, std::string_view from_tag) {
  const auto [first, last] = dialogs_.equal_range(dialog_hash(call_id, to_tag));
  for (auto at = first; at != last; ++at) {
    const auto* session = at->second->session();
    if (session->call_id() != call_id || session->local_tag() != to_tag) continue;
    const auto* dialog = session->dialog();
    if (dialog && dialog->id().remote_tag == from_tag) return at->second;
  }
  return nullptr;
}

void Switch::add_dialog(Leg& leg) {
  const auto& session = *leg.session();
  dialogs_.emplace(dialog_hash(session.call_id(), session.local_tag()), &leg);
}

void Switch::remove_dialog(const Leg& leg) {
  const auto& session = *leg.session_;
  const auto [first, last] = dialogs_.equal_range(dialog_hash(session.call_id(), session.local_tag()));
  for (auto at = first; at != last; ++at) {
    if (at->second != &leg) continue;
    dialogs_.erase(at);
    return;
  }
}

std::string payer_of(const Variables& variables, const CallerProfile& caller) {
  const std::string user{variables.get("user_name")};
  if (!user.empty()) return user + '@' + std::string{variables.get("domain_name")};
  for (const std::string_view variable : {"sip_acl_token", "sip_gateway"})
    if (const auto value = variables.get(variable); !value.empty()) return std::string{value};
  return caller.network_addr;
}

std::string payer_of(const Leg* caller) {
  return caller ? payer_of(caller->variables(), caller->caller()) : "originate";
}

bool Switch::may_spend(const std::string& account, std::string_view number, const Leg* caller) {
  const auto outcome = spend_.take(account, number, shard().now());
  if (outcome.verdict == SpendGuard::Verdict::over) {
    spend_stopped.add();
    base::log::warn("guard", "a call of {} to {} is stopped: limit {}", account, number, outcome.limit);
    tell([&](Observer& observer) { observer.on_spend_stopped(caller, account, number, outcome.limit); });
    return false;
  }
  if (outcome.verdict == SpendGuard::Verdict::counted)
    for (auto* other : all_)
      if (other != this)
        shard().post(other->shard().id(), [other, account, called = std::string{number}] {
          other->spend_.note(account, called, other->shard().now());
        });
  return true;
}

void Switch::hang_up_all(Cause cause) {
  std::vector<std::string> all;
  for (const auto& [uuid, leg] : legs_) all.push_back(uuid);
  for (const auto& uuid : all)
    if (auto* leg = find(uuid)) leg->hang_up(cause);
}

void Switch::run(base::Task<void> task) {
  std::erase_if(tasks_, [](const auto& old) { return old.done(); });
  tasks_.push_back(std::move(task));
  tasks_.back().start();
}

void Switch::reap_later(const std::string& uuid) {
  shard().post(shard().id(), [this, alive = alive_, uuid] {
    if (*alive) reap(uuid);
  });
}

void Switch::reap(const std::string& uuid) {
  const auto found = legs_.find(uuid);
  if (found == legs_.end()) return;
  Leg& leg = *found->second;
  if (leg.task_.done()) {
    leg.task_.reset();
    // A dialplan that is over ends its leg.
    leg.hang_up(Cause::normal_clearing);
  }
  if (!leg.hung_up() || leg.holds_ != 0 || leg.task_) return;
  tell([&](Observer& observer) { observer.on_destroyed(leg); });
  legs_.erase(found);
}

}  // namespace call
