// tests/scenario/subscription_test.cc - SUBSCRIBE and NOTIFY against a whole server, with the event package "reg".
#include <gtest/gtest.h>

#include "sim/raw_agent.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::first_line;
using sim::header;

namespace {

constexpr std::string_view blind = R"(<param name="accept-blind-reg" value="true"/><param name="multiple-registrations" value="true"/>)";

struct Watched {
  explicit Watched(std::string_view params = blind) : house{"", 1, 2, params} {}

  scenario::House house;
  sim::RawAgent alice{house.world, house.world.add_host("alice", {scenario::alice_ip})};
  sim::RawAgent bob{house.world, house.world.add_host("bob", {scenario::bob_ip})};
  std::string call_id = "watch@alice", to = "<sip:bob@10.0.0.1>";
  int cseq = 0, registered = 0;

  /// Her SUBSCRIBE's answer.
  std::string subscribe(std::vector<std::string> more, const std::string& event = "reg", const std::string& user = "bob") {
    const auto number = std::to_string(++cseq);
    const std::string uri = "sip:" + user + "@10.0.0.1";
    std::string text = "SUBSCRIBE " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKs" + call_id + number +
                       "\r\nMax-Forwards: 70\r\nFrom: Alice <sip:alice@10.0.0.1>;tag=a\r\nTo: " + to + "\r\nCall-ID: " + call_id +
                       "\r\nCSeq: " + number + " SUBSCRIBE\r\nContact: <sip:alice@10.0.0.2>\r\nEvent: " + event + "\r\n";
    for (const auto& line : more) text += line + "\r\n";
    alice.send(house.address(), text + "Content-Length: 0\r\n\r\n");
    auto answer = alice.take();
    if (sim::status_of(answer) == 200) to = header(answer, "To");
    return answer;
  }
  /// The next NOTIFY, which is answered.
  std::string notified(int status = 200, std::string_view phrase = "OK") {
    auto notify = alice.take(5s);
    if (!notify.empty()) alice.send(house.address(), sim::answer_to(notify, status, phrase, {}));
    return notify;
  }
  void register_bob(const std::string& contact, int expires) {
    const auto number = std::to_string(++registered);
    bob.send(house.address(), sim::message({"REGISTER sip:10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKr" + number,
                                            "Max-Forwards: 70", "From: <sip:bob@10.0.0.1>;tag=r", "To: <sip:bob@10.0.0.1>",
                                            "Call-ID: bobs", "CSeq: " + number + " REGISTER", "Contact: " + contact,
                                            "Expires: " + std::to_string(expires)}));
    EXPECT_EQ(sim::status_of(bob.take()), 200);
  }
  std::size_t subscriptions() {
    return house.server->at(0).subscriptions.count() + house.server->at(1).subscriptions.count();
  }
};

}  // namespace

TEST(Subscription, MTH_11_WhoWatchesAUserIsToldOfEachContactThatComesAndGoes) {
  // On either shard, so that the user is at home on the same one and on the other.
  for (const auto* call_id : {"a@alice", "b@alice", "c@alice", "d@alice"}) {
    Watched w;
    w.call_id = call_id;
    const auto answer = w.subscribe({"Expires: 600", "Accept: application/reginfo+xml"});
    EXPECT_EQ(first_line(answer), "SIP/2.0 200 OK");
    EXPECT_EQ(header(answer, "Expires"), "600");
    EXPECT_EQ(header(answer, "Contact"), "<sip:10.0.0.1:5060>");

    const auto first = w.notified();
    EXPECT_EQ(first_line(first), "NOTIFY sip:alice@10.0.0.2 SIP/2.0");
    EXPECT_EQ(header(first, "Event"), "reg");
    EXPECT_EQ(header(first, "Subscription-State"), "active;expires=600");
    EXPECT_EQ(header(first, "Content-Type"), "application/reginfo+xml");
    EXPECT_EQ(header(first, "Call-ID"), call_id);
    EXPECT_EQ(header(first, "From"), w.to);
    EXPECT_EQ(header(first, "To"), "Alice <sip:alice@10.0.0.1>;tag=a");
    EXPECT_NE(sim::body_of(first).find("version=\"0\" state=\"full\""), std::string::npos) << first;
    EXPECT_NE(sim::body_of(first).find("state=\"init\""), std::string::npos) << first;

    w.house.world.run_for(2s);
    w.register_bob("<sip:bob@10.0.0.3:5060?a=b&c=d>;q=0.5", 300);
    const auto came = w.notified();
    EXPECT_NE(sim::body_of(came).find("version=\"1\" state=\"full\""), std::string::npos) << came;
    EXPECT_NE(sim::body_of(came).find("<registration aor=\"sip:bob@10.0.0.1\" id=\"bob@10.0.0.1\" state=\"active\">"), std::string::npos) << came;
    EXPECT_NE(sim::body_of(came).find("q=\"0.500\""), std::string::npos) << came;
    EXPECT_NE(sim::body_of(came).find("a=b&amp;c=d"), std::string::npos) << came;

    w.house.world.run_for(2s);
    w.register_bob("<sip:bob@10.0.0.3:5060?a=b&c=d>;q=0.5", 300);
    EXPECT_TRUE(w.alice.quiet(5s)) << "a refresh is no news";

    w.house.world.run_for(354s);  // a minute of grace belongs to it
    const auto gone = w.notified();
    EXPECT_NE(sim::body_of(gone).find("state=\"terminated\""), std::string::npos) << "[" << gone << "]";

    EXPECT_EQ(header(w.subscribe({"Expires: 0"}), "Expires"), "0");
    const auto last = w.notified();
    EXPECT_EQ(header(last, "Subscription-State"), "terminated;reason=timeout");
    w.house.expect_nothing_left();
    EXPECT_EQ(w.subscriptions(), 0U);
    EXPECT_EQ(w.house.server->at(0).state_agent.resources() + w.house.server->at(1).state_agent.resources(), 0U);
  }
}

