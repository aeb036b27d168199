// call/leg.h - one party of a call: a SIP dialog, its media, its variables, and the coroutine that runs its dialplan.
//
// A holder of parts: endpoint::InviteSession (the dialog), Media, Variables, CallerProfile, Digits, Sleeper. It
// forwards between them and keeps the few facts that belong to none: who it is, how far the call is, why it ended.
// Lives on one shard, owned by Switch. After hang-up it stays until its coroutine has returned.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/task.h"
#include "call/caller_profile.h"
#include "call/cause.h"
#include "call/dial_endpoint.h"
#include "call/digits.h"
#include "call/media/media.h"
#include "call/profile.h"
#include "call/variables.h"
#include "call/wait.h"
#include "endpoint/invite_session.h"

namespace call {

class Switch;

enum class Direction : std::uint8_t { inbound, outbound };

/// How far a leg is; FreeSWITCH's callstate.
enum class Progress : std::uint8_t { down, ringing, early, active, hungup };
std::string_view name(Progress progress);

/// Who ended it.
enum class HangupBy : std::uint8_t { nobody, peer, us };

/// What a higher floor hangs onto a leg.
class Attachment {
 public:
  virtual ~Attachment() = default;
};

class Leg : endpoint::InviteSession::User, Media::User {
 public:
  Leg(Switch& owner, const Profile& profile, Direction direction, std::string uuid, const base::Ip& peer);
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;
  ~Leg() override;

  // --- identity ----------------------------------------------------------------------------------------------
  const std::string& uuid() const { return uuid_; }
  /// The uuid of the call both legs of a bridge belong to: that of the leg that came first.
  const std::string& call_uuid() const { return call_uuid_; }
  void set_call_uuid(std::string uuid) { call_uuid_ = std::move(uuid); }
  Direction direction() const { return direction_; }
  Progress progress() const { return progress_; }
  bool answered() const { return progress_ == Progress::active; }
  bool hung_up() const { return sleeper_.hung_up(); }
  Cause cause() const { return cause_; }
  HangupBy hangup_by() const { return hangup_by_; }
  /// The last SIP status that the far side of a bridge gave; what an unanswered caller is told (sip_invite_failure).
  int last_failure_status() const { return last_failure_status_; }
  void set_last_failure_status(int status) { last_failure_status_ = status; }

  Switch& owner() { return owner_; }
  io::Shard& shard();
  const Profile& profile_of_sip() const { return sip_profile_; }
  Variables& variables() { return variables_; }
  const Variables& variables() const { return variables_; }
  std::string_view variable(std::string_view name) const { return variables_.get(name); }
  CallerProfile& caller() { return caller_; }
  const CallerProfile& caller() const { return caller_; }
  Digits& digits() { return digits_; }
  Media& media() { return *media_; }
  const Media& media() const { return *media_; }
  endpoint::InviteSession* session() { return session_.get(); }
  const endpoint::InviteSession* session() const { return session_.get(); }
  base::log::Call log() const { return {uuid_}; }
  /// The peer of the present bridge, and the one an outgoing leg was made for; null when there is none.
  Leg* peer() const { return peer_; }
  void set_peer(Leg* peer) { peer_ = peer; }

  // --- what a party is told (inbound) ------------------------------------------------------------------------
  /// 180 or 182.
  void ring_ready(int status = 180);
  /// 183 with our description. False: no description could be agreed on, the leg is hung up. `peer`: the bridged leg
  /// whose codec is wanted.
  bool pre_answer(Media* peer = nullptr);
  /// 200. A no-op when answered. Outgoing legs cannot be answered by us.
  bool answer(Media* peer = nullptr);
  /// Passes descriptions of the other leg through untouched (bypass_media).
  void pre_answer_with(std::string_view sdp);
  void answer_with(std::string_view sdp);
  /// A final response of the application's own (respond, redirect), with a Reason for `cause` unless `extra` asks for
  /// credentials; then the leg is gone.
  void respond(int status, std::string_view phrase, Cause cause, const endpoint::Extra& extra = {});

