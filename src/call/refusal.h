// call/refusal.h - what a session description that Media refused means in SIP.
#pragma once
#include "call/media/media.h"

namespace call {

/// Of the response to the offer.
constexpr int status_of(Media::Refusal refusal) {
  switch (refusal) {
    case Media::Refusal::no_ports: return 503;
    case Media::Refusal::malformed: return 400;
    case Media::Refusal::not_acceptable: return 488;
  }
  return 488;
}

}  // namespace call
