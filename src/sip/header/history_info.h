// sip/header/history_info.h - History-Info, RFC 7044.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct HistoryInfo : AddressHeader<HistoryInfo> {
  static constexpr HeaderName name{"History-Info"};
  static constexpr Arity arity = Arity::many;

  static HistoryInfo of(Uri uri) {
    HistoryInfo header;
    header.uri = std::move(uri);
    return header;
  }
  /// "1.2.1"; empty when absent, which is malformed but harmless.
  std::string index() const { return params.text_of("index"); }
  bool operator==(const HistoryInfo&) const = default;
};
static_assert(Header<HistoryInfo>);

}  // namespace sip
