// store/database_test.cc - the SQLite file: what survives, what is refused, what is repaired by itself.
#include "store/database.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace {

using namespace std::chrono_literals;
using store::Change;
using store::Database;
using store::Fault;

struct File {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("ahoy_store_" + std::to_string(getpid()));
  std::string path = (folder / "test.db").string();
  File() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~File() { std::filesystem::remove_all(folder); }
};

store::Binding binding(std::string aor, std::string id, std::chrono::seconds expires_at) {
  return {std::move(aor), std::move(id), "<sip:1001@192.0.2.1>;q=0.5", "call-1", 7, "<sip:proxy;lr>", "phone/1",
          "internal", "udp", "192.0.2.1:5060", expires_at};
}

std::vector<Change> changes(std::initializer_list<Change> list) { return list; }

/// What a query of one column answers, rows joined by spaces.
std::string query(const std::string& path, const std::string& sql) {
  sqlite3* raw = nullptr;
  sqlite3_open(path.c_str(), &raw);
  std::string out;
  const auto add = [](void* into, int, char** values, char**) {
    auto& text = *static_cast<std::string*>(into);
    text.append(text.empty() ? "" : " ").append(values[0] ? values[0] : "NULL");
    return 0;
  };
  sqlite3_exec(raw, sql.c_str(), add, &out, nullptr);
  sqlite3_close(raw);
  return out;
}

}  // namespace

TEST(Database, AnEmptyFileGetsTheLatestSchemaInWalMode) {
  File file;
  Database database{file.path};
  EXPECT_EQ(database.version(), 3);
  EXPECT_EQ(query(file.path, "SELECT max(version) FROM schema_version"), "3");
  EXPECT_EQ(query(file.path, "PRAGMA journal_mode"), "wal");
}

TEST(Database, ASecondStartMigratesNothing) {
  File file;
  Database{file.path}.version();
  Database again{file.path};
  EXPECT_EQ(again.version(), 3);
  EXPECT_EQ(query(file.path, "SELECT count(*) FROM schema_version"), "3");
}

TEST(Database, ALaterSchemaIsLeftAlone) {
  File file;
  Database{file.path}.version();
  query(file.path, "INSERT INTO schema_version (version) VALUES (99)");
  Database older{file.path};
  const auto loaded = older.load_bindings(0s);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error(), Fault::newer);
}

TEST(Database, REG_08_WhatWasSavedIsLoadedByTheNext) {
  File file;
  {
    Database database{file.path};
    ASSERT_TRUE(database.apply(changes({binding("a@x", "1", 1000s), binding("a@x", "2", 2000s), binding("b@x", "1", 3000s)})));
  }
  Database next{file.path};
  const auto loaded = next.load_bindings(500s);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 3U);
  EXPECT_EQ(loaded->front(), binding("a@x", "1", 1000s));
}

TEST(Database, REG_08_ExpiredBindingsAreNotLoadedAndDeleted) {
  File file;
  Database database{file.path};
  ASSERT_TRUE(database.apply(changes({binding("a@x", "1", 1000s), binding("a@x", "2", 2000s)})));
  const auto loaded = database.load_bindings(1000s);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1U);
  EXPECT_EQ(loaded->front().id, "2");
  EXPECT_EQ(query(file.path, "SELECT count(*) FROM binding"), "1");
}

TEST(Database, ItemsAreKeptByKindUntilTheyExpire) {
  File file;
  Database database{file.path};
  const std::string binary{"a\0b", 3};
  ASSERT_TRUE(database.apply(changes({store::Item{"message", "1", binary, 1000s}, store::Item{"message", "2", "old", 100s},
                                      store::Item{"message", "3", "x", 1000s}, store::Item{"subscription", "1", "s", 1000s}})));
  ASSERT_TRUE(database.apply(changes({store::ItemName{"message", "3"}, store::Item{"subscription", "1", "again", 1000s}})));
  const auto messages = database.load_items("message", 100s);
  ASSERT_TRUE(messages);
  EXPECT_EQ(*messages, (std::vector<store::Item>{{"message", "1", binary, 1000s}}));
  const auto subscriptions = database.load_items("subscription", 100s);
  ASSERT_TRUE(subscriptions);
  EXPECT_EQ(*subscriptions, (std::vector<store::Item>{{"subscription", "1", "again", 1000s}}));
}

TEST(Database, AFileOfTheFirstSchemaIsTakenOver) {
  File file;
  Database{file.path}.version();
  query(file.path, "DROP TABLE item");
  query(file.path, "DROP TABLE ban");
  query(file.path, "DELETE FROM schema_version WHERE version > 1");
  Database newer{file.path};
  ASSERT_TRUE(newer.apply(changes({store::Item{"k", "1", "v", 1000s}})));
  const auto items = newer.load_items("k", 0s);
  ASSERT_TRUE(items);
  EXPECT_EQ(items->size(), 1U);
}

TEST(Database, SavingReplacesAndRemovingRemovesOne) {
  File file;
  Database database{file.path};
  ASSERT_TRUE(database.apply(changes({binding("a@x", "1", 1000s), binding("a@x", "2", 1000s)})));
  ASSERT_TRUE(database.apply(changes({binding("a@x", "1", 9000s), store::BindingName{"a@x", "2"}})));
  const auto loaded = database.load_bindings(0s);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1U);
  EXPECT_EQ(loaded->front().expires_at, 9000s);
}

