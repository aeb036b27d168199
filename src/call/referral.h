// call/referral.h - a party asks us to send its partner elsewhere: REFER. RFC 3515, RFC 3891, RFC 3892, RFC 4488.
#pragma once
#include <unordered_map>

#include "call/leg.h"
#include "call/switch.h"

namespace call {

/// The subscription a REFER makes (RFC 6665 section 4.4.4 lets nobody refresh it): how long a party waits for its end.
inline constexpr std::chrono::seconds subscription_length{60};

/// Tells the one that asked how its request goes, in the dialog of the REFER.
class Reporter {
 public:
  Reporter() = default;
  explicit Reporter(const sip::Message& refer);

  /// Refer-Sub: false wants no subscription (RFC 4488).
  bool wanted() const { return wanted_; }
  /// A final status ends the subscription, which has `left` to go.
  void tell(Leg& leg, int status, std::chrono::seconds left = subscription_length) const;
  /// It ends before the transfer does, which is at `status`.
  void time_out(Leg& leg, int status) const;

 private:
  void notify(Leg& leg, int status, std::string state) const;

  bool wanted_ = false;
  std::string event_;
};

/// Transfers on their way: the party that asked hears how its former partner gets on (RFC 3515 section 2.4.4), and goes
/// when that one has arrived somewhere, has failed, or the subscription is over.
class Referrals : public Observer {
 public:
  explicit Referrals(Switch& owner) : owner_{owner} {}
  Referrals(const Referrals&) = delete;
  Referrals& operator=(const Referrals&) = delete;
  ~Referrals() override;

  /// `partner` is on its way because of a REFER of `asking`, which has nothing to do but to wait, and goes with `cause`.
  void follow(const Leg& partner, const Leg& asking, const Reporter& reporter, Cause cause);
  std::size_t size() const { return waiting_.size(); }

  void on_progress(const Leg& leg) override;
  void on_execute(const Leg& leg, std::string_view application, std::string_view data) override;
  void on_bridge(const Leg& a, const Leg& b) override;
  void on_hangup(const Leg& leg) override;

 private:
  struct Referral {
    explicit Referral(base::Function<void()> on_time) : timer{std::move(on_time)} {}
    std::string asking;
    Reporter reporter;
    Cause cause = Cause::blind_transfer;
    int status = 100;
    base::Time ends{};
    io::Timer timer;
  };
  using Waiting = std::unordered_map<std::string, std::unique_ptr<Referral>, base::TextHash, std::equal_to<>>;

  void end(Waiting::iterator at, int status);
  void expire(const std::string& partner);

  Switch& owner_;
  Waiting waiting_;  // by the uuid of the partner
};

/// A REFER in the dialog of `leg`. Without Replaces its partner goes to the extension that Refer-To names, with the rights
/// of `leg`; with Replaces its partner is bridged with the partner of the leg whose dialog that is, on whatever shard. How it
/// goes is told in NOTIFYs, unless Refer-Sub: false asks for none. The one that asked is hung up when its partner has gone.
void take_referral(Leg& leg, endpoint::TransactionId id, const sip::Message& refer);

/// An INVITE with Replaces (RFC 3891): `leg`, which it made, takes the place of the leg whose dialog that is. False: it was
/// refused (400, 481, 486, 603) and the leg is gone, or it will be.
void take_place(Leg& leg, const sip::Message& invite);

}  // namespace call
