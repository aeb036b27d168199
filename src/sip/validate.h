// sip/validate.h - what to answer to a message that is broken, before anybody acts on it.
//
// RFC 3261 sections 8.2, 16.3 and 18.3, RFC 4475. Checks what every element needs: the start line, the headers
// without which there is no transaction (Via, From, To, Call-ID, CSeq), and those that decide where things go
// (Contact, Route, Content-Length, Max-Forwards). Other headers are judged by whoever reads them.
#pragma once
#include <optional>
#include <string_view>

#include "sip/message.h"

namespace sip {

struct Fault {
  /// 400, 416, 501, 505 ...; 0: say nothing (a broken response or ACK, or no Via to answer to).
  int status;
  /// Worth sending as the reason phrase: "Bad Request: CSeq".
  std::string_view reason;
  bool drop() const { return status == 0; }
};

/// Empty: go on. Costs as much as parsing the headers it looks at, about half a microsecond.
std::optional<Fault> validate(const Message& message);

}  // namespace sip
