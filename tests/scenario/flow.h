// tests/scenario/flow.h - call flows that read like those of RFC 3665: its parties, joined by Ahoy.
//
// The parties and addresses are the RFC's. Ahoy is a back-to-back user agent: it stands where a user agent or a
// registrar stands in the RFC, with a user agent of raw text behind it. Each test plays a flow and compares every
// message of it.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/proxy.h"
#include "sim/raw_agent.h"
#include "tests/scenario/fixture.h"
#include "tests/scenario/ladder.h"

namespace scenario {

/// RFC 3665 section 1.3.
inline const base::Ip alice_at_atlanta = base::Ip::v4(192, 0, 2, 101), bob_at_biloxi = base::Ip::v4(192, 0, 2, 201),
                      bob_at_chicago = base::Ip::v4(192, 0, 2, 100), ss1_ip = base::Ip::v4(192, 0, 2, 111),
                      ss2_ip = base::Ip::v4(192, 0, 2, 222), ss3_ip = base::Ip::v4(192, 0, 2, 233);

/// A user agent that writes its messages itself: the text is what the RFC has it send.
class UserAgent {
 public:
  using Lines = std::vector<std::string>;
  /// What requests inside the dialog are made of.
  struct Dialog {
    std::string local, remote, call_id, target;
    Lines routes;
    int cseq = 0;
  };

  UserAgent(sim::World& world, const std::string& name, const std::string& address, const base::Ip& ip,
            endpoint::Transport over);

  /// To `to`, first through `hop`. Each call is a request of its own with the next CSeq.
  void invite(const std::string& uri, const base::Address& hop, const Lines& more = {}, std::string_view body = {});
  /// A request that makes no dialog; `to` is its own address.
  void send_register(const std::string& uri, const base::Address& hop, const Lines& more);
  /// Of the INVITE that was sent last: within its transaction when `answer` is a failure, along the dialog otherwise.
  void ack(const std::string& answer, std::string_view body = {});
  void cancel();
  /// Inside the dialog that a 2xx made.
  void request(std::string_view method, const Lines& more = {}, std::string_view body = {});

  std::string take(base::Duration limit = std::chrono::seconds{1}) { return agent_.take(limit); }
  /// The next one that is no 100.
  std::string take_answer(base::Duration limit = std::chrono::seconds{1}) { return agent_.take_from(101, limit); }
  void respond(const std::string& request, int status, std::string_view phrase, std::string_view body = {},
               const Lines& more = {});

  std::string contact() const;
  /// Calls itself, and is to be reached, by a sips URI.
  void use_sips();
  /// Says this instead of where it is.
  void set_contact(std::string contact) { contact_ = std::move(contact); }
  std::string sdp() const { return scenario::sdp(agent_.address().ip); }
  Dialog dialog;

 private:
  std::string via(std::string_view branch) const;
  std::string new_branch() { return "z9hG4bK" + user_ + std::to_string(++branches_); }
  void send(std::string_view method, const std::string& uri, const base::Address& hop, const std::string& branch,
            const Lines& more, std::string_view body);
  /// Where a request for this URI goes first.
  base::Address place_of(std::string_view uri) const;

  sim::World& world_;
  std::string user_, address_, contact_;
  endpoint::Transport over_;
  sim::RawAgent agent_;
  struct {
    std::string uri, branch;
    Lines routes;
    base::Address hop;
  } invite_;
  int branches_ = 0;
};

/// Authorization or Proxy-Authorization to what `challenged` asks for, with MD5 and qop=auth.
std::string credentials(const std::string& challenged, const std::string& user, const std::string& password,
                        const std::string& method, const std::string& uri, int count = 1);

/// Ahoy between Alice and the rest.
struct Flow {
  /// Who calls bob is bridged to `dial`, or this is a dialplan; `{transport}` in it is replaced. A profile with a
  /// gateway "atlanta": Alice's account at ss1.atlanta.example.com, through which calls to biloxi.example.com go;
  /// "biloxi" goes there by itself.
  Flow(endpoint::Transport over, const std::string& dial, std::string_view profile_params = {});

  std::string filled(std::string text) const;
  /// Where Ahoy listens.
  base::Address ahoy() const { return {server_ip, endpoint::usual_port(over)}; }
  sim::Proxy::Options ss1() const;
  sim::Proxy::Options ss2() const;
  sim::Proxy::Options ss3() const;
  sim::Host& host(const std::string& name, const base::Ip& ip);
  /// What proxies call themselves in Record-Route is known from other calls: whom Ahoy tells first depends on no name service.
  void learn_names();
  /// Alice asks Ahoy for bob, with her offer.
  void alice_calls();
  /// She calls, he rings, answers and hangs up. `until_he_rings`: how long her INVITE may be on its way.
  void call_that_bob_ends(base::Duration until_he_rings = std::chrono::seconds{1});
  /// The same from when she has sent her INVITE.
  void talk_until_bob_ends(base::Duration until_he_rings = std::chrono::seconds{1});
  /// Waits until nobody has anything to say any more, then compares.
  void expect(std::string_view table);

  endpoint::Transport over;
  House house;
  Ladder ladder;
  UserAgent alice, bob;
};

class Rfc3665 : public testing::TestWithParam<endpoint::Transport> {};

}  // namespace scenario
