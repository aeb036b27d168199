// call/cause_test.cc - causes, statuses and Reason headers against the contract's tables.
#include "call/cause.h"

#include <gtest/gtest.h>

namespace call {
namespace {

TEST(Cause, RSP_32_CauseToStatus) {
  const std::pair<const char*, int> table[] = {{"UNALLOCATED_NUMBER", 404},
                                               {"NO_ROUTE_TRANSIT_NET", 404},
                                               {"NO_ROUTE_DESTINATION", 404},
                                               {"USER_BUSY", 486},
                                               {"NO_USER_RESPONSE", 408},
                                               {"NO_ANSWER", 480},
                                               {"SUBSCRIBER_ABSENT", 480},
                                               {"CALL_REJECTED", 603},
                                               {"NUMBER_CHANGED", 410},
                                               {"REDIRECTION_TO_NEW_DESTINATION", 410},
                                               {"DESTINATION_OUT_OF_ORDER", 502},
                                               {"INVALID_PROFILE", 502},
                                               {"INVALID_NUMBER_FORMAT", 484},
                                               {"INVALID_URL", 484},
                                               {"INVALID_GATEWAY", 484},
                                               {"FACILITY_REJECTED", 501},
                                               {"NORMAL_UNSPECIFIED", 480},
                                               {"NORMAL_CIRCUIT_CONGESTION", 503},
                                               {"NETWORK_OUT_OF_ORDER", 503},
                                               {"NORMAL_TEMPORARY_FAILURE", 503},
                                               {"SWITCH_CONGESTION", 503},
                                               {"REQUESTED_CHAN_UNAVAIL", 503},
                                               {"GATEWAY_DOWN", 503},
                                               {"OUTGOING_CALL_BARRED", 403},
                                               {"INCOMING_CALL_BARRED", 403},
                                               {"BEARERCAPABILITY_NOTAUTH", 403},
                                               {"STALE_DATE", 403},
                                               {"BEARERCAPABILITY_NOTAVAIL", 503},
                                               {"BEARERCAPABILITY_NOTIMPL", 488},
                                               {"INCOMPATIBLE_DESTINATION", 488},
                                               {"FACILITY_NOT_IMPLEMENTED", 501},
                                               {"SERVICE_NOT_IMPLEMENTED", 501},
                                               {"RECOVERY_ON_TIMER_EXPIRE", 504},
                                               {"ORIGINATOR_CANCEL", 487},
                                               {"EXCHANGE_ROUTING_ERROR", 483},
                                               {"BUSY_EVERYWHERE", 600},
                                               {"DECLINE", 603},
                                               {"REJECT_ALL", 603},
                                               {"DOES_NOT_EXIST_ANYWHERE", 604},
                                               {"NOT_ACCEPTABLE", 606},
                                               {"UNWANTED", 607},
                                               {"NO_IDENTITY", 428},
                                               {"BAD_IDENTITY_INFO", 429},
                                               {"UNSUPPORTED_CERTIFICATE", 437},
                                               {"INVALID_IDENTITY", 438},
                                               {"NORMAL_CLEARING", 480},
                                               {"NONE", 480},
                                               {"SERVICE_UNAVAILABLE", 480},
                                               {"SYSTEM_SHUTDOWN", 480}};
  for (const auto& [text, status] : table) {
    const auto cause = find_cause(text);
    ASSERT_TRUE(cause) << text;
    EXPECT_EQ(sip_status(*cause), status) << text;
    EXPECT_EQ(name(*cause), text);
  }
  EXPECT_EQ(sip_status(static_cast<Cause>(999)), 480);
}

TEST(Cause, RSP_32_StatusToCause) {
  const std::pair<int, Cause> table[] = {{401, Cause::call_rejected},
                                         {402, Cause::call_rejected},
                                         {403, Cause::call_rejected},
                                         {407, Cause::call_rejected},
                                         {603, Cause::call_rejected},
                                         {608, Cause::call_rejected},
                                         {607, Cause::unwanted},
                                         {404, Cause::unallocated_number},
                                         {485, Cause::no_route_destination},
                                         {604, Cause::no_route_destination},
                                         {408, Cause::recovery_on_timer_expire},
                                         {504, Cause::recovery_on_timer_expire},
                                         {410, Cause::number_changed},
                                         {413, Cause::interworking},
                                         {414, Cause::interworking},
                                         {416, Cause::interworking},
                                         {420, Cause::interworking},
                                         {421, Cause::interworking},
                                         {423, Cause::interworking},
                                         {505, Cause::interworking},
                                         {513, Cause::interworking},
                                         {480, Cause::no_user_response},
                                         {400, Cause::normal_temporary_failure},
                                         {481, Cause::normal_temporary_failure},
                                         {500, Cause::normal_temporary_failure},
                                         {503, Cause::normal_temporary_failure},
                                         {486, Cause::user_busy},
                                         {600, Cause::user_busy},
                                         {484, Cause::invalid_number_format},
                                         {488, Cause::incompatible_destination},
                                         {606, Cause::incompatible_destination},
                                         {502, Cause::network_out_of_order},
                                         {405, Cause::service_unavailable},
                                         {406, Cause::service_not_implemented},
                                         {415, Cause::service_not_implemented},
                                         {501, Cause::service_not_implemented},
                                         {482, Cause::exchange_routing_error},
                                         {483, Cause::exchange_routing_error},
                                         {487, Cause::originator_cancel},
                                         {428, Cause::no_identity},
                                         {429, Cause::bad_identity_info},
                                         {437, Cause::unsupported_certificate},
                                         {438, Cause::invalid_identity}};
  for (const auto& [status, cause] : table) EXPECT_EQ(cause_of_status(status), cause) << status;
  for (const int status : {380, 399, 409, 411, 412, 417, 424, 430, 433, 436, 439,
                           440, 469, 470, 489, 491, 493, 494, 555, 580, 699})
    EXPECT_EQ(cause_of_status(status), Cause::normal_unspecified) << status;
}

TEST(Cause, NamesAndNumbers) {
  EXPECT_EQ(parse_cause("USER_BUSY"), Cause::user_busy);
  EXPECT_EQ(parse_cause("user_busy"), Cause::user_busy);
  EXPECT_EQ(parse_cause(" 17 "), Cause::user_busy);
  EXPECT_EQ(parse_cause("nonsense"), Cause::normal_clearing);
  EXPECT_EQ(parse_cause(""), Cause::normal_clearing);
  EXPECT_EQ(name(parse_cause("26")), "UNKNOWN");
  EXPECT_FALSE(find_cause("USER_BUS"));
}

TEST(Cause, RSP_32_ReasonHeader) {
  EXPECT_EQ(reason_header(Cause::user_busy), "Q.850;cause=17;text=\"USER_BUSY\"");
  EXPECT_EQ(reason_header(Cause::interworking), "Q.850;cause=127;text=\"INTERWORKING\"");
  EXPECT_EQ(reason_header(Cause::none), "SIP;cause=0;text=\"NONE\"");
  EXPECT_EQ(reason_header(Cause::originator_cancel), "SIP;cause=487;text=\"ORIGINATOR_CANCEL\"");
  EXPECT_EQ(reason_header(Cause::unwanted), "SIP;cause=819;text=\"UNWANTED\"");
  EXPECT_EQ(reason_header(Cause::lose_race), "SIP;cause=200;text=\"Call completed elsewhere\"");
  EXPECT_EQ(reason_header(Cause::picked_off), "SIP;cause=200;text=\"Call completed elsewhere\"");
}

TEST(Cause, RSP_32_ReasonIsRead) {
  EXPECT_EQ(parse_reason("Q.850;cause=16;text=\"Terminated\""), Cause::normal_clearing);
  EXPECT_EQ(parse_reason("SIP ;cause=600;text=\"a, b; c\" , q.850 ; text=x ; cause = 17"), Cause::user_busy);
  EXPECT_EQ(parse_reason("Q.850;cause=200"), static_cast<Cause>(200));
  EXPECT_FALSE(parse_reason("Q.850;cause=0"));
  EXPECT_FALSE(parse_reason("SIP;cause=600"));
  EXPECT_FALSE(parse_reason("Q.850;text=\"cause=17"));
  EXPECT_FALSE(parse_reason(""));
}

TEST(Cause, Lists) {
  EXPECT_TRUE(cause_listed("user_busy, NO_ANSWER", Cause::no_answer));
  EXPECT_TRUE(cause_listed("17,19", Cause::user_busy));
  EXPECT_FALSE(cause_listed("USER_BUS", Cause::user_busy));
  EXPECT_FALSE(cause_listed("", Cause::user_busy));
}

TEST(Cause, EveryNameIsFoundAgain) {
  int named = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto cause = static_cast<Cause>(i);
    if (name(cause) == "UNKNOWN") continue;
    ++named;
    EXPECT_EQ(find_cause(name(cause)), cause);
  }
  EXPECT_EQ(named, 82);
}

}  // namespace
}  // namespace call
