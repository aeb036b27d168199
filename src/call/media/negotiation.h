// call/media/negotiation.h - what the two ends of a leg have told each other about media, and what follows from it.
//
// Knows descriptions and addresses, no sockets. Its owner supplies the ports.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "call/media/media.h"

namespace call {

class Negotiation {
 public:
  using Refusal = Media::Refusal;
  /// The local address for a stream that is passed on, by its place; port 0 refuses it.
  using ExtraPort = std::function<base::Address(std::size_t)>;

  Negotiation(const MediaOptions& options, base::Random& random);

  base::Result<void, Refusal> take_offer(std::string_view text);
  bool has_offer() const { return !offered_.empty(); }
  /// `local`: our audio port. `peer`: the other leg's side of things, or null.
  base::Result<void, Refusal> make_answer(const base::Address& local, const Negotiation* peer, const ExtraPort& extra);
  void make_offer(const base::Address& local, const Negotiation* peer, const ExtraPort& extra);
  base::Result<void, Refusal> take_answer(std::string_view text);
  bool awaits_answer() const { return awaits_answer_; }
  void drop_offer() { awaits_answer_ = false; }
  sdp::Direction remote_direction() const;
  bool set_direction(sdp::Direction direction) { return std::exchange(direction_, direction) != direction; }

  const std::string& local_text() const { return local_text_; }
  /// The offer that waits for its answer, else what was agreed on last.
  const std::string& remote_text() const { return offered_.empty() ? remote_ : offered_; }
  const sdp::Agreement& agreement() const { return agreement_; }
  const sdp::MediaAgreement* audio() const { return sdp::audio_of(agreement_); }
  std::string remote_codecs() const;

 private:
  sdp::Capabilities capabilities(const base::Address& local) const;
  /// The codecs agreed on here, as another leg is to be told of them.
  std::vector<sdp::Codec> agreed_codecs() const;
  /// Those of `codecs` that may be used here.
  std::vector<sdp::Codec> allowed(std::vector<sdp::Codec> codecs) const;
  void remember(sdp::Description description);

  const MediaOptions& options_;
  sdp::LocalDescription local_;
  std::string local_text_;
  std::string remote_;
  std::string offered_;
  sdp::Agreement agreement_;
  sdp::Direction direction_ = sdp::Direction::sendrecv;  // ours: sendonly while the other leg of a bridge holds
  bool awaits_answer_ = false;
};

}  // namespace call
