// dialplan/request_fields.h - what a request says, by the names that a dialplan knows from calls: ${sip_from_user} ...
//
// Looked at when a name is asked for: a request that is passed on has no variables of its own. A name is one row of the
// table; sip_h_<header> is any header.
#pragma once
#include "dialplan/context.h"
#include "endpoint/flow.h"
#include "sip/message.h"

namespace dialplan {

class RequestFields : public Fields {
 public:
  /// Both outlive it.
  RequestFields(const sip::Message& request, const endpoint::Flow& from) : request_{request}, from_{from} {}

  std::optional<std::string> find(std::string_view name) const override;
  static bool knows(std::string_view name);

 private:
  const sip::Message& request_;
  const endpoint::Flow& from_;
};

}  // namespace dialplan
