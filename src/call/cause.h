// call/cause.h - why a call ended: Q.850 causes, FreeSWITCH's own above 127, SIP statuses and the Reason header.
//
// Tables of RFC 3326, RFC 3398 and FreeSWITCH (which differ; FreeSWITCH wins). A Cause may hold any number: one that
// has no name prints as UNKNOWN.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace call {

enum class Cause : std::uint16_t {
  none = 0, unallocated_number = 1, no_route_transit_net = 2, no_route_destination = 3, channel_unacceptable = 6,
  call_awarded_delivered = 7, normal_clearing = 16, user_busy = 17, no_user_response = 18, no_answer = 19,
  subscriber_absent = 20, call_rejected = 21, number_changed = 22, redirection_to_new_destination = 23,
  exchange_routing_error = 25, destination_out_of_order = 27, invalid_number_format = 28, facility_rejected = 29,
  response_to_status_enquiry = 30, normal_unspecified = 31, normal_circuit_congestion = 34, network_out_of_order = 38,
  normal_temporary_failure = 41, switch_congestion = 42, access_info_discarded = 43, requested_chan_unavail = 44,
  pre_empted = 45, facility_not_subscribed = 50, outgoing_call_barred = 52, incoming_call_barred = 54,
  bearercapability_notauth = 57, bearercapability_notavail = 58, service_unavailable = 63,
  bearercapability_notimpl = 65, chan_not_implemented = 66, facility_not_implemented = 69,
  service_not_implemented = 79, invalid_call_reference = 81, incompatible_destination = 88,
  invalid_msg_unspecified = 95, mandatory_ie_missing = 96, message_type_nonexist = 97, wrong_message = 98,
  ie_nonexist = 99, invalid_ie_contents = 100, wrong_call_state = 101, recovery_on_timer_expire = 102,
  mandatory_ie_length_error = 103, protocol_error = 111, interworking = 127, success = 142, originator_cancel = 487,
  crash = 700, system_shutdown = 701, lose_race = 702, manager_request = 703, blind_transfer = 800,
  attended_transfer = 801, allotted_timeout = 802, user_challenge = 803, media_timeout = 804, picked_off = 805,
  user_not_registered = 806, progress_timeout = 807, invalid_gateway = 808, gateway_down = 809, invalid_url = 810,
  invalid_profile = 811, no_pickup = 812, srtp_read_error = 813, bowout = 814, busy_everywhere = 815, decline = 816,
  does_not_exist_anywhere = 817, not_acceptable = 818, unwanted = 819, no_identity = 820, bad_identity_info = 821,
  unsupported_certificate = 822, invalid_identity = 823, stale_date = 824, reject_all = 825
};

/// "USER_BUSY"; "UNKNOWN" for a number without a name.
std::string_view name(Cause cause);
constexpr int number(Cause cause) { return static_cast<int>(cause); }
/// A name in any case; empty when there is no such cause.
std::optional<Cause> find_cause(std::string_view text);
/// What `hangup` and `error/` take: a name, or a number when the text starts with a digit; else NORMAL_CLEARING.
Cause parse_cause(std::string_view text);

/// The final response to an INVITE that was not answered.
int sip_status(Cause cause);
/// Why an outgoing leg failed, from its final response.
Cause cause_of_status(int status);

/// `Q.850;cause=17;text="USER_BUSY"`; `SIP;cause=...` above 127; calls picked elsewhere per RFC 3326 section 3.1.
std::string reason_header(Cause cause);
/// The Q.850 cause of a Reason header (several values allowed); empty when there is none or it is 0.
std::optional<Cause> parse_reason(std::string_view header);

/// `continue_on_fail`, `failure_causes`, `fail_on_single_reject`: a list of names in any case and numbers.
bool cause_listed(std::string_view list, Cause cause);

}  // namespace call
