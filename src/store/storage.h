// store/storage.h - what is kept beyond the life of the process, behind one port: SQLite today, others later.
//
// A storage blocks; it is only ever called from work handed to io::Shard::offload. What the rooms above use is
// Bindings, Bans, Items and CallRecords (store/write_behind.h), which never block and never fail.
#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "store/columns.h"

namespace store {

/// One registration. `aor` and `id` name it; the rest is what the registrar needs to go on after a restart.
struct Binding {
  std::string aor;  ///< user@domain
  std::string id;   ///< tells the bindings of one address of record apart
  std::string contact;
  std::string call_id;
  std::uint32_t cseq = 0;
  std::string path;        ///< Route values, separated by commas
  std::string user_agent;
  std::string profile;     ///< whose listening point it came in on
  std::string transport;   ///< "udp", "tcp"
  std::string received;    ///< address and port it came from
  std::chrono::seconds expires_at{};  ///< since 1970
  bool operator==(const Binding&) const = default;
};

/// An address that nothing is taken from.
struct Ban {
  std::string network;
  std::string reason;
  std::chrono::seconds ends_at{};  ///< since 1970
  bool operator==(const Ban&) const = default;
};

/// A row of named columns: a call record. Columns the table does not have yet are added to it.
struct Record {
  std::string table = "cdr";
  Columns columns;
};

struct BindingName {
  std::string aor, id;
};

struct BanName {
  std::string network;
};

/// What a room wants back after a restart. `kind` is the room's own, `key` unique in it; what `value` says is its business.
struct Item {
  std::string kind, key, value;
  std::chrono::seconds expires_at{};  ///< since 1970
  bool operator==(const Item&) const = default;
};

struct ItemName {
  std::string kind, key;
};

/// Saving replaces what has that name; a name alone removes it.
using Change = std::variant<Binding, BindingName, Record, Ban, BanName, Item, ItemName>;

/// Columns a record table may have; what a row has beyond is left out.
inline constexpr std::size_t record_columns_max = 250;

enum class Fault : std::uint8_t {
  away,    ///< cannot be opened, or does not answer
  busy,    ///< locked by another program
  full,    ///< no space left
  damaged, ///< not a database, or broken
  newer,   ///< written by a later version of Ahoy
};
std::string_view sentence(Fault fault);

class Storage {
 public:
  virtual ~Storage() = default;
  /// All in one transaction, or nothing. A single row that can never be stored is left out and logged. Thread-safe.
  virtual base::Result<void, Fault> apply(std::span<const Change> changes) = 0;
  /// Those that have not expired at `now`; expired ones are deleted. Thread-safe.
  virtual base::Result<std::vector<Binding>, Fault> load_bindings(std::chrono::seconds now) = 0;
  virtual base::Result<std::vector<Ban>, Fault> load_bans(std::chrono::seconds now) = 0;
  /// The same for the items of one kind.
  virtual base::Result<std::vector<Item>, Fault> load_items(const std::string& kind, std::chrono::seconds now) = 0;
};

}  // namespace store
