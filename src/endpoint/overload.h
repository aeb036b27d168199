// endpoint/overload.h - what a shard that cannot follow lets go first: what has not begun yet.
//
// Refusing a call costs a tenth of carrying it, so that a server which refuses in time carries as many as it can; one
// that accepts all answers late, is asked again, and in the end carries none. Requests in dialogs and responses are
// never refused: they finish what was begun.
#pragma once
#include "base/random.h"
#include "sip/header/to.h"
#include "sip/message.h"

namespace endpoint {

/// A shard so far behind refuses the first new request ...
inline constexpr base::Duration overload_begins = std::chrono::milliseconds{10};
/// ... and one so far behind refuses all. Between the two it refuses some, so that it neither stalls nor swings.
inline constexpr base::Duration overload_is_full = std::chrono::milliseconds{40};

/// Whether a shard that is `behind` should refuse a new request; a matter of luck.
inline bool refuses_new(base::Duration behind, base::Random& random) {
  if (behind <= overload_begins) return false;
  const std::chrono::duration<double> over = behind - overload_begins, span = overload_is_full - overload_begins;
  return over >= span || random.chance(over / span);
}

/// Outside dialogs, and more than an answer to what there is.
inline bool is_new(const sip::Message& request) {
  if (request.method() == sip::Method::ack || request.method() == sip::Method::cancel) return false;
  const auto to = request.get<sip::To>();
  return !to || !to->params.has("tag");
}

/// Messages that other shards took from their sockets for one and that wait in its mailbox.
inline constexpr std::uint32_t handed_over_max = 16'384;

/// Whether one more may wait; new requests keep half of the room free.
inline bool has_room_for(const sip::Message& message, std::uint32_t waiting) {
  const bool new_one = waiting >= handed_over_max / 2 && message.is_request() && is_new(message);
  return waiting < (new_one ? handed_over_max / 2 : handed_over_max);
}

}  // namespace endpoint
