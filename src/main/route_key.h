// main/route_key.h - the key of our Record-Routes, kept with the state: calls through the proxy outlive a restart.
#pragma once
#include <string>

#include "base/hash.h"
#include "base/random.h"

namespace ahoy {

/// Reads `file`, or makes it, for its owner alone. Where it cannot be kept the key is a new one, with a warning: what is in
/// progress through the proxy ends then.
base::HashKey route_key(const std::string& file, base::Random& random);

}  // namespace ahoy