TEST(Subscription, MTH_11_ItLivesByItsRefreshesAndDiesWithoutThem) {
  Watched w;
  w.subscribe({"Expires: 120"});
  EXPECT_EQ(header(w.notified(), "Subscription-State"), "active;expires=120");
  w.house.world.run_for(100s);
  EXPECT_EQ(header(w.subscribe({"Expires: 120"}), "Expires"), "120");
  EXPECT_EQ(header(w.notified(), "Subscription-State"), "active;expires=120") << "a refresh is answered with the state";
  w.house.world.run_for(119s);
  EXPECT_EQ(header(w.notified(), "Subscription-State"), "terminated;reason=timeout");
  w.house.expect_nothing_left();
  EXPECT_EQ(sim::status_of(w.subscribe({"Expires: 120"})), 481);
}

TEST(Subscription, MTH_11_WhoKnowsNothingOfItOrIsGoneIsNotNotifiedAgain) {
  Watched w;
  w.subscribe({"Expires: 600"});
  w.notified(481, "Subscription does not exist");
  w.house.world.run_for(1s);
  EXPECT_EQ(w.subscriptions(), 0U);

  Watched silent;
  silent.subscribe({"Expires: 600"});
  silent.house.world.run_for(40s);  // Timer F
  EXPECT_EQ(silent.subscriptions(), 0U);
  silent.alice.drop_all();
  silent.house.expect_nothing_left();
}

TEST(Subscription, MTH_11_ManyChangesAtOnceAreOneNotification) {
  Watched w;
  w.subscribe({"Expires: 600"});
  w.notified();
  for (int i = 0; i < 5; ++i) w.register_bob("<sip:bob@10.0.0.3:506" + std::to_string(i) + ">", 300);
  const auto all = w.notified();
  for (int i = 0; i < 5; ++i) EXPECT_NE(all.find("<uri>sip:bob@10.0.0.3:506" + std::to_string(i) + "</uri>"), std::string::npos) << all;
  EXPECT_TRUE(w.alice.quiet(5s));
}

TEST(Subscription, MTH_11_RefusalsSayWhatWouldDo) {
  Watched w;
  EXPECT_EQ(sim::status_of(w.subscribe({"Expires: 600"}, "reg", "nobody")), 404);
  EXPECT_EQ(sim::status_of(w.subscribe({"Accept: application/pidf+xml"})), 406);
  const auto brief = w.subscribe({"Expires: 5"});
  EXPECT_EQ(sim::status_of(brief), 423);
  EXPECT_EQ(header(brief, "Min-Expires"), "60");
  const auto unknown = w.subscribe({}, "weather");
  EXPECT_EQ(sim::status_of(unknown), 489);
  EXPECT_EQ(header(unknown, "Allow-Events"), "refer, dialog, message-summary, presence, presence.winfo, reg");
  w.house.expect_nothing_left();
  EXPECT_EQ(w.subscriptions(), 0U);
}

TEST(Subscription, MTH_11_OneUserHasABoundedNumberOfWatchers) {
  Watched w;
  for (std::size_t i = 0; i < presence::Subscriptions::watchers_max; ++i) {
    // All on one shard.
    do w.call_id = "many" + std::to_string(i) + "x" + std::to_string(w.cseq++) + "@alice";
    while (io::owner_of(w.call_id, 2) != 0);
    w.to = "<sip:bob@10.0.0.1>";
    EXPECT_EQ(sim::status_of(w.subscribe({"Expires: 600"})), 200);
    w.notified();
  }
  do w.call_id = "last" + std::to_string(w.cseq++) + "@alice";
  while (io::owner_of(w.call_id, 2) != 0);
  w.to = "<sip:bob@10.0.0.1>";
  EXPECT_EQ(sim::status_of(w.subscribe({"Expires: 600"})), 503);
}

TEST(Subscription, SEC_WhereSomebodyIsIsToldToThoseWhoProveWhoTheyAre) {
  Watched w{R"(<param name="auth-calls" value="false"/>)"};
  const auto challenge = w.subscribe({"Expires: 600"});
  EXPECT_EQ(sim::status_of(challenge), 407);
  EXPECT_EQ(w.subscriptions(), 0U);
}

TEST(Subscription, TheGraceOfTheRegistrarIsNotTold) {
  Watched w{R"(<param name="accept-blind-reg" value="true"/><param name="sip-expires-late-margin" value="60"/>)"};
  w.register_bob("<sip:bob@10.0.0.3>", 600);
  w.subscribe({"Expires: 600"});
  EXPECT_NE(w.notified().find("expires=\"600\""), std::string::npos);
}
