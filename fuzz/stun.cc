// fuzz/stun.cc - STUN messages, as a server and as a client reads them.
#include "base/require.h"
#include "ice/binding.h"
#include "ice/stun.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  ice::TransactionId id{};
  if (size >= 20) std::copy(data + 8, data + 20, id.begin());
  static_cast<void>(ice::mapped_address(bytes, id));
  const base::Address source{base::Ip::v4(192, 0, 2, 1), 1};
  const auto answer = ice::answer_binding(bytes, source);
  if (answer) base::require(ice::is_stun(*answer), "our answer is no STUN");
  return 0;
}
