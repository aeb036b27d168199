// main/loading.h - reading the configuration with what the program itself knows: addresses, directories, names.
#pragma once
#include <string>

#include "dialplan/check.h"
#include "dialplan/configuration.h"

namespace ahoy {

/// local_ip_v4, hostname, conf_dir, state_dir and the other names the reference presets.
call::Variables presets(const std::string& config_dir, const std::string& state_dir);

/// The applications this program has, for dialplan::check.
dialplan::CheckPort check_port();

base::Result<dialplan::Snapshot, dialplan::Findings> load_configuration(const std::string& config_dir,
                                                                        const std::string& state_dir);

}  // namespace ahoy
