// store/database.h - one SQLite file as storage: write-ahead log, prepared statements, a schema that knows its version.
//
// WAL with synchronous=NORMAL: `kill -9` loses nothing that was committed and never damages the file; a power cut may
// lose the last transactions. One connection behind one mutex: shards share it from their offload work.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "store/statement.h"
#include "store/storage.h"

namespace store {

class Database : public Storage {
 public:
  /// How long a statement waits for another program's lock; it blocks an offload thread.
  static constexpr std::chrono::milliseconds lock_wait_max{500};
  /// Prepared statements kept; record tables have one for each set of columns.
  static constexpr std::size_t statements_max = 64;

  /// Opens nothing yet: the file is opened by the first use, and again after a failure.
  explicit Database(std::string file) : file_{std::move(file)} {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() override;

  base::Result<void, Fault> apply(std::span<const Change> changes) override;
  base::Result<std::vector<Binding>, Fault> load_bindings(std::chrono::seconds now) override;
  base::Result<std::vector<Ban>, Fault> load_bans(std::chrono::seconds now) override;
  base::Result<std::vector<Item>, Fault> load_items(const std::string& kind, std::chrono::seconds now) override;
  /// The schema version of the file; 0 when it cannot be opened.
  int version();

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  using Done = base::Result<void, int>;  // the error is SQLite's code

  base::Result<void, Fault> open();
  base::Result<void, Fault> migrate();
  int present_version();
  Done execute(const char* sql);
  Done execute(const char* sql, std::int64_t number);
  /// Null when it cannot be prepared.
  sqlite3_stmt* prepare(const std::string& sql);
  Done run(const Change& change);
  Done save(const Binding& binding);
  Done save(const Ban& ban);
  Done remove(const BindingName& name);
  Done remove(const BanName& name);
  /// Rows of `query` in their order, after what has expired at `now` is deleted by `clean`.
  template <class Row, class Read>
  base::Result<std::vector<Row>, Fault> load(const char* clean, const char* query, std::chrono::seconds now, Read read);
  Done save(const Item& item);
  Done remove(const ItemName& name);
  Done save(const Record& record);
  Done make_insert(const Record& record);
  Done learn_columns(const std::string& table);
  Done widen(const Record& record);
  Done step(Run& statement);
  Fault fail(int code);

  using Columns = std::unordered_map<std::string, bool, base::NoCaseHash, base::NoCaseEqual>;

  /// Of the last record: the next one usually has the same columns.
  struct Insert {
    std::string table;
    std::vector<std::string> names;   // of all its columns
    std::vector<std::size_t> stored;  // which of them have a place in the table
    Prepared statement;
    bool fits(const Record& record) const;
  };

  const std::string file_;
  std::mutex lock_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, Prepared> statements_;
  std::unordered_map<std::string, Columns> tables_;  // record tables we have seen
  std::optional<Insert> insert_;
};

}  // namespace store
