// endpoint/invite_session_parts.h - what a session has only when it is needed. Private to InviteSession.
#pragma once
#include "endpoint/invite_session.h"
#include "endpoint/redirect_history.h"
#include "sip/dialog/reliable_provisional.h"
#include "sip/dialog/session_timer.h"

namespace endpoint {

/// Changes that met the peer's are tried again this often before their user is told (RFC 3261 section 14.1: once more).
inline constexpr int glares_max = 4;

/// RFC 3262.
struct InviteSession::Reliability {
  explicit Reliability(base::Function<void()> on_time) : timer{std::move(on_time)} {}

  std::optional<sip::ReliableSender> sender;  // callee
  sip::ReliableReceiver receiver;             // caller
  bool settled = false;          // the first offer has its answer, and both sides know
  bool offered = false;          // callee: our offer is in a reliable response; the answer comes in its PRACK
  std::optional<Extra> answer;   // callee: the 2xx that waits for a PRACK
  io::Timer timer;
};

/// RFC 3261 section 8.1.3.4. One call goes to no more targets than that, whatever peers say.
inline constexpr std::size_t redirections_max = 8;

struct InviteSession::Redirection {
  struct Target {
    sip::Uri uri;
    std::shared_ptr<const RedirectHistory> history;  // one for all targets of a response
  };
  std::vector<Target> targets;    // to be tried, the next one last
  std::vector<sip::Uri> known;    // these and the ones before them: nobody is asked twice
  Resolver::Ticket ticket = Resolver::no_ticket;
};

/// RFC 4028.
struct InviteSession::SessionClock {
  explicit SessionClock(base::Function<void()> on_time) : timer{std::move(on_time)} {}

  sip::SessionTimer machine;
  io::Timer timer;
};

/// What answers challenges, and what has been asked in the dialog and may have to be asked again.
struct InviteSession::Credentials {
  struct Asked {
    TransactionId id;
    sip::Message request;
    int tries = 0;  ///< with credentials
  };
  std::unique_ptr<sip::Responder> responder;
  std::vector<Asked> asked;
  std::optional<sip::Message> change;  ///< The last re-INVITE or UPDATE as it was answered.
};

/// A change that has to wait: for another one to end, or after glare.
struct InviteSession::LaterChange {
  explicit LaterChange(base::Function<void()> on_time) : timer{std::move(on_time)} {}

  int glares = 0;
  sip::Method method = sip::Method::invite;
  io::Timer timer;
};

}  // namespace endpoint
