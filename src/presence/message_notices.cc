#include "presence/message_notices.h"

#include "presence/message_summary.h"

namespace presence {

MessageNotices::MessageNotices(endpoint::SipEndpoint& endpoint, location::LocationService& location, StateAgent& agent)
    : endpoint_{endpoint}, location_{location}, agent_{agent} {
  location.local().add_observer(*this);
  agent.set_message_listener([this](const std::string& aor, const MessageCounts& counts) { on_messages(aor, counts); });
}

void MessageNotices::on_registered(std::string_view aor, const location::Binding& binding, bool refreshed) {
  const auto how = wanted(binding);
  if (how == Wanted::never || (refreshed && how == Wanted::at_the_first)) return;
  // Behind the answer to the REGISTER, which is still to be sent.
  endpoint_.shard().post(endpoint_.shard().id(), [this, alive = alive_, name = std::string{aor}, binding] {
    const auto counts = *alive ? agent_.messages_of(name) : std::nullopt;
    if (counts) notify(name, binding, *counts);
  });
}

void MessageNotices::on_messages(const std::string& aor, const MessageCounts& counts) {
  for (const auto& binding : location_.local().find(aor))
    if (wanted(binding) != Wanted::never) notify(aor, binding, counts);
}

MessageNotices::Wanted MessageNotices::wanted(const location::Binding& binding) const {
  const auto found = wanted_.find(endpoint_.point(binding.flow.point).profile);
  return found == wanted_.end() ? Wanted::never : found->second;
}

void MessageNotices::notify(const std::string& aor, const location::Binding& binding, const MessageCounts& counts) {
  auto uri = binding.uri();
  uri.clear_headers();
  auto notify = sip::Message::request(sip::Method::notify, uri.text());
  for (const auto& route : binding.routes()) notify.add("Route", route);
  notify.add("Max-Forwards", "70");
  notify.add("From", "<" + uri_of(aor) + ">;tag=" + endpoint_.new_tag());
  notify.add("To", "<" + uri_of(aor) + ">");
  notify.add("Call-ID", endpoint_.new_call_id());
  notify.add("CSeq", "1 NOTIFY");
  notify.add("Contact", "<" + endpoint_.contact(binding.flow, {}).text() + ">");
  notify.add("Event", "message-summary");
  notify.add("Subscription-State", "terminated;reason=noresource");
  notify.set_body(message_summary_type, message_summary(aor, counts));
  endpoint_.send_request(std::move(notify), binding.flow, nullptr);
}

}  // namespace presence