  // --- outgoing ----------------------------------------------------------------------------------------------
  /// Sends the INVITE. `peer`: the leg it is made for, whose codecs are offered first; null: our own list.
  bool dial(sip::Message invite, const DialTarget& target, Leg* peer, bool bypass_media);
  /// The SIP status of the failure of an outgoing leg; 0 when none came.
  int failure_status() const { return failure_status_; }
  /// bypass_media: what the far side answered.
  const std::string& bypassed_sdp() const { return bypassed_sdp_; }
  bool bypasses_media() const { return bypass_media_; }
  void set_bypass_media(bool on) { bypass_media_ = on; }
  /// An outgoing leg has a remote description: early media or answer.
  bool has_early_media() const { return early_media_; }

  // --- changing ----------------------------------------------------------------------------------------------
  /// Offers media to the peer again as soon as no other change is in the way: the joined leg is another one, or holds.
  void offer_again();
  /// The peer has put us on hold.
  bool holding() const { return holding_; }
  void end_hold_music();
  /// Sends the peer elsewhere with REFER (RFC 3515); how that went is sip_refer_status_code, and a notification.
  bool refer(const std::string& refer_to);
  /// It is answered without a dialog of its own: one end of a call::Link.
  void stand_in(std::string_view name);

  // --- ending ------------------------------------------------------------------------------------------------
  void hang_up(Cause cause);
  bool alive() const { return !hung_up(); }

  // --- waiting -----------------------------------------------------------------------------------------------
  Sleeper::Wait wait_until(base::Time at) { return sleeper_.until(at); }
  Sleeper::Wait wait() { return sleeper_.until(base::never); }
  void notify() { sleeper_.notify(); }
  /// Sleeps `duration` whatever happens short of hang-up and interruption. A digit in `terminators` ends it too
  /// (Wake::notified) and is taken from the queue into `terminator`; other digits stay queued.
  base::Task<Wake> pause(base::Duration duration, std::string_view terminators = {}, char* terminator = nullptr);

  /// A transfer from outside or by an application: the executor takes it up when the present application returns.
  struct Target {
    std::string extension, dialplan, context;
    std::string partner = {};  ///< Not to an extension, but to be bridged with this leg of the same shard; or ...
    bool waits = false;        ///< ... to be such a partner: nothing of its own happens until it hangs up.
    bool joins() const { return waits || !partner.empty(); }
  };
  void transfer(Target target);
  bool has_transfer() const { return transfer_.has_value(); }
  std::optional<Target> take_transfer();
  /// uuid_break: ends the application that runs.
  void interrupt() { sleeper_.interrupt(); }
  bool take_interruption() { return sleeper_.take_interruption(); }

  /// The coroutine this leg lives for. Started from the shard's queue; when it returns the leg is hung up.
  void run(base::Task<void> task);
  bool running() const { return static_cast<bool>(task_) && !task_.done(); }
  /// Kept as long as the leg: what the coroutine borrows (its executor).
  void attach(std::unique_ptr<Attachment> what) { attachment_ = std::move(what); }
  Attachment* attachment() const { return attachment_.get(); }

  /// Whoever watches is notified of every change of this leg (a caller waiting for its callee); null ends it.
  void set_watcher(Sleeper* watcher) { watcher_ = watcher; }
  Sleeper* watcher() const { return watcher_; }
  Sleeper& sleeper() { return sleeper_; }

  /// A digit from media, INFO or an injected one.
  void receive_digit(char digit, std::chrono::milliseconds duration);
  /// While bridged: digits are handed on instead of queued.
  void set_digit_listener(std::function<void(char, std::chrono::milliseconds)> listener) { digit_listener_ = std::move(listener); }

  WallTime wall_now() const;
  MediaFigures media_figures() const;

 private:
  friend class Switch;
  friend class LegHold;

