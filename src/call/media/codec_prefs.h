// call/media/codec_prefs.h - lists of codecs as operators write them: "OPUS,G722,PCMU@8000h@20i".
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sdp/offer_answer.h"

namespace call {

struct CodecPrefs {
  std::vector<sdp::Codec> codecs;    ///< those this program can decode, in the order given
  std::vector<std::string> unknown;  ///< the names of the others
};

/// `name[@<rate>h][@<ptime>i][@<channels>c]`, separated by commas; `^^:` and the like change the separator. A name
/// without a rate stands for the codec's usual one.
CodecPrefs parse_codec_prefs(std::string_view text);

}  // namespace call
