// sip/caller_preferences.h - which of a user's contacts a caller would rather reach: RFC 3840, RFC 3841 section 7.
//
// Features of a contact are the parameters it registered (audio, +sip.instance, mobility="fixed" ...). A predicate is an
// Accept-Contact or Reject-Contact. Functions over values; cost grows with the number of features.
#pragma once
#include <optional>
#include <vector>

#include "sip/header/accept_contact.h"
#include "sip/header/reject_contact.h"
#include "sip/params.h"

namespace sip {

/// Nullopt: the contact is not to be called. Else its score in thousandths (Qa), for sorting among equal q: 1000 without
/// any wish.
std::optional<int> preference_of(const Params& contact, const std::vector<AcceptContact>& accept,
                                 const std::vector<RejectContact>& reject);

/// Whether a feature of a contact (`has`, as registered) satisfies what is asked (`wanted`), both without outer quotes.
/// Lists ("a,b"), negation ("!a"), booleans, strings ("<text>") and numbers ("#=1", "#>=1", "#1:5").
bool feature_matches(std::string_view has, std::string_view wanted);

}  // namespace sip
