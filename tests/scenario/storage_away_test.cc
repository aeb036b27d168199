// tests/scenario/storage_away_test.cc - the database is gone for ten minutes: nobody on a telephone notices.
#include <gtest/gtest.h>

#include "base/metrics.h"
#include "sim/agent.h"
#include "tests/scenario/fixture.h"
#include "tests/scenario/flow.h"
#include "tests/scenario/memory_storage.h"

using namespace std::chrono_literals;
using sim::status_of;

namespace {

constexpr std::string_view bridge = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="user/bob@10.0.0.1"/></condition></extension>)";

/// Registers `user` at an address, with its password.
int register_phone(scenario::House& house, sim::RawAgent& phone, const std::string& user, const std::string& password) {
  static int count = 0;
  const auto ip = phone.address().text();
  const auto ask = [&](const std::string& credentials) {
    const auto id = std::to_string(++count);
    std::string text = "REGISTER sip:10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + ip + ";branch=z9hG4bKr" + id +
                       "\r\nMax-Forwards: 70\r\nFrom: <sip:" + user + "@10.0.0.1>;tag=r\r\nTo: <sip:" + user + "@10.0.0.1>\r\nCall-ID: r" + ip +
                       "\r\nCSeq: " + id + " REGISTER\r\nContact: <sip:" + user + "@" + ip + ">\r\nExpires: 120\r\n";
    if (!credentials.empty()) text += credentials + "\r\n";
    phone.send(house.address(), text + "Content-Length: 0\r\n\r\n");
    return phone.take_from(200);
  };
  const auto challenge = ask({});
  if (status_of(challenge) != 401) return status_of(challenge);
  return status_of(ask(scenario::credentials(challenge, user, password, "REGISTER", "sip:10.0.0.1")));
}

/// Answers whatever comes to a phone, until nothing does.
void serve(sim::RawAgent& phone) {
  for (auto text = phone.take(500ms); !text.empty(); text = phone.take(500ms)) {
    const bool call = text.starts_with("INVITE ");
    if (call || text.starts_with("BYE "))
      phone.send(phone.from(), sim::answer_to(text, 200, "OK", "bob", "Contact: <sip:bob@10.0.0.3>\r\n" + std::string{call ? "Content-Type: application/sdp\r\n" : ""},
                                              call ? scenario::sdp(scenario::bob_ip) : ""));
  }
}

/// What a call of alice's to bob gets; it is over then.
int call_bob(scenario::House& house, sim::Agent& alice, sim::RawAgent& bob) {
  auto& call = alice.call("sip:bob@10.0.0.1", house.address(), scenario::sdp(scenario::alice_ip));
  serve(bob);
  const int status = call.answered ? 200 : call.ended ? call.ended->status : 0;
  call.hang_up();
  serve(bob);
  return status;
}

/// A house with a storage, and its two phones. Alice's calls come from another port than her registrations.
struct Kept {
  scenario::House house{bridge};
  std::shared_ptr<scenario::MemoryStorage> storage = std::make_shared<scenario::MemoryStorage>();
  sim::Host& alices_host = house.world.add_host("alice", {scenario::alice_ip});
  sim::Agent alice{alices_host, "alice"};
  sim::RawAgent alices_phone{house.world, alices_host, 5070}, bob{house.world, house.world.add_host("bob", {scenario::bob_ip})};

  Kept() {
    house.keeping.storage = storage;
    house.restart();
    house.world.run_for(1s);
  }
};

}  // namespace

TEST(StorageAway, REG_08_CallsAndRegistrationsGoOnAndWritesReplay) {
  Kept kept;
  auto& [house, storage, host, alice, alices_phone, bob] = kept;
  ASSERT_EQ(register_phone(house, bob, "bob", "builder"), 200);
  house.world.run_for(1s);
  ASSERT_EQ(storage->bindings.size(), 1U);

  storage->away = true;
  const auto lost = base::metrics::value("ahoy_store_rows_lost_total");
  int registered = 0, answered = 0;
  constexpr int minutes = 10, calls_a_minute = 6;
  for (int minute = 0; minute < minutes; ++minute) {
    registered += register_phone(house, bob, "bob", "builder") == 200 ? 1 : 0;
    registered += register_phone(house, alices_phone, "alice", "wonderland") == 200 ? 1 : 0;
    for (int i = 0; i < calls_a_minute; ++i) {
      answered += call_bob(house, alice, bob) == 200 ? 1 : 0;
      house.world.run_for(8s);
    }
  }
  EXPECT_EQ(registered, 2 * minutes);
  EXPECT_EQ(answered, minutes * calls_a_minute);
  EXPECT_GT(storage->refused, 100) << "it was asked, again and again";
  EXPECT_TRUE(storage->records.empty());

  storage->away = false;
  house.world.run_for(5s);
  EXPECT_EQ(storage->records.size(), 2U * minutes * calls_a_minute) << "a row for each leg, of ten minutes";
  ASSERT_EQ(storage->bindings.size(), 2U);
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(house.host.shard().wall_clock());
  for (const auto& [name, binding] : storage->bindings) EXPECT_GT(binding.expires_at, now) << "the newest state, not the oldest";
  EXPECT_EQ(base::metrics::value("ahoy_store_rows_lost_total"), lost);
}

TEST(StorageAway, REG_08_AfterARestartWithoutItPhonesAreUnknownOnlyUntilItComesBack) {
  Kept kept;
  auto& [house, storage, host, alice, alices_phone, bob] = kept;
  ASSERT_EQ(register_phone(house, bob, "bob", "builder"), 200);
  house.world.run_for(1s);
  storage->away = true;
  house.restart();
  EXPECT_EQ(call_bob(house, alice, bob), 503) << "cannot tell is not the same as not there";
  storage->away = false;
  house.world.run_for(6s);
  EXPECT_EQ(call_bob(house, alice, bob), 200);
}

TEST(StorageAway, REG_08_WithAStorageThatAnswersWhoIsNotThereIsNotThere) {
  Kept kept;
  EXPECT_EQ(call_bob(kept.house, kept.alice, kept.bob), 480);
}
