#include "location/pinger.h"

#include "base/log.h"
#include "base/metrics.h"
#include "sip/ping.h"

namespace location {

namespace {

const base::metrics::Counter pings{"ahoy_phone_pings_total", "OPTIONS sent to registered phones"};
const base::metrics::Counter silent{"ahoy_phone_pings_unanswered_total", "... that nobody answered"};

}  // namespace

bool is_behind_nat(const Binding& binding) {
  const auto uri = binding.uri();
  const auto ip = uri.ip();
  if (!ip || *ip != binding.flow.remote.ip) return true;
  return binding.flow.transport == endpoint::Transport::udp && uri.port().value_or(5060) != binding.flow.remote.port;
}

Pinger::Pinger(endpoint::SipEndpoint& endpoint, Location& location)
    : endpoint_{endpoint}, location_{location}, timer_{[this] { work(); }} {
  location_.add_observer(*this);
}

Pinger::~Pinger() {
  for (const auto& [id, key] : asked_) endpoint_.forget(id);
}

void Pinger::on_registered(std::string_view aor, const Binding& binding, bool) {
  const auto policy = policy_of_ ? policy_of_(binding.flow.point) : PingPolicy{};
  if (!policy.everybody && !(policy.behind_nat && is_behind_nat(binding))) return forget(aor, binding);
  const auto name = key(aor, binding);
  const auto [entry, fresh] = phones_.try_emplace(name, Phone{std::string{aor}, binding.id(), {}, 0});
  entry->second.misses = 0;
  if (fresh) schedule(name, entry->second, policy.mean);
}

void Pinger::forget(std::string_view aor, const Binding& binding) { phones_.erase(key(aor, binding)); }

void Pinger::schedule(const Key& name, Phone& phone, base::Duration mean) {
  auto& shard = endpoint_.shard();
  const auto third = mean / 3;
  phone.due = shard.now() + mean - third + base::Duration{static_cast<std::int64_t>(shard.random().below(static_cast<std::uint64_t>(2 * third.count() + 1)))};
  due_.emplace(phone.due, name);
  if (timer_.at() > due_.begin()->first) timer_.start(shard.timers(), due_.begin()->first);
}

void Pinger::work() {
  auto& shard = endpoint_.shard();
  while (!due_.empty() && due_.begin()->first <= shard.now()) {
    const auto [at, name] = *due_.begin();
    due_.erase(due_.begin());
    const auto found = phones_.find(name);
    if (found != phones_.end() && found->second.due == at) ping(name, found->second);
  }
  if (!due_.empty()) timer_.start(shard.timers(), due_.begin()->first);
}

const Binding* Pinger::find(const Phone& phone) {
  for (const auto& binding : location_.find(phone.aor))
    if (binding.id() == phone.id) return &binding;
  return nullptr;
}

void Pinger::ping(const Key& name, Phone& phone) {
  const auto* binding = find(phone);
  if (!binding) {
    phones_.erase(name);
    return;
  }
  auto uri = binding->uri();
  uri.clear_headers();
  auto request = sip::Message::request(sip::Method::options, uri.text());
  for (const auto& route : binding->routes()) request.add("Route", route);
  const auto own = endpoint_.contact(binding->flow, "ahoy");
  request.add("Max-Forwards", "70");
  request.add("From", "<" + std::string{own.text()} + ">;tag=" + endpoint_.new_tag());
  request.add("To", "<" + std::string{uri.text()} + ">");
  request.add("Call-ID", endpoint_.new_call_id());
  request.add("CSeq", "1 OPTIONS");
  request.add("Contact", "<" + std::string{own.text()} + ">");
  pings.add();
  const auto flow = binding->flow;
  schedule(name, phone, policy_of_(flow.point).mean);
  asked_[endpoint_.send_request(std::move(request), flow, this)] = name;
}

void Pinger::on_response(endpoint::TransactionId id, const sip::Message& response) {
  if (response.status() < 200) return;
  const auto node = asked_.extract(id);
  if (node.empty()) return;
  // 408 and 480 come from proxies that do not reach the phone either.
  if (!sip::Ping::is_sign_of_life(response.status()) || response.status() == 480) return missed(node.mapped());
  if (const auto found = phones_.find(node.mapped()); found != phones_.end()) found->second.misses = 0;
}

void Pinger::on_failure(endpoint::TransactionId id, sip::End) {
  const auto node = asked_.extract(id);
  if (!node.empty()) missed(node.mapped());
}

void Pinger::missed(const Key& name) {
  silent.add();
  const auto found = phones_.find(name);
  if (found == phones_.end() || ++found->second.misses < misses_max) return;
  const auto* binding = find(found->second);
  if (!binding || !policy_of_(binding->flow.point).unregister) return;
  base::log::notice("location", "{} at {} does not answer its pings: unregistered", found->second.aor, binding->flow.remote.text());
  Binding gone = *binding;
  gone.expires = endpoint_.shard().now();
  const std::string aor = found->second.aor, call_id{gone.call_id()};
  Registration removal;
  removal.call_id = call_id;
  removal.cseq = gone.cseq + 1;
  removal.bindings.push_back(std::move(gone));
  static_cast<void>(location_.update(aor, removal));
}

}  // namespace location
