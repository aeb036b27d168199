// dialplan/guard.h - guard.conf: who is kept out, and what calls may cost.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/setting.h"
#include "base/time.h"
#include "call/spend_guard.h"
#include "dialplan/place.h"

namespace dialplan {

class Document;

/// <settings> of guard.conf. Every member is a row of guard_settings().
struct GuardSettings {
  bool enabled = false;
  std::string exempt, scanners;
  std::uint32_t failures = 0, names = 0, requests_per_second = 0, account_requests_per_second = 0;
  base::Duration window{}, ban_time{};
};
const base::Settings<GuardSettings>& guard_settings();

struct GuardConfiguration {
  GuardSettings settings;
  Place place;  ///< Of <settings>.
  std::vector<call::SpendLimit> spend_limits;

  static GuardConfiguration read(const Document& document, Findings& findings);
};

}  // namespace dialplan
