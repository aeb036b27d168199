#include "store/database.h"

#include <algorithm>
#include <array>

#include "base/log.h"

namespace store {

namespace {

/// Each brings the schema from its index to the next version. Never changed, only added to.
constexpr std::array migrations{
    "CREATE TABLE binding (aor TEXT NOT NULL, id TEXT NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL,"
    " cseq INTEGER NOT NULL, path TEXT NOT NULL, user_agent TEXT NOT NULL, profile TEXT NOT NULL,"
    " transport TEXT NOT NULL, received TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (aor, id))"
    " WITHOUT ROWID",
    "CREATE TABLE ban (network TEXT NOT NULL PRIMARY KEY, reason TEXT NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE item (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, expires_at INTEGER NOT NULL,"
    " PRIMARY KEY (kind, key)) WITHOUT ROWID"};

constexpr int latest_version = static_cast<int>(migrations.size());

Fault fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Fault::busy;
    case SQLITE_FULL: return Fault::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Fault::damaged;
    default: return Fault::away;
  }
}

/// The row itself is at fault: trying again would block the queue for ever.
bool is_hopeless(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
    case SQLITE_ERROR: return true;
    default: return false;
  }
}

/// Names come from the operator's templates: quoted, they can be nothing but names.
std::string quoted(std::string_view name) {
  std::string out{"\""};
  for (const char c : name) {
    if (c == '\0') continue;
    if (c == '"') out += '"';
    out += c;
  }
  return out += '"';
}

}  // namespace

std::string_view sentence(Fault fault) {
  switch (fault) {
    case Fault::away: return "the database cannot be opened or does not answer";
    case Fault::busy: return "another program holds the database";
    case Fault::full: return "no space left for the database";
    case Fault::damaged: return "the database file is damaged or no database";
    case Fault::newer: return "the database was written by a later version";
  }
  return "the database failed";
}

Database::~Database() = default;

base::Result<void, Fault> Database::open() {
  if (handle_) return {};
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(file_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  handle_.reset(raw);
  if (opened != SQLITE_OK) return base::Unexpected<Fault>{fail(opened)};
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(lock_wait_max.count()));
  for (const auto* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA foreign_keys=ON"})
    if (const auto done = execute(pragma); !done) return base::Unexpected<Fault>{fail(done.error())};
  return migrate();
}

base::Result<void, Fault> Database::migrate() {
  const auto give_up = [this](int code) { return base::Unexpected<Fault>{fail(code)}; };
  if (const auto done = execute("BEGIN IMMEDIATE"); !done) return give_up(done.error());
  if (const auto done = execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at "
                                "TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)");
      !done)
    return give_up(done.error());
  const int present = present_version();
  if (present > latest_version) {
    base::log::error("store", "{} has schema version {}; this program knows {}", file_, present, latest_version);
    fail(SQLITE_ERROR);
    return base::Unexpected<Fault>{Fault::newer};
  }
  for (int version = present; version < latest_version; ++version) {
    if (const auto done = execute(migrations[static_cast<std::size_t>(version)]); !done) return give_up(done.error());
    if (const auto done = execute("INSERT INTO schema_version (version) VALUES (?)", version + 1); !done)
      return give_up(done.error());
  }
  if (const auto done = execute("COMMIT"); !done) return give_up(done.error());
  return {};
}

int Database::present_version() {
  auto* query = prepare("SELECT coalesce(max(version), 0) FROM schema_version");
  if (!query) return 0;
  Run run{query};
  return run.step() == SQLITE_ROW ? static_cast<int>(run.number(0)) : 0;
}

int Database::version() {
  const std::lock_guard guard{lock_};
  return open() ? latest_version : 0;
}

/// Whatever happened, the next use starts from a fresh connection. No Run may be alive.
Fault Database::fail(int code) {
  const auto fault = fault_of(code);
  base::log::warn("store", "{}: {} ({})", file_, sentence(fault), handle_ ? sqlite3_errmsg(handle_.get()) : "not open");
  insert_.reset();
  statements_.clear();
  tables_.clear();
  handle_.reset();
  return fault;
}

Database::Done Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return base::Unexpected<int>{code};
  return {};
}

Database::Done Database::execute(const char* sql, std::int64_t number) {
  auto* statement = prepare(sql);
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  return step(run.bind(number));
}

sqlite3_stmt* Database::prepare(const std::string& sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second.get();
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v2(handle_.get(), sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr);
  if (!raw) return nullptr;
  if (statements_.size() >= statements_max) statements_.clear();
  return statements_.emplace(sql, Prepared{raw}).first->second.get();
}

