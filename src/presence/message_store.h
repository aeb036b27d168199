// presence/message_store.h - short messages for users who are away, kept until they register. RFC 3428 section 2.
//
// One per shard, for the users it owns; everything but join() and restore() may be called on any shard. Messages of a user
// go out one after another, in the order in which they came. Kept over a restart when there is a store.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "location/location_service.h"
#include "store/write_behind.h"

namespace presence {

class MessageStore : location::Observer {
 public:
  /// Messages that wait for one user, and for all users of a shard; further ones are not taken.
  static constexpr std::size_t of_user_max = 50, of_shard_max = 100'000;
  /// Bytes of a message, headers and all.
  static constexpr std::size_t bytes_max = 8'192;
  /// What nobody has fetched is looked through so often.
  static constexpr base::Duration sweep_interval = std::chrono::hours{1};

  /// Without `keep` nothing survives the process.
  MessageStore(endpoint::SipEndpoint& endpoint, location::LocationService& location, std::unique_ptr<store::Items> keep);
  MessageStore(const MessageStore&) = delete;
  MessageStore& operator=(const MessageStore&) = delete;
  ~MessageStore() override { *alive_ = false; }

  /// The stores of all shards, in the order of shards; before anything else.
  void join(std::vector<MessageStore*> all) { all_ = std::move(all); }
  /// On one shard, once: what was kept goes to its owners.
  void restore();
  /// Keeps a MESSAGE for `life` at most; `kept` is called on this shard, later: false when a limit is reached.
  void keep(const std::string& aor, const sip::Message& message, std::chrono::seconds life, base::Function<void(bool)> kept);
  std::size_t waiting() const { return waiting_; }

 private:
  /// What is kept of a message; its number orders and names it.
  struct Kept {
    std::uint64_t number = 0;
    std::string text;
    std::chrono::seconds expires_at{};  ///< since 1970
  };
  struct Mailbox {
    std::deque<Kept> messages;
    bool delivering = false;
  };

  void on_registered(std::string_view aor, const location::Binding&, bool) override;
  bool take(const std::string& aor, std::string text, std::chrono::seconds life);
  void put(const std::string& aor, Kept kept);
  void deliver(const std::string& aor);
  void on_delivered(const std::string& aor, std::uint64_t number, int status);
  void remove(const std::string& aor, std::uint64_t number);
  void drop_expired(const std::string& aor, Mailbox& mailbox);
  void sweep();

  endpoint::SipEndpoint& endpoint_;
  io::Shard& shard_;
  location::LocationService& location_;
  std::unique_ptr<store::Items> keep_;
  std::vector<MessageStore*> all_;
  std::unordered_map<std::string, Mailbox, base::TextHash, std::equal_to<>> mailboxes_;
  std::size_t waiting_ = 0;
  std::uint64_t last_number_ = 0;
  io::Timer sweep_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
