// fuzz/pidf.cc - presence documents of peers: what is read can be printed and read again.
#include "base/require.h"
#include "presence/composition.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = presence::Pidf::parse({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  presence::Resource resource;
  resource.publications = {*document, *document};
  const auto printed = compose(resource).print("sip:bob@example.com");
  base::require(printed.size() > presence::pidf_bytes_max || presence::Pidf::parse(printed), "what we print is no presence document");
  return 0;
}