  // InviteSession::User, in leg_sip.cc
  void on_provisional(const sip::Message& response) override;
  void on_answered(const sip::Message& response) override;
  void on_other(endpoint::InviteSession& session, endpoint::TransactionId id, const sip::Message& request) override;
  void on_refer_result(int status) override;
  void on_notify(endpoint::InviteSession& session, endpoint::TransactionId id, const sip::Message& notify);
  int on_info(const sip::Message& info) override;
  void on_ended(const endpoint::Ending& ending) override;

  // ... and in leg_change.cc
  endpoint::Extra on_reliable_provisional(const sip::Message& response) override;
  void on_acknowledged(const sip::Message& ack) override;
  void on_provisional_acknowledged(const sip::Message& prack) override;
  void on_change(const sip::Message& request) override;
  void on_change_result(int status, const sip::Message* response) override;
  std::optional<endpoint::Extra> on_change_due() override;
  endpoint::Extra on_refresh() override;
  bool take_answer_of(const sip::Message& message);
  void on_hold_changed();
  bool hear_hold_music(const Leg& holder);

  // Media::User
  void on_digit(char digit, std::chrono::milliseconds duration) override { receive_digit(digit, duration); }
  void on_media_timeout() override { hang_up(Cause::media_timeout); }
  void on_unheard(const std::optional<base::Address>& expected) override;
  void on_played() override { notify(); }
  void on_recorded() override { notify(); }

  base::Task<void> live(base::Task<void> life);
  void set_progress(Progress progress);
  void changed() {
    notify();
    if (watcher_) watcher_->notify();
  }
  /// Cause, times, observers, waiters: everything but the SIP side.
  void end(Cause cause, HangupBy by);
  endpoint::SessionPolicy session_policy() const;
  endpoint::Extra own_headers(std::string_view prefix) const;
  std::string told_reason(Cause cause) const;
  Cause rejection_cause(int status) const;
  std::optional<std::string> local_description(Media* peer);
  void choose_codecs();
  void refuse_media(Media::Refusal refusal);

  Switch& owner_;
  const Profile& sip_profile_;
  const Direction direction_;
  const std::string uuid_;
  std::string call_uuid_;
  Progress progress_ = Progress::down;
  Cause cause_ = Cause::none;
  HangupBy hangup_by_ = HangupBy::nobody;
  int last_failure_status_ = 0;
  int failure_status_ = 0;
  bool early_media_ = false;
  bool bypass_media_ = false;
  bool holding_ = false;
  bool hold_music_ = false;  // is what we send
  std::string bypassed_sdp_;  // the peer's description, when media does not come to us

  std::unique_ptr<endpoint::InviteSession> session_;
  Variables variables_;
  CallerProfile caller_;
  Digits digits_;
  std::string digits_dialed_;
  std::function<void(char, std::chrono::milliseconds)> digit_listener_;
  Sleeper sleeper_;
  std::unique_ptr<Media> media_;
  Leg* peer_ = nullptr;
  std::optional<Target> transfer_;
  std::unique_ptr<Attachment> attachment_;
  Sleeper* watcher_ = nullptr;
  unsigned holds_ = 0;
  base::Task<void> task_;
};

/// Keeps a leg from being reaped while somebody looks at it; it may hang up meanwhile.
class LegHold {
 public:
  LegHold() = default;
  explicit LegHold(Leg& leg) : leg_{&leg} { ++leg.holds_; }
  LegHold(LegHold&& other) noexcept : leg_{std::exchange(other.leg_, nullptr)} {}
  LegHold& operator=(LegHold&& other) noexcept {
    std::swap(leg_, other.leg_);
    return *this;
  }
  ~LegHold();
  Leg* operator->() const { return leg_; }
  Leg& operator*() const { return *leg_; }
  Leg* get() const { return leg_; }
  explicit operator bool() const { return leg_ != nullptr; }

 private:
  Leg* leg_ = nullptr;
};

}  // namespace call
