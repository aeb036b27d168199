// record/ladder.h - a call as one ladder over its legs, with a sentence that says how it went.
#pragma once
#include <string>

#include "record/journal.h"

namespace record {

/// "Answered after 2.1 s, talked 10.0 s, the caller hung up. ..."
std::string verdict(const CallJournal& call);
/// The ladder, ending with the verdict; lines end with a line feed.
std::string print_ladder(const CallJournal& call);

}  // namespace record