// A child commits, says so, and is killed without a chance to close anything.
TEST(Database, REG_08_KillNineLosesNothingThatWasCommitted) {
  File file;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    Database database{file.path};
    const bool done = database.apply(changes({binding("a@x", "1", 1000s)})).has_value();
    [[maybe_unused]] const auto written = write(ready[1], done ? "y" : "n", 1);
    pause();
    _exit(1);
  }
  char told = 0;
  ASSERT_EQ(read(ready[0], &told, 1), 1);
  EXPECT_EQ(told, 'y');
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  Database after{file.path};
  const auto loaded = after.load_bindings(0s);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->size(), 1U);
}

TEST(Database, ARecordMakesItsTableAndWidensIt) {
  File file;
  Database database{file.path};
  ASSERT_TRUE(database.apply(changes({store::Record{"cdr", {{"uuid", "u1"}, {"duration", "12"}}}})));
  ASSERT_TRUE(database.apply(changes({store::Record{"cdr", {{"uuid", "u2"}, {"hangup_cause", "NORMAL_CLEARING"}}}})));
  EXPECT_EQ(query(file.path, "SELECT uuid || ':' || coalesce(duration, '-') || ':' || coalesce(hangup_cause, '-') FROM cdr"),
            "u1:12:- u2:-:NORMAL_CLEARING");
}

TEST(Database, ColumnNamesAreNothingButNames) {
  File file;
  Database database{file.path};
  const std::string evil = "x\" TEXT); DROP TABLE binding; --";
  ASSERT_TRUE(database.apply(changes({store::Record{"cdr", {{evil, "'); DROP TABLE binding; --"}, {"Uuid", "1"}, {"uuid", "2"}}}})));
  EXPECT_EQ(query(file.path, "SELECT uuid FROM cdr"), "1");  // columns are compared without case: the first counts
  EXPECT_TRUE(database.load_bindings(0s));
}

TEST(Database, ARecordCannotReachTheTablesOfTheRegistrar) {
  File file;
  Database database{file.path};
  ASSERT_TRUE(database.apply(changes({store::Record{"binding", {{"aor", "x"}}}, binding("a@x", "1", 1000s)})));
  const auto loaded = database.load_bindings(0s);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->size(), 1U);
}

TEST(Database, ColumnsBeyondTheLimitAreLeftOut) {
  File file;
  Database database{file.path};
  store::Record record;
  for (std::size_t i = 0; i < store::record_columns_max + 20; ++i) record.columns.add("c" + std::to_string(i), "v");
  ASSERT_TRUE(database.apply(changes({record})));
  EXPECT_EQ(query(file.path, "SELECT count(*) FROM pragma_table_info('cdr')"), std::to_string(store::record_columns_max));
}

TEST(Database, AFolderThatIsNotThereIsAwayUntilItIs) {
  File file;
  const auto path = (file.folder / "later" / "test.db").string();
  Database database{path};
  const auto first = database.apply(changes({binding("a@x", "1", 1000s)}));
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error(), Fault::away);
  std::filesystem::create_directories(file.folder / "later");
  EXPECT_TRUE(database.apply(changes({binding("a@x", "1", 1000s)})));
}

TEST(Database, AFileThatIsNoDatabaseIsDamaged) {
  File file;
  std::ofstream{file.path} << std::string(5000, 'x');
  Database database{file.path};
  const auto loaded = database.load_bindings(0s);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error(), Fault::damaged);
}

TEST(Database, ALockedDatabaseIsBusyAndNothingIsHalfDone) {
  File file;
  Database database{file.path};
  database.version();
  sqlite3* other = nullptr;
  sqlite3_open(file.path.c_str(), &other);
  sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  const auto locked = database.apply(changes({binding("a@x", "1", 1000s)}));
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error(), Fault::busy);
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_TRUE(database.apply(changes({binding("a@x", "1", 1000s)})));
}

TEST(Database, ATransactionThatIsRolledBackFailsAsAWhole) {
  File file;
  Database database{file.path};
  database.version();
  query(file.path, "CREATE TRIGGER boom BEFORE INSERT ON binding WHEN new.aor = 'boom@x' BEGIN SELECT RAISE(ROLLBACK, 'boom'); END");
  // As a full disk does: SQLite ends the transaction by itself.
  EXPECT_FALSE(database.apply(changes({binding("a@x", "1", 1000s), binding("boom@x", "1", 1000s)})));
  const auto loaded = database.load_bindings(0s);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->empty());
}

TEST(Database, SeveralThreadsShareIt) {
  File file;
  Database database{file.path};
  constexpr int thread_count = 4;
  std::vector<std::thread> threads;
  threads.reserve(thread_count);
  for (int t = 0; t < thread_count; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i)
        EXPECT_TRUE(database.apply(changes({binding("u" + std::to_string(t) + "@x", std::to_string(i), 1000s)})));
    });
  for (auto& thread : threads) thread.join();
  const auto loaded = database.load_bindings(0s);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->size(), 80U);
}
