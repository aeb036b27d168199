#include "call/media/codec_prefs.h"

#include "base/text.h"
#include "call/arguments.h"
#include "codec/codec.h"

namespace call {

namespace {

struct Wanted {
  std::string_view name;
  std::uint32_t rate = 0;  // 0: the codec's usual one
  std::uint8_t channels = 1;
};

Wanted parse_one(std::string_view text) {
  const auto parts = base::split(text, '@');
  Wanted wanted{.name = base::trim(parts[0])};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto part = base::trim(parts[i]);
    if (part.empty()) continue;
    const auto number = base::to_number<std::uint32_t>(part.substr(0, part.size() - 1));
    if (!number) continue;
    if (base::lower(part.back()) == 'h') wanted.rate = *number;
    if (base::lower(part.back()) == 'c') wanted.channels = static_cast<std::uint8_t>(*number);
  }
  return wanted;
}

const codec::Info* find_codec(const Wanted& wanted) {
  if (wanted.rate != 0) return codec::find(wanted.name, wanted.rate, wanted.channels);
  for (const auto* info : codec::all())
    if (base::same(info->name, wanted.name) && info->channels == wanted.channels) return info;
  return nullptr;
}

}  // namespace

CodecPrefs parse_codec_prefs(std::string_view text) {
  CodecPrefs prefs;
  for (const auto& item : split_arguments(text, ',')) {
    const auto wanted = parse_one(item);
    if (wanted.name.empty()) continue;
    const auto* info = find_codec(wanted);
    if (!info) {
      prefs.unknown.emplace_back(wanted.name);
      continue;
    }
    prefs.codecs.push_back({std::string{info->name}, info->clock_rate, info->channels, info->payload_type,
                            std::string{info->fmtp}});
  }
  return prefs;
}

}  // namespace call