Database::Done Database::step(Run& statement) {
  const int code = statement.step();
  if (code != SQLITE_DONE && code != SQLITE_ROW) return base::Unexpected<int>{code};
  return {};
}

base::Result<void, Fault> Database::apply(std::span<const Change> changes) {
  const std::lock_guard guard{lock_};
  if (auto opened = open(); !opened) return opened;
  if (const auto done = execute("BEGIN IMMEDIATE"); !done) return base::Unexpected<Fault>{fail(done.error())};
  for (const auto& change : changes) {
    const auto done = run(change);
    if (done) continue;
    if (!is_hopeless(done.error())) return base::Unexpected<Fault>{fail(done.error())};
    base::log::error("store", "a row cannot be stored and is left out: {}", sqlite3_errmsg(handle_.get()));
  }
  if (const auto done = execute("COMMIT"); !done) return base::Unexpected<Fault>{fail(done.error())};
  return {};
}

Database::Done Database::run(const Change& change) {
  if (const auto* binding = std::get_if<Binding>(&change)) return save(*binding);
  if (const auto* name = std::get_if<BindingName>(&change)) return remove(*name);
  if (const auto* ban = std::get_if<Ban>(&change)) return save(*ban);
  if (const auto* name = std::get_if<BanName>(&change)) return remove(*name);
  if (const auto* item = std::get_if<Item>(&change)) return save(*item);
  if (const auto* name = std::get_if<ItemName>(&change)) return remove(*name);
  return save(std::get<Record>(change));
}

