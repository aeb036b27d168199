// endpoint/invite_session_credentials.cc - a peer wants credentials, for the INVITE or for what is asked in the dialog later.
// RFC 3261 section 22.2.
#include <algorithm>

#include "endpoint/invite_session_parts.h"
#include "sip/header/cseq.h"
#include "sip/status.h"

namespace endpoint {

void InviteSession::use(std::unique_ptr<sip::Responder> responder) {
  credentials_ = std::make_unique<Credentials>();
  credentials_->responder = std::move(responder);
}

bool InviteSession::answers_challenge(const sip::Message& response) {
  return credentials_ &&
         credentials_->responder->on_challenge(response, endpoint_.shard().random()) == sip::Responder::Outcome::ready;
}

TransactionId InviteSession::send_in_dialog(sip::Message request, ClientUser* user) {
  if (!credentials_) return endpoint_.send_in(*dialog_, flow_, beyond_proxies_, std::move(request), user);
  const auto id = endpoint_.send_in(*dialog_, flow_, beyond_proxies_, request, this);
  credentials_->asked.push_back({id, std::move(request)});
  return id;
}

/// True: the request goes again, and this was not its answer.
bool InviteSession::ask_again(TransactionId id, const sip::Message& response) {
  if (!credentials_ || !sip::is_final(response.status())) return false;
  auto& asked = credentials_->asked;
  const auto found = std::ranges::find_if(asked, [&](const Credentials::Asked& each) { return each.id == id; });
  if (found == asked.end()) return false;
  auto one = std::move(*found);
  asked.erase(found);
  auto& responder = *credentials_->responder;
  const bool challenged = response.status() == 401 || response.status() == 407;
  if (!challenged) {
    responder.on_success();
    if (id == change_out_) credentials_->change = std::move(one.request);
    return false;
  }
  // Every request has its own try, whatever became of the others; further ones are for nonces that were stale.
  if (one.tries == 0) responder.on_success();
  if (state_ == State::over || one.tries == sip::Responder::max_attempts || !answers_challenge(response)) return false;
  ++one.tries;
  const auto cseq = dialog_->next_cseq();
  one.request.set("CSeq", std::to_string(cseq) + " " + std::string{one.request.method_text()});
  responder.authorize(one.request);
  one.id = endpoint_.send_in(*dialog_, flow_, beyond_proxies_, one.request, this);
  if (id == change_out_) change_cseq_ = cseq;
  for (auto* known : {&change_out_, &bye_out_, &refer_out_})
    if (*known == id) *known = one.id;
  asked.push_back(std::move(one));
  return true;
}

void InviteSession::forget_asked(TransactionId id) {
  if (credentials_) std::erase_if(credentials_->asked, [&](const auto& each) { return each.id == id; });
}

/// RFC 3261 section 13.2.2.4: an ACK has the credentials of its INVITE.
const sip::Message& InviteSession::acknowledged(std::uint32_t cseq) const {
  if (credentials_ && credentials_->change) {
    const auto number = credentials_->change->get<sip::CSeq>();
    if (number && number->number == cseq) return *credentials_->change;
  }
  return invite_;
}

}  // namespace endpoint
