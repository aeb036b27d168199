// call/caller_profile.h - who calls whom: FreeSWITCH's caller profile, whose fields the dialplan can name.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "call/variables.h"

namespace call {

/// Wall-clock instants for people and records (never for timers): microseconds since 1970; 0 = has not
/// happened.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

struct CallerProfile {
  std::string username, dialplan = "XML", context = "default";
  std::string caller_id_name, caller_id_number;
  std::string orig_caller_id_name, orig_caller_id_number;  ///< Empty: the caller id as it is.
  std::string callee_id_name, callee_id_number;
  std::string ani, aniii, rdnis;
  std::string network_addr, destination_number;
  std::string uuid, source = "mod_sofia", chan_name, transfer_source;
  /// 255 = not known, as the reference prints it.
  std::uint8_t caller_ton = 255, caller_numplan = 255, ani_ton = 255, ani_numplan = 255, rdnis_ton = 255,
               rdnis_numplan = 255, destination_number_ton = 255, destination_number_numplan = 255;
  bool screen_bit = true, privacy_hide_name = false, privacy_hide_number = false;
  std::uint16_t profile_index = 1;
  WallTime profile_created_time{}, created_time{}, answered_time{}, progress_time{}, progress_media_time{},
      bridged_time{}, hungup_time{}, transferred_time{}, hold_time{};
  /// Variables attached to the profile: what a field name that is not in the table finds.
  Variables extra;

  /// A field as text by its dialplan name, without regard to case; empty optional when there is no such
  /// field.
  std::optional<std::string> field(std::string_view name) const;
  /// `set_profile_var`: false when the field cannot be set by that name.
  bool set_field(std::string_view name, std::string_view value);
  /// Every name field() knows, for `ahoy check` and completion.
  static std::span<const std::string_view> field_names();
};

}  // namespace call
