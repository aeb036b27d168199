// fuzz/sip_framer.cc - a stream whole and in pieces gives the same messages, and never holds more than one.
#include <vector>

#include "base/require.h"
#include "sip/framer.h"

using namespace sip;

namespace {

std::vector<std::string> messages(std::string_view bytes, std::size_t piece) {
  StreamFramer framer;
  std::vector<std::string> found;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    framer.on_bytes(bytes.substr(at, piece));
    while (auto output = framer.poll()) {
      if (auto* complete = std::get_if<StreamFramer::Complete>(&*output)) found.push_back(std::move(complete->bytes));
      if (std::holds_alternative<StreamFramer::Broken>(*output)) found.emplace_back("broken");
    }
    base::require(framer.pending() <= max_message_bytes, "the framer holds too much");
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto whole = messages(bytes, size + 1);
  base::require(messages(bytes, 1) == whole, "one byte at a time gives other messages");
  base::require(messages(bytes, 7) == whole, "seven bytes at a time give other messages");
  return 0;
}
