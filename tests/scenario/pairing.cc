#include "tests/scenario/pairing.h"

#include "base/text.h"
#include "sip/header/cseq.h"
#include "sip/header/rack.h"

namespace scenario {

namespace {

bool has_description(const sip::Message& message) { return message.has_body() && message.content_type().starts_with("application/sdp"); }

bool is_reliable(const sip::Message& response) {
  return response.status() > 100 && response.status() < 200 && response.text_of("RSeq").has_value();
}

}  // namespace

/// The two ends are named in a fixed order, because answers go the other way; a fork has a To tag of its own.
std::string Pairing::key_of(const sip::Message& message, const sim::Sent& sent, std::string_view cseq) const {
  const auto& asker = message.is_request() ? sent.from : sent.to;
  const auto& asked = message.is_request() ? sent.to : sent.from;
  return std::string{message.text_of("Call-ID").value_or("")}
      .append(" ")
      .append(asker.text())
      .append(" to ")
      .append(asked.text())
      .append(" ")
      .append(cseq);
}

void Pairing::see(const sim::Sent& sent) {
  if (sent.stream || forgiven_.contains(sent.from.ip.text()) || forgiven_.contains(sent.to.ip.text())) return;
  const auto message = sip::Message::parse(std::string{sent.bytes});
  if (!message) return;
  if (message->is_response()) return on_response(*message, sent);
  switch (message->method()) {
    case sip::Method::invite:
    case sip::Method::update: return on_request(*message, sent);
    case sip::Method::ack: return on_ack(*message, sent);
    case sip::Method::prack: return on_prack(*message, sent);
    default: return;
  }
}

void Pairing::answered(Exchange& exchange) {
  if (exchange.at != At::answered) ++paired_;
  exchange.at = At::answered;
}

void Pairing::on_request(const sip::Message& request, const sim::Sent& sent) {
  auto& exchange = exchanges_[key_of(request, sent, request.text_of("CSeq").value_or(""))];
  if (exchange.at == At::nothing && has_description(request)) exchange.at = At::offered_by_caller;
}

void Pairing::on_response(const sip::Message& response, const sim::Sent& sent) {
  const auto cseq = response.text_of("CSeq").value_or("");
  const auto key = key_of(response, sent, cseq);
  const auto found = exchanges_.find(key);
  if (found == exchanges_.end()) return;
  auto& exchange = found->second;
  const bool success = response.status() / 100 == 2;
  if (!success && !is_reliable(response)) return;
  if (has_description(response)) {
    if (exchange.at == At::offered_by_caller) answered(exchange);
    else if (exchange.at == At::nothing) exchange.at = At::offered_by_callee;
  }
  if (!success || exchange.judged) return;
  exchange.judged = true;
  const bool invite = cseq.find("INVITE") != std::string_view::npos;
  if (exchange.at == At::offered_by_caller) broken_.push_back(key + ": a 2xx leaves the offer without an answer");
  if (exchange.at == At::nothing && invite) broken_.push_back(key + ": no offer in INVITE and none in the 2xx");
}

void Pairing::on_ack(const sip::Message& ack, const sim::Sent& sent) {
  const auto cseq = ack.get<sip::CSeq>();
  if (!cseq) return;
  const auto key = key_of(ack, sent, std::to_string(cseq->number) + " INVITE");
  const auto found = exchanges_.find(key);
  if (found == exchanges_.end() || !found->second.judged) return;
  auto& exchange = found->second;
  if (exchange.at == At::offered_by_callee && !has_description(ack)) broken_.push_back(key + ": ACK leaves the offer of the 2xx without an answer");
  if (exchange.at == At::offered_by_callee && has_description(ack)) answered(exchange);
}

void Pairing::on_prack(const sip::Message& prack, const sim::Sent& sent) {
  const auto rack = prack.get<sip::RAck>();
  if (!rack || !has_description(prack)) return;
  const auto found = exchanges_.find(key_of(prack, sent, std::to_string(rack->cseq) + " INVITE"));
  if (found != exchanges_.end() && found->second.at == At::offered_by_callee) answered(found->second);
}

}  // namespace scenario
