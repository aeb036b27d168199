// call/cause.cc - the tables of causes, SIP statuses and Reason headers.
#include "call/cause.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"

namespace call {

namespace {

struct Row {
  Cause cause;
  std::string_view name;
  int status = 480;  ///< final response to an unanswered INVITE
};

using enum Cause;
constexpr Row rows[] = {
    {none, "NONE"},
    {unallocated_number, "UNALLOCATED_NUMBER", 404},
    {no_route_transit_net, "NO_ROUTE_TRANSIT_NET", 404},
    {no_route_destination, "NO_ROUTE_DESTINATION", 404},
    {channel_unacceptable, "CHANNEL_UNACCEPTABLE"},
    {call_awarded_delivered, "CALL_AWARDED_DELIVERED"},
    {normal_clearing, "NORMAL_CLEARING"},
    {user_busy, "USER_BUSY", 486},
    {no_user_response, "NO_USER_RESPONSE", 408},
    {no_answer, "NO_ANSWER"},
    {subscriber_absent, "SUBSCRIBER_ABSENT"},
    {call_rejected, "CALL_REJECTED", 603},
    {number_changed, "NUMBER_CHANGED", 410},
    {redirection_to_new_destination, "REDIRECTION_TO_NEW_DESTINATION", 410},
    {exchange_routing_error, "EXCHANGE_ROUTING_ERROR", 483},
    {destination_out_of_order, "DESTINATION_OUT_OF_ORDER", 502},
    {invalid_number_format, "INVALID_NUMBER_FORMAT", 484},
    {facility_rejected, "FACILITY_REJECTED", 501},
    {response_to_status_enquiry, "RESPONSE_TO_STATUS_ENQUIRY"},
    {normal_unspecified, "NORMAL_UNSPECIFIED"},
    {normal_circuit_congestion, "NORMAL_CIRCUIT_CONGESTION", 503},
    {network_out_of_order, "NETWORK_OUT_OF_ORDER", 503},
    {normal_temporary_failure, "NORMAL_TEMPORARY_FAILURE", 503},
    {switch_congestion, "SWITCH_CONGESTION", 503},
    {access_info_discarded, "ACCESS_INFO_DISCARDED"},
    {requested_chan_unavail, "REQUESTED_CHAN_UNAVAIL", 503},
    {pre_empted, "PRE_EMPTED"},
    {facility_not_subscribed, "FACILITY_NOT_SUBSCRIBED"},
    {outgoing_call_barred, "OUTGOING_CALL_BARRED", 403},
    {incoming_call_barred, "INCOMING_CALL_BARRED", 403},
    {bearercapability_notauth, "BEARERCAPABILITY_NOTAUTH", 403},
    {bearercapability_notavail, "BEARERCAPABILITY_NOTAVAIL", 503},
    {service_unavailable, "SERVICE_UNAVAILABLE"},
    {bearercapability_notimpl, "BEARERCAPABILITY_NOTIMPL", 488},
    {chan_not_implemented, "CHAN_NOT_IMPLEMENTED"},
    {facility_not_implemented, "FACILITY_NOT_IMPLEMENTED", 501},
    {service_not_implemented, "SERVICE_NOT_IMPLEMENTED", 501},
    {invalid_call_reference, "INVALID_CALL_REFERENCE"},
    {incompatible_destination, "INCOMPATIBLE_DESTINATION", 488},
    {invalid_msg_unspecified, "INVALID_MSG_UNSPECIFIED"},
    {mandatory_ie_missing, "MANDATORY_IE_MISSING"},
    {message_type_nonexist, "MESSAGE_TYPE_NONEXIST"},
    {wrong_message, "WRONG_MESSAGE"},
    {ie_nonexist, "IE_NONEXIST"},
    {invalid_ie_contents, "INVALID_IE_CONTENTS"},
    {wrong_call_state, "WRONG_CALL_STATE"},
    {recovery_on_timer_expire, "RECOVERY_ON_TIMER_EXPIRE", 504},
    {mandatory_ie_length_error, "MANDATORY_IE_LENGTH_ERROR"},
    {protocol_error, "PROTOCOL_ERROR"},
    {interworking, "INTERWORKING"},
    {success, "SUCCESS"},
    {originator_cancel, "ORIGINATOR_CANCEL", 487},
    {crash, "CRASH"},
    {system_shutdown, "SYSTEM_SHUTDOWN"},
    {lose_race, "LOSE_RACE"},
    {manager_request, "MANAGER_REQUEST"},
    {blind_transfer, "BLIND_TRANSFER"},
    {attended_transfer, "ATTENDED_TRANSFER"},
    {allotted_timeout, "ALLOTTED_TIMEOUT"},
    {user_challenge, "USER_CHALLENGE"},
    {media_timeout, "MEDIA_TIMEOUT"},
    {picked_off, "PICKED_OFF"},
    {user_not_registered, "USER_NOT_REGISTERED"},
    {progress_timeout, "PROGRESS_TIMEOUT"},
    {invalid_gateway, "INVALID_GATEWAY", 484},
    {gateway_down, "GATEWAY_DOWN", 503},
    {invalid_url, "INVALID_URL", 484},
    {invalid_profile, "INVALID_PROFILE", 502},
    {no_pickup, "NO_PICKUP"},
    {srtp_read_error, "SRTP_READ_ERROR"},
    {bowout, "BOWOUT"},
    {busy_everywhere, "BUSY_EVERYWHERE", 600},
    {decline, "DECLINE", 603},
    {does_not_exist_anywhere, "DOES_NOT_EXIST_ANYWHERE", 604},
    {not_acceptable, "NOT_ACCEPTABLE", 606},
    {unwanted, "UNWANTED", 607},
    {no_identity, "NO_IDENTITY", 428},
    {bad_identity_info, "BAD_IDENTITY_INFO", 429},
    {unsupported_certificate, "UNSUPPORTED_CERTIFICATE", 437},
    {invalid_identity, "INVALID_IDENTITY", 438},
    {stale_date, "STALE_DATE", 403},
    {reject_all, "REJECT_ALL", 603},
};

struct StatusRow {
  int status;
  Cause cause;
};
constexpr StatusRow statuses[] = {
    {200, normal_clearing},
    {400, normal_temporary_failure},
    {401, call_rejected},
    {402, call_rejected},
    {403, call_rejected},
    {404, unallocated_number},
    {405, service_unavailable},
    {406, service_not_implemented},
    {407, call_rejected},
    {408, recovery_on_timer_expire},
    {410, number_changed},
    {413, interworking},
    {414, interworking},
    {415, service_not_implemented},
    {416, interworking},
    {420, interworking},
    {421, interworking},
    {423, interworking},
    {428, no_identity},
    {429, bad_identity_info},
    {437, unsupported_certificate},
    {438, invalid_identity},
    {480, no_user_response},
    {481, normal_temporary_failure},
    {482, exchange_routing_error},
    {483, exchange_routing_error},
    {484, invalid_number_format},
    {485, no_route_destination},
    {486, user_busy},
    {487, originator_cancel},
    {488, incompatible_destination},
    {500, normal_temporary_failure},
    {501, service_not_implemented},
    {502, network_out_of_order},
    {503, normal_temporary_failure},
    {504, recovery_on_timer_expire},
    {505, interworking},
    {513, interworking},
    {600, user_busy},
    {603, call_rejected},
    {604, no_route_destination},
    {606, incompatible_destination},
    {607, unwanted},
    {608, call_rejected},
};

const Row* find(Cause cause) {
  const auto* row = std::lower_bound(std::begin(rows), std::end(rows), cause,
                                     [](const Row& a, Cause b) { return a.cause < b; });
  return row != std::end(rows) && row->cause == cause ? row : nullptr;
}

constexpr int q850_max = 127;

}  // namespace

std::string_view name(Cause cause) {
  const auto* row = find(cause);
  return row != nullptr ? row->name : std::string_view{"UNKNOWN"};
}

std::optional<Cause> find_cause(std::string_view text) {
  for (const auto& row : rows)
    if (base::same(row.name, text)) return row.cause;
  return std::nullopt;
}

Cause parse_cause(std::string_view text) {
  text = base::trim(text);
  if (!text.empty() && base::is_digit(text.front())) {
    const auto digits = std::find_if_not(text.begin(), text.end(), base::is_digit) - text.begin();
    const auto number = base::to_number<std::uint16_t>(text.substr(0, static_cast<std::size_t>(digits)));
    return number ? static_cast<Cause>(*number) : normal_clearing;
  }
  return find_cause(text).value_or(normal_clearing);
}

int sip_status(Cause cause) {
  const auto* row = find(cause);
  return row != nullptr ? row->status : 480;
}

Cause cause_of_status(int status) {
  const auto* row = std::lower_bound(std::begin(statuses), std::end(statuses), status,
                                     [](const StatusRow& a, int b) { return a.status < b; });
  return row != std::end(statuses) && row->status == status ? row->cause : normal_unspecified;
}

std::string reason_header(Cause cause) {
  if (cause == lose_race || cause == picked_off) return "SIP;cause=200;text=\"Call completed elsewhere\"";
  const bool q850 = number(cause) > 0 && number(cause) <= q850_max;
  return std::string{q850 ? "Q.850" : "SIP"} + ";cause=" + std::to_string(number(cause)) + ";text=\"" +
         std::string{name(cause)} + '"';
}

namespace {

/// Cuts `text` at `separator` outside of "quotes"; the rest stays in `text`.
std::string_view take_part(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted)
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == separator && !quoted)
      break;
  }
  const auto part = text.substr(0, i);
  text.remove_prefix(std::min(i + 1, text.size()));
  return base::trim(part);
}

}  // namespace

std::optional<Cause> parse_reason(std::string_view header) {
  while (!header.empty()) {
    auto value = take_part(header, ',');
    if (!base::same(take_part(value, ';'), "Q.850")) continue;
    while (!value.empty()) {
      auto parameter = take_part(value, ';');
      if (!base::same(take_part(parameter, '='), "cause")) continue;
      const auto number = base::to_number<std::uint16_t>(base::trim(parameter));
      if (number && *number > 0) return static_cast<Cause>(*number);
    }
  }
  return std::nullopt;
}

bool cause_listed(std::string_view list, Cause cause) {
  for (const auto item : base::split(list, ',')) {
    const auto word = base::trim(item);
    if (base::same(word, name(cause))) return true;
    if (const auto value = base::to_number<int>(word); value && *value == number(cause)) return true;
  }
  return false;
}

}  // namespace call
