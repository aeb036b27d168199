#include "call/referral.h"

#include "call/bridge.h"
#include "call/hooks.h"
#include "call/link.h"
#include "sip/header/cseq.h"
#include "sip/header/join.h"
#include "sip/header/refer_sub.h"
#include "sip/header/refer_to.h"
#include "sip/header/replaces.h"
#include "sip/status.h"

namespace call {

// --- what is told ----------------------------------------------------------------------------------------------------

Reporter::Reporter(const sip::Message& refer) {
  const auto wanted = refer.get<sip::ReferSub>();
  wanted_ = !wanted || wanted->wanted();
  const auto cseq = refer.get<sip::CSeq>();
  event_ = "refer;id=" + std::to_string(cseq ? cseq->number : 0);
}

void Reporter::tell(Leg& leg, int status, std::chrono::seconds left) const {
  const bool goes_on = sip::is_provisional(status);
  notify(leg, status, goes_on ? "active;expires=" + std::to_string(left.count()) : "terminated;reason=noresource");
}

void Reporter::time_out(Leg& leg, int status) const { notify(leg, status, "terminated;reason=timeout"); }

void Reporter::notify(Leg& leg, int status, std::string state) const {
  if (!wanted_ || !leg.session()) return;
  endpoint::Extra extra;
  extra.headers.emplace_back("Event", event_);
  extra.headers.emplace_back("Subscription-State", std::move(state));
  extra.content_type = "message/sipfrag;version=2.0";
  extra.body = "SIP/2.0 " + std::to_string(status) + " " + std::string{sip::reason_phrase(status)} + "\r\n";
  leg.session()->ask(sip::Method::notify, extra);
}

Referrals::~Referrals() = default;

void Referrals::follow(const Leg& partner, const Leg& asking, const Reporter& reporter, Cause cause) {
  auto referral = std::make_unique<Referral>([this, uuid = partner.uuid()] { expire(uuid); });
  referral->asking = asking.uuid();
  referral->reporter = reporter;
  referral->cause = cause;
  referral->ends = owner_.shard().now() + subscription_length;
  referral->timer.start(owner_.shard().timers(), referral->ends);
  waiting_[partner.uuid()] = std::move(referral);
}

/// A leg that is called for the partner.
void Referrals::on_progress(const Leg& leg) {
  if (waiting_.empty()) return;
  const auto found = waiting_.find(leg.variable("originator"));
  const bool tells = leg.progress() == Progress::ringing || leg.progress() == Progress::early;
  if (found == waiting_.end() || !tells) return;
  auto& referral = *found->second;
  const int status = leg.progress() == Progress::ringing ? 180 : 183;
  if (std::exchange(referral.status, status) == status) return;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(referral.ends - owner_.shard().now());
  if (auto* asking = owner_.find(referral.asking)) referral.reporter.tell(*asking, status, left);
}

void Referrals::on_execute(const Leg& leg, std::string_view application, std::string_view) {
  if (waiting_.empty()) return;
  const auto found = waiting_.find(leg.uuid());
  if (found != waiting_.end() && owner_.router().serves(application)) end(found, 200);
}

void Referrals::on_bridge(const Leg& a, const Leg& b) {
  if (waiting_.empty()) return;
  for (const auto* leg : {&a, &b})
    if (const auto found = waiting_.find(leg->uuid()); found != waiting_.end()) end(found, 200);
}

void Referrals::on_hangup(const Leg& leg) {
  if (waiting_.empty()) return;
  if (const auto found = waiting_.find(leg.uuid()); found != waiting_.end()) {
    // Who hangs up while it is sent on has taken the transfer back.
    constexpr int given_up = 487;
    const int failed = leg.last_failure_status() != 0 ? leg.last_failure_status() : sip_status(leg.cause());
    return end(found, leg.hangup_by() == HangupBy::peer ? given_up : failed);
  }
  std::erase_if(waiting_, [&](const auto& each) { return each.second->asking == leg.uuid(); });
}

void Referrals::end(Waiting::iterator at, int status) {
  // Out of the list first: hanging up comes back here.
  const auto referral = std::move(at->second);
  waiting_.erase(at);
  auto* asking = owner_.find(referral->asking);
  if (!asking) return;
  referral->reporter.tell(*asking, status);
  asking->hang_up(referral->cause);
}

void Referrals::expire(const std::string& partner) {
  auto node = waiting_.extract(partner);
  if (node.empty()) return;
  const auto& referral = *node.mapped();
  auto* asking = owner_.find(referral.asking);
  if (!asking) return;
  referral.reporter.time_out(*asking, referral.status);
  asking->hang_up(referral.cause);
}

// --- REFER -----------------------------------------------------------------------------------------------------------

namespace {

std::string first_of(std::initializer_list<std::string_view> candidates) {
  for (const auto candidate : candidates)
    if (!candidate.empty()) return std::string{candidate};
  return {};
}

void note_referral(Leg& partner, const Leg& asking, const sip::Message& refer) {
  auto& variables = partner.variables();
  variables.set("sip_refer_to", inert(refer.text_of("Refer-To").value_or("")));
  const auto by = refer.text_of("Referred-By");
  const std::string referrer = by ? std::string{*by} : "<sip:" + asking.caller().caller_id_number + "@" +
                                                           std::string{asking.variable("sip_from_host")} + ">";
  variables.set("sip_referred_by", inert(referrer));
  variables.set("sip_h_Referred-By", inert(referrer));
}

/// `partner` leaves `leg` for `target`; `leg` waits to be told how that goes, if it wants to know.
void send_on(Leg& leg, Leg& partner, const Leg::Target& target, const Reporter& reporter, Cause cause) {
  auto& owner = leg.owner();
  separate(leg);
  partner.set_last_failure_status(0);
  if (!reporter.wanted()) {
    owner.router().transfer(partner, target);
    return leg.hang_up(cause);
  }
  owner.referrals().follow(partner, leg, reporter, cause);
  Leg::Target waiting;
  waiting.waits = true;
  owner.router().transfer(leg, waiting);
  owner.router().transfer(partner, target);
}

void transfer_blind(Leg& leg, const sip::Message& refer, const sip::Uri& to, const Reporter& reporter) {
  Leg* const partner = leg.peer();
  if (!partner || !partner->alive()) return reporter.tell(leg, 403);
  const LegHold hold{*partner};
  note_referral(*partner, leg, refer);
  partner->variables().set("transfer_fallback_extension", leg.caller().caller_id_number);
  leg.variables().set("transfer_to", to.user_decoded());
  leg.variables().set("endpoint_disposition", "BLIND_TRANSFER");
  Leg::Target target;
  target.extension = inert(to.user_decoded());
  target.dialplan = first_of({partner->variable("force_transfer_dialplan"), leg.variable("force_transfer_dialplan")});
  // Where the one who asks may call, its partner may go.
  target.context = first_of({partner->variable("force_transfer_context"), leg.variable("force_transfer_context"),
                             leg.variable("user_context"), leg.caller().context});
  execute_hooks(*partner, "execute_on_blind_transfer");
  send_on(leg, *partner, target, reporter, Cause::blind_transfer);
}

/// What is found of the other call of an attended transfer, on the shard it lives on.
struct Consulted {
  bool found = false;
  std::string leg, partner;            ///< uuids; no partner: an application of ours, or still ringing
  std::string extension, context, dialplan;
};

Consulted consult(Switch& owner, const sip::Replaces& replaces) {
  auto* leg = owner.find_dialog(replaces.call_id, replaces.to_tag(), replaces.from_tag());
  // Some phones write the tags as they see them.
  if (!leg) leg = owner.find_dialog(replaces.call_id, replaces.from_tag(), replaces.to_tag());
  if (!leg || !leg->alive()) return {};
  auto* partner = leg->answered() ? leg->peer() : nullptr;
  return {true, leg->uuid(), partner ? partner->uuid() : std::string{}, leg->caller().destination_number,
          leg->caller().context, leg->caller().dialplan};
}

/// Both calls are known, and the first one's partner is here.
void complete(Leg& leg, Switch& other_switch, const Consulted& other, const Reporter& reporter) {
  Leg* const partner = leg.peer();
  if (!other.found || !partner || !partner->alive()) return reporter.tell(leg, other.found ? 403 : 481);
  Switch& here = leg.owner();
  const LegHold hold{*partner}, self{leg};
  leg.variables().set("endpoint_disposition", "ATTENDED_TRANSFER");
  if (other.partner.empty()) {
    // It talks to an application, or it rings: the partner goes where it called, and has not arrived before it is answered.
    const Leg::Target target{other.extension, other.dialplan, other.context};
    send_on(leg, *partner, target, reporter, Cause::attended_transfer);
  } else {
    separate(leg);
    if (&other_switch != &here) here.links().connect(*partner, other_switch, other.partner);
    else if (auto* found = here.find(other.partner)) connect(*partner, *found);
    reporter.tell(leg, 200);
    leg.hang_up(Cause::attended_transfer);
  }
  here.shard().post(other_switch.shard().id(), [&other_switch, uuid = other.leg] {
    auto* consulted = other_switch.find(uuid);
    if (!consulted) return;
    separate(*consulted);
    consulted->variables().set("endpoint_disposition", "ATTENDED_TRANSFER");
    consulted->hang_up(Cause::attended_transfer);
  });
}

void transfer_attended(Leg& leg, const sip::Message& refer, const sip::Replaces& replaces, const Reporter& reporter) {
  if (leg.peer()) note_referral(*leg.peer(), leg, refer);
  Switch& here = leg.owner();
  Switch& there = here.owner_of(replaces.call_id);
  if (&here == &there) return complete(leg, here, consult(here, replaces), reporter);
  here.shard().post(there.shard().id(), [&here, &there, replaces, reporter, uuid = leg.uuid()] {
    there.shard().post(here.shard().id(), [&here, &there, reporter, uuid, found = consult(there, replaces)] {
      if (auto* asking = here.find(uuid); asking && asking->alive()) complete(*asking, there, found, reporter);
    });
  });
}

/// What is wrong with a REFER; 0: nothing.
int fault_of(const Leg& leg, const sip::Message& refer, const sip::Parsed<sip::ReferTo>& to) {
  if (leg.profile_of_sip().disable_transfer) return 403;
  if (!to || !leg.answered()) return 400;
  if (!to->uri.is_sip() && to->uri.scheme() != sip::Uri::Scheme::tel) return 416;
  if (!base::same(to->uri.param("method").value_or("INVITE"), "INVITE")) return 501;
  return refer.texts_of("Refer-To").size() > 1 ? 400 : 0;
}

}  // namespace

void take_referral(Leg& leg, endpoint::TransactionId id, const sip::Message& refer) {
  const auto to = refer.get<sip::ReferTo>();
  if (const int fault = fault_of(leg, refer, to); fault != 0) return leg.session()->respond(id, refer, fault);
  std::optional<sip::Replaces> replaces;
  if (const auto text = to->uri.header("Replaces")) {
    base::Cursor in{std::string_view{*text}};
    const auto parsed = sip::Replaces::parse(in);
    if (!parsed) return leg.session()->respond(id, refer, 400);
    replaces = *parsed;
  }
  const Reporter reporter{refer};
  endpoint::Extra accepted;
  if (!reporter.wanted()) accepted.headers.emplace_back("Refer-Sub", "false");
  leg.session()->respond(id, refer, 202, accepted);
  reporter.tell(leg, 100);
  if (replaces) transfer_attended(leg, refer, *replaces, reporter);
  else transfer_blind(leg, refer, to->uri, reporter);
}

// --- INVITE with Replaces --------------------------------------------------------------------------------------------

namespace {

/// What RFC 3891 section 3 says of a dialog that is to be replaced; 0: go on. Of its partner: to be joined.
struct Replaced {
  int refusal = 481;
  std::string leg, partner;
};

Replaced look_up(Switch& owner, const sip::Replaces& replaces) {
  auto* leg = owner.find_dialog(replaces.call_id, replaces.to_tag(), replaces.from_tag());
  // Who has the tags from the event package "dialog" names them as the telephone does: the same dialog from its other end.
  if (!leg) leg = owner.find_dialog(replaces.call_id, replaces.from_tag(), replaces.to_tag());
  if (!leg) return {};
  if (leg->hung_up()) return {603, {}, {}};
  if (leg->answered() && replaces.early_only()) return {486, {}, {}};
  // An early dialog that the peer began is not to be taken from it.
  if (!leg->answered() && leg->direction() == Direction::inbound) return {481, {}, {}};
  auto* partner = leg->peer();
  if (!partner && !leg->answered()) partner = owner.find(leg->variable("originator"));
  if (!partner || !partner->alive()) return {488, {}, {}};  // it talks to an application of ours
  return {0, leg->uuid(), partner->uuid()};
}

/// On the shard of the call: the leg that is replaced goes.
void let_go(Switch& owner, const std::string& uuid) {
  auto* leg = owner.find(uuid);
  if (!leg) return;
  separate(*leg);
  leg->hang_up(leg->answered() ? Cause::attended_transfer : Cause::picked_off);
}

void replace(Leg& leg, Switch& there, const Replaced& found) {
  if (found.refusal != 0) return leg.respond(found.refusal, {}, cause_of_status(found.refusal));
  Switch& here = leg.owner();
  if (!leg.answer()) return;
  if (&here == &there) {
    let_go(here, found.leg);
    if (auto* partner = here.find(found.partner)) connect(*partner, leg);
    return;
  }
  here.links().connect(leg, there, found.partner);
  here.shard().post(there.shard().id(), [&there, uuid = found.leg] { let_go(there, uuid); });
}

}  // namespace

void take_place(Leg& leg, const sip::Message& invite) {
  const auto replaces = invite.get<sip::Replaces>();
  if (!replaces || invite.has<sip::Join>()) return leg.respond(400, {}, Cause::interworking);
  Switch& here = leg.owner();
  Switch& there = here.owner_of(replaces->call_id);
  if (&here == &there) return replace(leg, here, look_up(here, *replaces));
  here.shard().post(there.shard().id(), [&here, &there, replaces = *replaces, uuid = leg.uuid()] {
    there.shard().post(here.shard().id(), [&here, &there, uuid, found = look_up(there, replaces)] {
      if (auto* arrived = here.find(uuid); arrived && arrived->alive()) replace(*arrived, there, found);
    });
  });
}

}  // namespace call
