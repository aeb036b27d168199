#include "presence/pager.h"

#include <algorithm>
#include <array>

#include "base/metrics.h"
#include "sip/header/from.h"
#include "sip/status.h"

namespace presence {

namespace {

const base::metrics::Counter delivered{"ahoy_messages_delivered_total", "Short messages (MESSAGE) that a contact took"};
const base::metrics::Counter undelivered{"ahoy_messages_undelivered_total", "Short messages (MESSAGE) that nobody took"};

/// What a message says beside who and where: goes on as it is.
constexpr std::array carried{"Content-Disposition", "Content-Encoding", "Content-Language", "MIME-Version", "Date", "Subject",
                             "Expires",             "In-Reply-To",      "Priority",         "Reply-To",     "User-Agent"};

/// Section 16.7 of RFC 3261 in short: a 2xx wins, then a 6xx, then the lowest class.
bool better(int one, int other) {
  const auto rank = [](int status) { return sip::is_success(status) ? 0 : status >= 600 ? 1 : status / 100; };
  return other == 0 || rank(one) < rank(other);
}

}  // namespace

/// One message on its way to all contacts of its receiver; goes when the last has answered.
class Pager::Delivery : public endpoint::Lingering, endpoint::ClientUser {
 public:
  Delivery(Pager& pager, endpoint::TransactionId id, sip::Message request)
      : endpoint_{pager.endpoint_}, id_{id}, request_{std::move(request)} {}

  void send(const std::vector<location::Binding>& bindings) {
    const std::size_t count = std::min(bindings.size(), contacts_max);
    waiting_ = count;
    for (std::size_t i = 0; i < count; ++i) endpoint_.send_request(copy_for(bindings[i]), bindings[i].flow, this);
  }
  bool finished() const override { return waiting_ == 0; }

 private:
  sip::Message copy_for(const location::Binding& binding) const {
    auto uri = binding.uri();
    uri.clear_headers();
    auto copy = sip::Message::request(sip::Method::message, uri.text());
    for (const auto& route : binding.routes()) copy.add("Route", route);
    copy.add("Max-Forwards", "70");
    const auto from = request_.get<sip::From>();
    sip::From own = *from;
    own.params.set("tag", endpoint_.new_tag());
    copy.append(own);
    copy.add("To", request_.text_of("To").value_or(""));
    copy.add("Call-ID", endpoint_.new_call_id());
    copy.add("CSeq", "1 MESSAGE");
    for (const auto* name : carried) copy.copy(name, request_);
    if (request_.has_body()) copy.set_body(request_.content_type(), request_.body());
    return copy;
  }
  void on_response(endpoint::TransactionId, const sip::Message& response) override {
    if (sip::is_final(response.status())) count(response.status());
  }
  void on_failure(endpoint::TransactionId, sip::End why) override {
    constexpr int timed_out = 408, unreachable = 480;
    count(why == sip::End::timeout ? timed_out : unreachable);
  }
  void count(int status) {
    if (better(status, best_)) best_ = status;
    --waiting_;
    if (!told_ && (sip::is_success(status) || waiting_ == 0)) {
      told_ = true;
      (sip::is_success(best_) ? delivered : undelivered).add();
      // What a phone wants to know of us is not what its sender should answer.
      const bool challenged = best_ == 401 || best_ == 407;
      endpoint_.respond(id_, request_, challenged ? 480 : best_);
    }
    if (waiting_ == 0) endpoint_.poke();
  }

  endpoint::SipEndpoint& endpoint_;
  endpoint::TransactionId id_;
  sip::Message request_;
  std::size_t waiting_ = 0;
  int best_ = 0;
  bool told_ = false;
};

void Pager::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  const auto visit = reception_.receive(id, request, from);
  if (!visit) return;
  if (!visit->named) return endpoint_.respond(id, request, 404);
  location_.find(visit->user, visit->domain, [this, alive = alive_, id, request = std::move(request)](std::vector<location::Binding> bindings) {
    if (*alive) deliver(id, request, bindings);
  });
}

void Pager::deliver(endpoint::TransactionId id, const sip::Message& request, const std::vector<location::Binding>& bindings) {
  if (bindings.empty()) {
    undelivered.add();
    return endpoint_.respond(id, request, 480);
  }
  auto delivery = std::make_unique<Delivery>(*this, id, request);
  delivery->send(bindings);
  endpoint_.linger(std::move(delivery));
}

}  // namespace presence
