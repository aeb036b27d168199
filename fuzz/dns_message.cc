// fuzz/dns_message.cc - answers of name servers: any bytes are read for every type, within the limits.
#include "base/require.h"
#include "io/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  using base::dns::Type;
  for (const auto type : {Type::a, Type::aaaa, Type::srv, Type::naptr}) {
    const auto answer = io::read_dns_answer(bytes, type);
    const auto records = answer.addresses.size() + answer.services.size() + answer.pointers.size();
    base::require(records <= io::dns_records_max, "more records than are allowed");
    base::require((records > 0) == (answer.status == base::dns::Answer::Status::found), "records without success");
    for (const auto& service : answer.services) base::require(service.target.size() <= 255, "a name that is too long");
  }
  return 0;
}
