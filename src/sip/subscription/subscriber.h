// sip/subscription/subscriber.h - one subscription at the side that wants to know: RFC 6665 section 4.1.
//
// Says when a SUBSCRIBE is due; the owner sends it and tells what came back, NOTIFYs included. A SUBSCRIBE that forked makes
// several subscriptions, one a remote tag; they are refreshed and ended by themselves. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/outbox.h"
#include "base/time.h"
#include "sip/header/subscription_state.h"
#include "sip/transaction/timing.h"

namespace sip {

class Subscriber {
 public:
  /// Dialogs one SUBSCRIBE may make; NOTIFYs of further ones get 481.
  static constexpr std::size_t dialogs_max = 8;
  /// Before anything is tried again that failed without a word about when.
  static constexpr std::chrono::seconds retry_default{60};

  /// Send it: without remote tag outside any dialog (a new Call-ID), else in that dialog.
  struct Subscribe {
    std::string remote_tag;
    std::chrono::seconds expires;
    bool operator==(const Subscribe&) const = default;
  };
  /// There is no subscription (any more) and none will be tried; `status` of the refusal, 0 otherwise.
  struct Ended {
    int status;
    std::string reason;
    bool operator==(const Ended&) const = default;
  };
  using Output = std::variant<Subscribe, Ended>;

  /// `wanted`: Expires. Subscribes at once.
  Subscriber(const Timing& timing, std::chrono::seconds wanted, base::Time now);

  struct Response {
    int status;  ///< 0: none came.
    std::optional<std::chrono::seconds> expires = {}, min_expires = {}, retry_after = {};
  };
  /// The final answer to a SUBSCRIBE; `remote_tag` of the dialog it was sent in, empty for the first.
  void on_response(std::string_view remote_tag, const Response& response, base::Time now);
  /// The status to answer a NOTIFY with: 200, 481 (no such subscription) or 500 (out of order).
  int on_notify(std::string_view remote_tag, std::uint32_t cseq, const SubscriptionState& state, base::Time now);
  /// Expires: 0 in every dialog.
  void unsubscribe(base::Time now);
  void on_time(base::Time now);

  std::optional<Output> poll();
  base::Time deadline() const;
  std::size_t dialogs() const { return dialogs_.size(); }

 private:
  struct Dialog {
    std::string remote_tag;
    std::uint32_t cseq = 0;
    base::Time refresh = base::never, expires = base::never;
  };

  Dialog* find(std::string_view remote_tag);
  void subscribe(std::string remote_tag);
  void lives(Dialog& dialog, std::chrono::seconds expires, base::Time now);
  void drop(std::string_view remote_tag);
  void start_again(base::Time at);
  void end(int status, std::string reason);
  static base::Time refresh_at(std::chrono::seconds expires, base::Time now);

  Timing timing_;
  std::chrono::seconds wanted_;
  std::vector<Dialog> dialogs_;
  base::Time notify_due_ = base::never;  // timer N: no NOTIFY after a 2xx
  base::Time again_ = base::never;
  bool ending_ = false, over_ = false, raised_ = false;
  std::vector<Output> outputs_;
};

}  // namespace sip
