// call/caller_profile.cc - the field table of the caller profile.
#include "call/caller_profile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <variant>

#include "base/text.h"

namespace call {

namespace {

using Text = std::string CallerProfile::*;
using Number = std::uint8_t CallerProfile::*;
using Flag = bool CallerProfile::*;
using Instant = WallTime CallerProfile::*;
using Index = std::uint16_t CallerProfile::*;
using Member = std::variant<Text, Number, Flag, Instant, Index>;

struct Field {
  std::string_view name;
  Member member;
  bool settable = false;   ///< by set_profile_var
  Text instead = nullptr;  ///< shown when the member is empty
};

constexpr bool yes = true;

const std::array<Field, 41> fields{{
    {"dialplan", &CallerProfile::dialplan, yes},
    {"context", &CallerProfile::context, yes},
    {"username", &CallerProfile::username, yes},
    {"caller_id_name", &CallerProfile::caller_id_name, yes},
    {"caller_id_number", &CallerProfile::caller_id_number, yes},
    {"orig_caller_id_name", &CallerProfile::orig_caller_id_name, yes, &CallerProfile::caller_id_name},
    {"orig_caller_id_number", &CallerProfile::orig_caller_id_number, yes, &CallerProfile::caller_id_number},
    {"callee_id_name", &CallerProfile::callee_id_name, yes},
    {"callee_id_number", &CallerProfile::callee_id_number, yes},
    {"ani", &CallerProfile::ani, yes},
    {"aniii", &CallerProfile::aniii, yes},
    {"rdnis", &CallerProfile::rdnis, yes},
    {"network_addr", &CallerProfile::network_addr, yes},
    {"destination_number", &CallerProfile::destination_number, yes},
    {"uuid", &CallerProfile::uuid},
    {"source", &CallerProfile::source, yes},
    {"transfer_source", &CallerProfile::transfer_source},
    {"chan_name", &CallerProfile::chan_name, yes},
    {"profile_index", &CallerProfile::profile_index},
    {"caller_ton", &CallerProfile::caller_ton, yes},
    {"caller_numplan", &CallerProfile::caller_numplan, yes},
    {"destination_number_ton", &CallerProfile::destination_number_ton, yes},
    {"destination_number_numplan", &CallerProfile::destination_number_numplan, yes},
    {"ani_ton", &CallerProfile::ani_ton, yes},
    {"ani_numplan", &CallerProfile::ani_numplan, yes},
    {"rdnis_ton", &CallerProfile::rdnis_ton, yes},
    {"rdnis_numplan", &CallerProfile::rdnis_numplan, yes},
    {"screen_bit", &CallerProfile::screen_bit},
    {"privacy_hide_name", &CallerProfile::privacy_hide_name},
    {"privacy_hide_number", &CallerProfile::privacy_hide_number},
    {"profile_created_time", &CallerProfile::profile_created_time},
    {"created_time", &CallerProfile::created_time},
    {"answered_time", &CallerProfile::answered_time},
    {"progress_time", &CallerProfile::progress_time},
    {"progress_media_time", &CallerProfile::progress_media_time},
    {"bridged_time", &CallerProfile::bridged_time},
    {"hungup_time", &CallerProfile::hungup_time},
    {"transferred_time", &CallerProfile::transferred_time},
    {"hold_time", &CallerProfile::hold_time},
    // Old names of the same things.
    {"rdnis_number", &CallerProfile::rdnis},
    {"callee_id", &CallerProfile::callee_id_number},
}};

const Field* find(std::string_view name) {
  for (const auto& field : fields)
    if (base::same(field.name, name)) return &field;
  return nullptr;
}

struct Print {
  const CallerProfile& profile;
  Text instead;
  std::string operator()(Text member) const {
    const auto& value = profile.*member;
    return value.empty() && instead != nullptr ? profile.*instead : value;
  }
  std::string operator()(Number member) const { return std::to_string(profile.*member); }
  std::string operator()(Index member) const { return std::to_string(profile.*member); }
  std::string operator()(Flag member) const { return profile.*member ? "true" : "false"; }
  std::string operator()(Instant member) const {
    return std::to_string((profile.*member).time_since_epoch().count());
  }
};

}  // namespace

std::optional<std::string> CallerProfile::field(std::string_view name) const {
  if (const auto* row = find(name)) return std::visit(Print{*this, row->instead}, row->member);
  if (const auto value = extra.get(name); !value.empty()) return std::string{value};
  return std::nullopt;
}

bool CallerProfile::set_field(std::string_view name, std::string_view value) {
  const auto* row = find(name);
  if (row == nullptr || !row->settable) return false;
  if (const auto* text = std::get_if<Text>(&row->member)) {
    this->** text = std::string{value};
    return true;
  }
  // A number that is none counts as 0, as in the reference.
  std::uint8_t parsed = 0;
  std::from_chars(value.data(), value.data() + value.size(), parsed);
  this->*std::get<Number>(row->member) = parsed;
  return true;
}

std::span<const std::string_view> CallerProfile::field_names() {
  static const auto names = [] {
    std::array<std::string_view, fields.size()> all;
    std::transform(fields.begin(), fields.end(), all.begin(), [](const Field& field) { return field.name; });
    return all;
  }();
  return names;
}

}  // namespace call
