// tests/scenario/response_codes_test.cc - every cause of the reference's tables as a SIP status, and back, over the wire.
#include <gtest/gtest.h>

#include "call/cause.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;

namespace {

constexpr std::string_view plan = R"(<extension name="hangup"><condition field="destination_number" expression="^cause-(.*)$">
<action application="hangup" data="$1"/></condition></extension>
<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>
<extension name="respond"><condition field="destination_number" expression="^status-(.*)$">
<action application="respond" data="$1"/></condition></extension>)";

struct Wire {
  scenario::House house{plan};
  sim::RawAgent alice{house.world, house.world.add_host("alice", {scenario::alice_ip})};
  sim::RawAgent bob{house.world, house.world.add_host("bob", {scenario::bob_ip})};
  int calls = 0;

  void invite(const std::string& number) {
    const auto n = std::to_string(++calls);
    alice.send(house.address(), sim::message({"INVITE sip:" + number + "@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKc" + n,
                                              "Max-Forwards: 70", "From: <sip:alice@10.0.0.1>;tag=a" + n, "To: <sip:" + number + "@10.0.0.1>",
                                              "Call-ID: c" + n + "@alice", "CSeq: 1 INVITE", "Contact: <sip:alice@10.0.0.2>", "Content-Type: application/sdp"},
                                             scenario::sdp(scenario::alice_ip)));
  }
  void ack(const std::string& response, const std::string& number) {
    const auto n = std::to_string(calls);
    alice.send(house.address(), sim::message({"ACK sip:" + number + "@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKc" + n,
                                              "Max-Forwards: 70", "From: <sip:alice@10.0.0.1>;tag=a" + n, "To: " + sim::header(response, "To"),
                                              "Call-ID: c" + n + "@alice", "CSeq: 1 ACK"}));
    house.world.run_for(50ms);  // fewer than sessions-per-second
    alice.drop_all();
  }
};

}  // namespace

TEST(ResponseCodes, RSP_32_EveryCauseHasItsStatusAndAReason) {
  const std::pair<const char*, int> rows[]{
      {"UNALLOCATED_NUMBER", 404}, {"NO_ROUTE_TRANSIT_NET", 404}, {"NO_ROUTE_DESTINATION", 404}, {"USER_BUSY", 486}, {"NO_USER_RESPONSE", 408},
      {"NO_ANSWER", 480}, {"SUBSCRIBER_ABSENT", 480}, {"CALL_REJECTED", 603}, {"NUMBER_CHANGED", 410}, {"REDIRECTION_TO_NEW_DESTINATION", 410},
      {"DESTINATION_OUT_OF_ORDER", 502}, {"INVALID_PROFILE", 502}, {"INVALID_NUMBER_FORMAT", 484}, {"INVALID_URL", 484}, {"INVALID_GATEWAY", 484},
      {"FACILITY_REJECTED", 501}, {"NORMAL_UNSPECIFIED", 480}, {"NORMAL_CIRCUIT_CONGESTION", 503}, {"NETWORK_OUT_OF_ORDER", 503},
      {"NORMAL_TEMPORARY_FAILURE", 503}, {"SWITCH_CONGESTION", 503}, {"REQUESTED_CHAN_UNAVAIL", 503}, {"GATEWAY_DOWN", 503},
      {"OUTGOING_CALL_BARRED", 403}, {"INCOMING_CALL_BARRED", 403}, {"BEARERCAPABILITY_NOTAUTH", 403}, {"STALE_DATE", 403},
      {"BEARERCAPABILITY_NOTAVAIL", 503}, {"BEARERCAPABILITY_NOTIMPL", 488}, {"INCOMPATIBLE_DESTINATION", 488}, {"FACILITY_NOT_IMPLEMENTED", 501},
      {"SERVICE_NOT_IMPLEMENTED", 501}, {"RECOVERY_ON_TIMER_EXPIRE", 504}, {"ORIGINATOR_CANCEL", 487}, {"EXCHANGE_ROUTING_ERROR", 483},
      {"BUSY_EVERYWHERE", 600}, {"DECLINE", 603}, {"REJECT_ALL", 603}, {"DOES_NOT_EXIST_ANYWHERE", 604}, {"NOT_ACCEPTABLE", 606}, {"UNWANTED", 607},
      {"NO_IDENTITY", 428}, {"BAD_IDENTITY_INFO", 429}, {"UNSUPPORTED_CERTIFICATE", 437}, {"INVALID_IDENTITY", 438}, {"MEDIA_TIMEOUT", 480}};
  Wire wire;
  for (const auto& [cause, status] : rows) {
    const std::string number = std::string{"cause-"} + cause;
    wire.invite(number);
    const auto response = wire.alice.take_from(200);
    EXPECT_EQ(sim::status_of(response), status) << cause;
    const auto number_of_cause = static_cast<int>(call::parse_cause(cause));
    // Q.850 ends at 127; the reference's own causes go under SIP.
    const std::string protocol = number_of_cause > 127 ? "SIP" : "Q.850";
    EXPECT_EQ(sim::header(response, "Reason"), protocol + ";cause=" + std::to_string(number_of_cause) + ";text=\"" + cause + "\"");
    wire.ack(response, number);
  }
  wire.house.expect_nothing_left();
}

TEST(ResponseCodes, RSP_07_to_RSP_31_AFailureOfTheFarEndReachesTheCallerAsItIs) {
  Wire wire;
  for (const int status : {400, 402, 403, 404, 405, 406, 408, 410, 413, 414, 415, 416, 420, 421, 423, 428, 429, 433, 436, 437, 438, 480, 481, 482, 483,
                           484, 485, 486, 487, 488, 489, 491, 493, 500, 501, 502, 503, 504, 505, 513, 580, 600, 603, 604, 606, 607}) {
    wire.invite("bob");
    const auto invite = wire.bob.take();
    ASSERT_FALSE(invite.empty()) << status;
    wire.bob.send(wire.house.address(), sim::answer_to(invite, status, "As Told", "b"));
    const auto response = wire.alice.take_from(200);
    EXPECT_EQ(sim::status_of(response), status);
    wire.ack(response, "bob");
    wire.house.world.run_for(100ms);
    wire.bob.drop_all();
  }
  wire.house.expect_nothing_left();
}

TEST(ResponseCodes, RSP_23_TheDialplanMayAnswerWithAnyFailure) {
  Wire wire;
  for (const int status : {403, 404, 480, 484, 486, 500, 503, 580, 600, 603, 604, 606}) {
    const std::string number = "status-" + std::to_string(status);
    wire.invite(number);
    const auto response = wire.alice.take_from(200);
    EXPECT_EQ(sim::status_of(response), status);
    wire.ack(response, number);
  }
  wire.house.expect_nothing_left();
}
