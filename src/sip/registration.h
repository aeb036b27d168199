// sip/registration.h - one registration of ours with somebody else's registrar, kept alive. RFC 3261 section 10.2.
//
// Pure: poll() says when a REGISTER is to be sent; who sends it tells what came back. States have FreeSWITCH's names.
//
//   UNREGED -> TRYING -> REGED -> TRYING (refresh) ...; TRYING -> FAILED -> FAIL_WAIT -> TRYING with growing pauses
#pragma once
#include <optional>
#include <string_view>

#include "base/outbox.h"
#include "base/time.h"

namespace sip {

class Registration {
 public:
  enum class State : std::uint8_t { noreg, unreged, trying, reged, unregister, failed, fail_wait };

  /// The pause after a failure doubles up to this many times retry-seconds.
  static constexpr int backoff_max = 8;
  /// What a registrar may make us wait (Retry-After), and how often we come at the most.
  static constexpr base::Duration pause_max = std::chrono::hours{1}, refresh_min = std::chrono::seconds{5};
  /// FAILED is shown this long before FAIL_WAIT.
  static constexpr base::Duration failed_shown = std::chrono::seconds{1};

  struct Options {
    bool registers = true;
    base::Duration expires = std::chrono::hours{1};   ///< expire-seconds
    base::Duration retry = std::chrono::seconds{30};  ///< retry-seconds
  };
  /// A REGISTER is to be sent; 0 takes the registration back.
  struct Send {
    std::chrono::seconds expires;
    bool operator==(const Send&) const = default;
  };
  using Output = Send;

  struct Reply {
    int status = 0;                                    ///< 0: none came
    std::optional<std::chrono::seconds> granted{};     ///< of our contact in a 2xx
    std::optional<std::chrono::seconds> min_expires{}, retry_after{};
    bool answerable = false;                           ///< a 401 or 407 that new credentials may satisfy
  };

  Registration(const Options& options, base::Time now);

  /// A final answer, or that there is none.
  void on_reply(const Reply& reply, base::Time now);
  void on_time(base::Time now);
  /// By hand: at once, whatever the state.
  void start(base::Time now);
  /// By hand, or because we stop. Nothing is registered again until start().
  void unregister(base::Time now);

  std::optional<Send> poll() { return outbox_.take(); }
  base::Time deadline() const { return deadline_; }
  State state() const { return state_; }
  /// Whether the registrar still has us, as far as it said.
  bool registered(base::Time now) const { return now < valid_until_; }
  base::Duration expires() const { return expires_; }
  int failures() const { return failures_; }

 private:
  void send(std::chrono::seconds expires);
  void accept(const Reply& reply, base::Time now);
  void fail(const Reply& reply, base::Time now);

  Options options_;
  State state_;
  base::Duration expires_;
  base::Time deadline_ = base::never, retry_at_ = base::never, valid_until_{};
  int failures_ = 0;
  base::Outbox<Send, 4> outbox_;
};

/// REGED ...
std::string_view name(Registration::State state);
/// How long after it was granted a registration is renewed: a tenth before its end, 5 to 60 seconds.
base::Duration refresh_after(base::Duration granted);

}  // namespace sip
