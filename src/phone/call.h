// phone/call.h - one call of a phone, either way: its dialog, its media, what it does by itself, and its verdict.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "call/media/media.h"
#include "endpoint/invite_session.h"
#include "phone/ear.h"
#include "phone/verdict.h"

namespace phone {

/// What a phone does in a call without being told, counted from the answer.
struct Script {
  std::string play;                 ///< A source of audio/source.h; empty: nothing.
  base::Duration play_after{};
  std::string digits;
  base::Duration digits_after = std::chrono::milliseconds{500};
  std::chrono::milliseconds digit_length{100};
  std::string record;               ///< A file for what is heard; empty: none.
  bool echo = false;
  std::optional<base::Duration> hang_up_after;
};

/// What is done with a call that comes in.
struct Reception {
  std::optional<base::Duration> answer_after = base::Duration{0};  ///< Empty: it rings on.
  int reject = 0;                                                  ///< A status instead; 0: none.
  bool ring = true;                                                ///< 180 first.
};

class Call : endpoint::InviteSession::User, call::Media::User {
 public:
  enum class State : std::uint8_t { calling, ringing, early, up, over };

  Call(io::Shard& shard, endpoint::SipEndpoint& endpoint, call::PortPool& ports, const call::MediaOptions& media,
       Script script);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() override;

  State state() const { return state_; }
  bool over() const { return state_ == State::over; }
  bool incoming() const { return incoming_; }
  const std::string& peer() const { return peer_; }  ///< The From or To of the other side, as it was written.
  call::Media& media() { return *media_; }
  Ear& ear() { return ear_; }
  endpoint::InviteSession* session() { return session_.get(); }
  Verdict verdict() const;

  void answer();
  void reject(int status);
  /// In whatever way is right: BYE, CANCEL, or a rejection.
  void hang_up();
  void send_digits(std::string_view digits);
  /// Plays instead of what plays now. False: there is no such sound.
  bool play(const std::string& source);

  /// Told of every change of state; the call may be asked anything, but not destroyed, from inside.
  std::function<void(Call&)> on_changed;

  /// Sends the INVITE; `account` answers challenges.
  void begin(sip::Message invite, const endpoint::Flow& flow, sip::Responder::Account account);
  void receive(endpoint::TransactionId id, sip::Message invite, const endpoint::Flow& from, const Reception& reception);

 private:
  // InviteSession::User
  void on_provisional(const sip::Message& response) override;
  void on_answered(const sip::Message& response) override;
  void on_acknowledged(const sip::Message& ack) override;
  void on_change(const sip::Message& request) override;
  void on_ended(const endpoint::Ending& ending) override;
  // Media::User
  void on_digit(char digit, std::chrono::milliseconds) override { digits_ += digit; }
  void on_media_timeout() override {}
  void on_played() override {}
  void on_recorded() override {}

  void up();
  void end(std::string how);
  void become(State state);

  io::Shard& shard_;
  endpoint::SipEndpoint& endpoint_;
  const Script script_;
  State state_ = State::calling;
  bool incoming_ = false;
  std::string peer_;
  std::string ended_, digits_;
  int status_ = 0;
  base::Time began_{}, answered_{}, over_{};
  std::unique_ptr<call::Media> media_;
  Ear ear_;
  std::unique_ptr<endpoint::InviteSession> session_;
  io::Timer answer_timer_, play_timer_, digits_timer_, hang_up_timer_;
};

}  // namespace phone
