// record/journal.h - the call journal: what happened to each call, bounded, for whoever has to explain it.
//
// Keeps for every call the SIP messages of both legs (start line and what matters of the headers), the dialplan steps
// and the media figures. Living calls, the last `calls_kept`, and of those that failed the last `failed_kept`.
// One per shard; both legs of a call are on one shard.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "call/switch.h"
#include "endpoint/transports.h"
#include "record/call_record.h"

namespace record {

struct JournalEntry {
  enum class Kind : std::uint8_t { sip_in, sip_out, dialplan, event, media };
  call::WallTime at;
  Kind kind;
  std::uint8_t leg = 0;   ///< index into CallJournal::legs
  std::string text;       ///< "INVITE sip:bob@..", "180 Ringing", "bridge user/1001"
  std::string detail;     ///< CSeq, Reason, the m= and c= of a description
};

struct CallJournal {
  struct Leg {
    std::string uuid, peer;  ///< "10.0.0.2:5060"
    bool inbound = true;
    std::string call_id;
    std::unique_ptr<const CallRecord> record;  ///< once it has hung up
  };
  /// More entries are counted, not kept: the beginning explains most.
  static constexpr std::size_t entries_max = 400;
  static constexpr std::size_t text_max = 300;
  static constexpr std::size_t legs_max = 32;

  std::string call_uuid;
  std::vector<Leg> legs;
  std::vector<JournalEntry> entries;
  std::uint64_t left_out = 0;
  unsigned alive = 0;

  /// No leg was ever answered although somebody wanted to be.
  bool failed() const;
};

class Journal : public call::Observer, public endpoint::Tap {
 public:
  static constexpr std::size_t calls_kept = 1000;
  static constexpr std::size_t failed_kept = 1000;
  /// Messages of dialogs no leg has claimed yet (the INVITE comes before its leg).
  static constexpr std::size_t unclaimed_max = 256;

  explicit Journal(io::Shard& shard) : shard_{shard} {}

  /// By call uuid, by the uuid of any leg, or by the beginning of either; null when nothing fits.
  const CallJournal* find(std::string_view uuid) const;
  /// Newest first.
  std::vector<const CallJournal*> list(std::size_t most) const;

  // endpoint::Tap
  void on_message(Way way, const endpoint::Flow& flow, std::string_view call_id, std::string_view bytes) override;
  // call::Observer
  void on_created(const call::Leg& leg) override;
  void on_dialog(const call::Leg& leg, std::string_view call_id) override;
  void on_execute(const call::Leg& leg, std::string_view application, std::string_view data) override;
  void on_bridge(const call::Leg& a, const call::Leg& b) override;
  void on_digit(const call::Leg& leg, char digit) override;
  void on_unheard(const call::Leg& leg, const std::optional<base::Address>& expected) override;
  void on_hangup(const call::Leg& leg) override;

 private:
  struct Place {
    CallJournal* call;
    std::uint8_t leg;
  };
  struct Unclaimed {
    std::string call_id;
    JournalEntry entry;
    std::string peer;
  };

  call::WallTime now() const { return call::WallTime{shard_.wall_clock()}; }
  Place* place_of(const call::Leg& leg);
  static void append(CallJournal& call, JournalEntry entry);
  void retire(CallJournal& call);
  void trim();

  io::Shard& shard_;
  std::unordered_map<std::string, std::unique_ptr<CallJournal>> living_;       // by call uuid
  std::unordered_map<std::string, Place> by_leg_;                             // by leg uuid
  std::unordered_map<std::string, Place, base::TextHash, std::equal_to<>> by_call_id_;
  std::deque<std::unique_ptr<CallJournal>> done_, failed_;                    // oldest first
  std::deque<Unclaimed> unclaimed_;
};

}  // namespace record
