// presence/message_notices.h - telephones are told of messages that wait without having asked: FreeSWITCH's
// send-message-query-on-register, for the many that light their lamp by it. RFC 3842 section 4.1 allows nothing of the kind.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "presence/state_agent.h"

namespace presence {

class MessageNotices : location::Observer {
 public:
  MessageNotices(endpoint::SipEndpoint& endpoint, location::LocationService& location, StateAgent& agent);
  MessageNotices(const MessageNotices&) = delete;
  MessageNotices& operator=(const MessageNotices&) = delete;
  ~MessageNotices() override { *alive_ = false; }

  enum class Wanted : std::uint8_t { never, at_the_first, at_each_registration };
  /// For telephones that register by that profile; changes are told to those who are told at all.
  void set_wanted(const std::string& profile, Wanted wanted) { wanted_[profile] = wanted; }

 private:
  void on_registered(std::string_view aor, const location::Binding& binding, bool refreshed) override;
  void on_messages(const std::string& aor, const MessageCounts& counts);
  Wanted wanted(const location::Binding& binding) const;
  void notify(const std::string& aor, const location::Binding& binding, const MessageCounts& counts);

  endpoint::SipEndpoint& endpoint_;
  location::LocationService& location_;
  StateAgent& agent_;
  std::unordered_map<std::string, Wanted> wanted_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
