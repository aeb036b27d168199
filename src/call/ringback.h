// call/ringback.h - what a waiting caller hears: a 180, or early media with a tone of ours.
#pragma once
#include "call/leg.h"

namespace call {

/// One for an alternative of a dial string. Without `ringback` an unanswered caller is told 180 once; with it, or
/// with transfer_ringback when answered already, a tone or file is played until this goes.
class Ringback {
 public:
  explicit Ringback(Leg* caller);
  Ringback(const Ringback&) = delete;
  Ringback& operator=(const Ringback&) = delete;
  ~Ringback();

  /// A leg rings.
  void ringing();

 private:
  void play();
  Leg* caller_;
  bool told_ = false;
  bool playing_ = false;
};

}  // namespace call
