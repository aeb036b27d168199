#include "call/link.h"

#include "call/bridge.h"

namespace call {

Links::Links(Switch& owner) : owner_{owner} { owner_.add_observer(*this); }

void Links::post(Switch& to, std::function<void(Links&)> work) {
  owner_.shard().post(to.shard().id(), [&to, work = std::move(work)] { work(to.links()); });
}

Leg* Links::make_stand_in(const Leg& leg) {
  auto* made = owner_.create_outbound(leg.profile_of_sip(), leg.media().local_rtp().ip);
  if (!made) return nullptr;
  made->set_call_uuid(leg.call_uuid());
  made->stand_in(leg.caller().chan_name);
  owner_.tell([&](Observer& observer) { observer.on_created(*made); });
  return made;
}

void Links::connect(Leg& near, Switch& far_switch, const std::string& far) {
  auto* stand_in = make_stand_in(near);
  if (!stand_in) return near.hang_up(Cause::switch_congestion);
  const auto offer = stand_in->media().make_offer(&near.media());
  if (!offer) {
    stand_in->hang_up(Cause::switch_congestion);
    return near.hang_up(Cause::switch_congestion);
  }
  ends_[stand_in->uuid()] = {&far_switch, {}};
  post(far_switch, [from = &owner_, uuid = stand_in->uuid(), near = near.uuid(), offer = *offer, far](Links& there) {
    there.accept(*from, uuid + ' ' + near, offer, far);
  });
}

void Links::accept(Switch& from, const std::string& names, const std::string& offer, const std::string& far) {
  const auto space = names.find(' ');
  const auto their_stand_in = names.substr(0, space), near = names.substr(space + 1);
  auto* leg = owner_.find(far);
  auto* stand_in = leg && leg->alive() ? make_stand_in(*leg) : nullptr;
  std::string answer;
  if (stand_in && stand_in->media().take_offer(offer))
    if (const auto made = stand_in->media().make_answer(&leg->media())) answer = *made;
  if (answer.empty()) {
    if (stand_in) stand_in->hang_up(Cause::switch_congestion);
    return post(from, [near, their_stand_in](Links& there) { there.finish(their_stand_in, near, {}); });
  }
  ends_[stand_in->uuid()] = {&from, their_stand_in};
  post(from, [near, their_stand_in, uuid = stand_in->uuid(), answer](Links& there) {
    const auto end = there.ends_.find(their_stand_in);
    if (end != there.ends_.end()) end->second.uuid = uuid;
    there.finish(their_stand_in, near, answer);
  });
  call::connect(*leg, *stand_in);
}

void Links::finish(const std::string& stand_in, const std::string& near, const std::string& answer) {
  auto* leg = owner_.find(near);
  auto* ours = owner_.find(stand_in);
  const bool fits = ours && ours->alive() && !answer.empty() && ours->media().take_answer(answer);
  if (fits && leg && leg->alive()) return call::connect(*leg, *ours);
  if (ours) ours->hang_up(Cause::normal_clearing);
  if (leg) leg->hang_up(answer.empty() ? Cause::normal_temporary_failure : Cause::incompatible_destination);
}

void Links::on_hangup(const Leg& leg) {
  if (ends_.empty()) return;
  const auto found = ends_.find(leg.uuid());
  if (found == ends_.end()) return;
  const End end = found->second;
  ends_.erase(found);
  if (end.uuid.empty()) return;
  post(*end.other, [uuid = end.uuid, cause = leg.cause()](Links& there) {
    if (auto* other = there.owner_.find(uuid)) other->hang_up(cause);
  });
}

}  // namespace call
