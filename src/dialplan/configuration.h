// dialplan/configuration.h - everything the operator wrote, as one immutable snapshot that is swapped whole.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dialplan/directory.h"
#include "dialplan/place.h"
#include "dialplan/plan.h"
#include "dialplan/profile.h"

namespace dialplan {

class Document;

struct Configuration {
  Plan plan;
  Directory directory;
  std::vector<Profile> profiles;
  CoreSettings core;
  call::Variables globals;  ///< from the preprocessor: what a process starts its global variables with
  std::unordered_map<std::string, std::vector<AclRule>, base::TextHash, std::equal_to<>> acls;
  Findings findings;        ///< warnings of a load that succeeded

  const Profile* profile(std::string_view name) const;
};
using Snapshot = std::shared_ptr<const Configuration>;

/// Reads `directory`/freeswitch.xml and all it includes. Findings hold at least one error when it fails.
base::Result<Snapshot, Findings> load(const std::string& directory, const call::Variables& presets = {});
/// From text, for tests and `ahoy check -`: relative includes are looked for in `directory`.
base::Result<Snapshot, Findings> load_text(std::string_view xml, const std::string& file,
                                           const std::string& directory, const call::Variables& presets = {});

}  // namespace dialplan
