// call/ringback.h - what a waiting caller hears: a 180, or early media with a tone of ours.
#pragma once
#include "call/leg.h"

namespace call {

/// The name of a source without end: `%(2000,4000,440,480)` and `v=-7;...` are tones, `silence` is silence, anything else
/// names a file.
std::string endless_source(std::string_view sound);

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
