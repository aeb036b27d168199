#include "presence/delivery.h"

#include <algorithm>
#include <array>

#include "base/metrics.h"
#include "sip/header/from.h"
#include "sip/status.h"

namespace presence {

namespace {

const base::metrics::Counter delivered{"ahoy_messages_delivered_total", "Short messages (MESSAGE) that a contact took"};
const base::metrics::Counter undelivered{"ahoy_messages_undelivered_total", "Short messages (MESSAGE) that no contact took"};

/// What a message says beside who and where: goes on as it is.
constexpr std::array carried{"Content-Disposition", "Content-Encoding", "Content-Language", "MIME-Version", "Date", "Subject",
                             "Expires",             "In-Reply-To",      "Priority",         "Reply-To",     "User-Agent"};

/// Section 16.7 of RFC 3261 in short: a 2xx wins, then a 6xx, then the lowest class.
bool better(int one, int other) {
  const auto rank = [](int status) { return sip::is_success(status) ? 0 : status >= 600 ? 1 : status / 100; };
  return other == 0 || rank(one) < rank(other);
}

}  // namespace

void Delivery::begin(endpoint::SipEndpoint& endpoint, sip::Message message, const std::vector<location::Binding>& bindings,
                     Done done) {
  auto delivery = std::make_unique<Delivery>(endpoint, std::move(message), std::move(done));
  delivery->send(bindings);
  endpoint.linger(std::move(delivery));
}

void Delivery::send(const std::vector<location::Binding>& bindings) {
  const std::size_t contacts = std::min(bindings.size(), contacts_max);
  waiting_ = contacts;
  for (std::size_t i = 0; i < contacts; ++i) endpoint_.send_request(copy_for(bindings[i]), bindings[i].flow, this);
}

sip::Message Delivery::copy_for(const location::Binding& binding) const {
  auto uri = binding.uri();
  uri.clear_headers();
  auto copy = sip::Message::request(sip::Method::message, uri.text());
  for (const auto& route : binding.routes()) copy.add("Route", route);
  copy.add("Max-Forwards", "70");
  const auto from = message_.get<sip::From>();
  sip::From own = *from;
  own.params.set("tag", endpoint_.new_tag());
  copy.append(own);
  copy.add("To", message_.text_of("To").value_or(""));
  copy.add("Call-ID", endpoint_.new_call_id());
  copy.add("CSeq", "1 MESSAGE");
  for (const auto* name : carried) copy.copy(name, message_);
  if (message_.has_body()) copy.set_body(message_.content_type(), message_.body());
  return copy;
}

void Delivery::on_response(endpoint::TransactionId, const sip::Message& response) {
  if (sip::is_final(response.status())) count(response.status());
}

void Delivery::on_failure(endpoint::TransactionId, sip::End why) {
  constexpr int timed_out = 408, unreachable = 480;
  count(why == sip::End::timeout ? timed_out : unreachable);
}

void Delivery::count(int status) {
  constexpr int unavailable = 480;
  if (better(status, best_)) best_ = status;
  --waiting_;
  if (!told_ && (sip::is_success(status) || waiting_ == 0)) {
    told_ = true;
    (sip::is_success(best_) ? delivered : undelivered).add();
    // What a phone wants to know of us is not what its sender should answer.
    const bool challenged = best_ == 401 || best_ == 407;
    done_(challenged ? unavailable : best_);
  }
  if (waiting_ == 0) endpoint_.poke();
}

}  // namespace presence