Database::Done Database::save(const Binding& binding) {
  auto* statement = prepare("INSERT OR REPLACE INTO binding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  run.bind(binding.aor).bind(binding.id).bind(binding.contact).bind(binding.call_id).bind(std::int64_t{binding.cseq});
  run.bind(binding.path).bind(binding.user_agent).bind(binding.profile).bind(binding.transport).bind(binding.received);
  return step(run.bind(std::int64_t{binding.expires_at.count()}));
}

Database::Done Database::remove(const BindingName& name) {
  auto* statement = prepare("DELETE FROM binding WHERE aor = ? AND id = ?");
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  return step(run.bind(name.aor).bind(name.id));
}

Database::Done Database::save(const Ban& ban) {
  auto* statement = prepare("INSERT OR REPLACE INTO ban VALUES (?, ?, ?)");
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  return step(run.bind(ban.network).bind(ban.reason).bind(std::int64_t{ban.ends_at.count()}));
}

Database::Done Database::remove(const BanName& name) {
  auto* statement = prepare("DELETE FROM ban WHERE network = ?");
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  return step(run.bind(name.network));
}

Database::Done Database::save(const Item& item) {
  auto* statement = prepare("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)");
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  return step(run.bind(item.kind).bind(item.key).bind(item.value).bind(std::int64_t{item.expires_at.count()}));
}

Database::Done Database::remove(const ItemName& name) {
  auto* statement = prepare("DELETE FROM item WHERE kind = ? AND key = ?");
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  return step(run.bind(name.kind).bind(name.key));
}

Database::Done Database::learn_columns(const std::string& table) {
  Columns columns;
  const auto sql = "CREATE TABLE IF NOT EXISTS " + quoted(table) + " (id INTEGER PRIMARY KEY)";
  if (auto done = execute(sql.c_str()); !done) return done;
  auto* statement = prepare("SELECT name FROM pragma_table_info(?)");
  if (!statement) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  Run run{statement};
  run.bind(table);
  int code = run.step();
  for (; code == SQLITE_ROW; code = run.step()) columns.emplace(run.text(0), true);
  if (code != SQLITE_DONE) return base::Unexpected<int>{code};
  tables_[table] = std::move(columns);
  return {};
}

Database::Done Database::widen(const Record& record) {
  if (!tables_.contains(record.table))
    if (auto done = learn_columns(record.table); !done) return done;
  auto& columns = tables_[record.table];
  for (std::size_t i = 0; i < record.columns.size(); ++i) {
    const std::string name{record.columns[i].name};
    if (name.empty() || columns.contains(name) || columns.size() >= record_columns_max) continue;
    const auto sql = "ALTER TABLE " + quoted(record.table) + " ADD COLUMN " + quoted(name) + " TEXT";
    if (auto done = execute(sql.c_str()); !done) return done;
    columns.emplace(name, true);
  }
  return {};
}

bool Database::Insert::fits(const Record& record) const {
  if (record.table != table || record.columns.size() != names.size()) return false;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (record.columns[i].name != names[i]) return false;
  return true;
}

Database::Done Database::make_insert(const Record& record) {
  insert_.reset();
  if (auto done = widen(record); !done) return done;
  const auto& columns = tables_[record.table];
  Insert insert;
  insert.table = record.table;
  std::string names, marks;
  Columns used;
  for (std::size_t i = 0; i < record.columns.size(); ++i) {
    const std::string name{record.columns[i].name};
    insert.names.push_back(name);
    if (!columns.contains(name) || !used.emplace(name, true).second) continue;
    names.append(names.empty() ? "" : ", ").append(quoted(name));
    marks.append(marks.empty() ? "?" : ", ?");
    insert.stored.push_back(insert.names.size() - 1);
  }
  const auto sql = names.empty() ? "INSERT INTO " + quoted(record.table) + " DEFAULT VALUES"
                                 : "INSERT INTO " + quoted(record.table) + " (" + names + ") VALUES (" + marks + ")";
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v2(handle_.get(), sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr);
  if (!raw) return base::Unexpected<int>{sqlite3_errcode(handle_.get())};
  insert.statement.reset(raw);
  insert_ = std::move(insert);
  return {};
}

Database::Done Database::save(const Record& record) {
  // Our own tables are not for records.
  for (const auto* own : {"binding", "ban", "item", "schema_version"})
    if (record.table == own) return base::Unexpected<int>{SQLITE_ERROR};
  if (!insert_ || !insert_->fits(record))
    if (auto done = make_insert(record); !done) return done;
  Run run{insert_->statement.get()};
  for (const auto column : insert_->stored) run.bind(record.columns[column].value);
  return step(run);
}

template <class Row, class Read>
base::Result<std::vector<Row>, Fault> Database::load(const char* clean, const char* query, std::chrono::seconds now, Read read) {
  const std::lock_guard guard{lock_};
  if (auto opened = open(); !opened) return base::Unexpected<Fault>{opened.error()};
  if (const auto done = execute(clean, now.count()); !done) return base::Unexpected<Fault>{fail(done.error())};
  auto* statement = prepare(query);
  if (!statement) return base::Unexpected<Fault>{fail(sqlite3_errcode(handle_.get()))};
  std::vector<Row> rows;
  int code = SQLITE_DONE;
  {
    Run run{statement};
    for (code = run.step(); code == SQLITE_ROW; code = run.step()) rows.push_back(read(run));
  }
  if (code != SQLITE_DONE) return base::Unexpected<Fault>{fail(code)};
  return rows;
}

base::Result<std::vector<Binding>, Fault> Database::load_bindings(std::chrono::seconds now) {
  const auto read = [](Run& run) {
    return Binding{run.text(0), run.text(1), run.text(2), run.text(3), static_cast<std::uint32_t>(run.number(4)),
                   run.text(5), run.text(6), run.text(7), run.text(8), run.text(9), std::chrono::seconds{run.number(10)}};
  };
  return load<Binding>("DELETE FROM binding WHERE expires_at <= ?", "SELECT * FROM binding ORDER BY aor, id", now, read);
}

base::Result<std::vector<Ban>, Fault> Database::load_bans(std::chrono::seconds now) {
  const auto read = [](Run& run) { return Ban{run.text(0), run.text(1), std::chrono::seconds{run.number(2)}}; };
  return load<Ban>("DELETE FROM ban WHERE ends_at <= ?", "SELECT * FROM ban ORDER BY network", now, read);
}

base::Result<std::vector<Item>, Fault> Database::load_items(const std::string& kind, std::chrono::seconds now) {
  const std::lock_guard guard{lock_};
  if (auto opened = open(); !opened) return base::Unexpected<Fault>{opened.error()};
  if (const auto done = execute("DELETE FROM item WHERE expires_at <= ?", now.count()); !done)
    return base::Unexpected<Fault>{fail(done.error())};
  auto* statement = prepare("SELECT key, value, expires_at FROM item WHERE kind = ? ORDER BY key");
  if (!statement) return base::Unexpected<Fault>{fail(sqlite3_errcode(handle_.get()))};
  std::vector<Item> items;
  int code = SQLITE_DONE;
  {
    Run run{statement};
    run.bind(kind);
    for (code = run.step(); code == SQLITE_ROW; code = run.step())
      items.push_back({kind, run.text(0), run.text(1), std::chrono::seconds{run.number(2)}});
  }
  if (code != SQLITE_DONE) return base::Unexpected<Fault>{fail(code)};
  return items;
}

}  // namespace store
