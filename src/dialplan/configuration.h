// dialplan/configuration.h - everything the operator wrote, as one immutable snapshot that is swapped whole.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dialplan/acl.h"
#include "dialplan/directory.h"
#include "dialplan/guard.h"
#include "dialplan/place.h"
#include "dialplan/plan.h"
#include "dialplan/profile.h"
#include "dialplan/time_zone.h"

namespace dialplan {

class Document;

struct Configuration {
  Plan plan;
  Directory directory;
  std::vector<Profile> profiles;
  CoreSettings core;
  call::Variables globals;  ///< from the preprocessor: what a process starts its global variables with
  Acls acls;
  GuardConfiguration guard;
  std::unordered_map<std::string, TimeZone, base::TextHash, std::equal_to<>> zones;  ///< of timezones.conf
  Findings findings;  ///< warnings of a load that succeeded

  const Profile* profile(std::string_view name) const;
};
using Snapshot = std::shared_ptr<const Configuration>;

/// A zone of timezones.conf, else of the system. `configuration` may be null.
std::optional<TimeZone> find_zone(const Configuration* configuration, std::string_view name);

/// Reads `directory`/freeswitch.xml and all it includes. Findings hold at least one error when it fails.
base::Result<Snapshot, Findings> load(const std::string& directory, const call::Variables& presets = {});
/// From text, for tests and `ahoy check -`: relative includes are looked for in `directory`.
base::Result<Snapshot, Findings> load_text(std::string_view xml, const std::string& file,
                                           const std::string& directory, const call::Variables& presets = {});

}  // namespace dialplan
