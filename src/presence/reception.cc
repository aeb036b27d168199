#include "presence/reception.h"

#include "base/text.h"
#include "location/location.h"
#include "sip/header/from.h"

namespace presence {

std::string Visit::aor() const { return location::address_of_record(named ? named->user : user, domain); }

bool Visit::is_own() const {
  return account.user.empty() || (named && account.user == named->user && base::same(account.domain, named->domain));
}

std::optional<Visit> Reception::receive(endpoint::TransactionId id, const sip::Message& request, const endpoint::Flow& from) {
  constexpr int bad_request = 400, not_found = 404;
  const auto admission = admissions_.of(endpoint_.point(from.point).profile);
  const auto uri = sip::Uri::parse(request.request_uri());
  const auto sender = request.get<sip::From>();
  if (!uri || !sender) {
    endpoint_.respond(id, request, bad_request);
    return std::nullopt;
  }
  auto outcome = admission.admit(authenticator_, id, request, from, sender->uri);
  if (outcome.verdict != endpoint::Authenticator::Verdict::accepted) return std::nullopt;
  Visit visit;
  visit.account = std::move(outcome.account);
  visit.user = uri->user_decoded();
  visit.domain = base::lowered(admission.domain_of(*uri));
  visit.named = accounts_.find(visit.user, visit.domain);
  visit.from = sender->uri.text();
  if (visit.user.empty() || !accounts_.knows_domain(visit.domain)) {
    endpoint_.respond(id, request, not_found);
    return std::nullopt;
  }
  if (!visit.account.user.empty()) {
    const auto there = accounts_.find(visit.account.user, visit.domain);
    visit.same_domain = there && base::same(there->domain, visit.account.domain);
  }
  if (admission.domain.empty() && visit.named) visit.domain = base::lowered(visit.named->domain);
  return visit;
}

}  // namespace presence
