// record/record_test.cc - templates of call records, stamps, the CSV file.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/metrics.h"
#include "record/call_record.h"
#include "record/csv_file.h"
#include "sim/world.h"

using namespace std::chrono_literals;

namespace {

std::string content(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

TEST(CallRecord, ATemplateTakesColumnsThenVariablesAndDoublesQuotes) {
  record::CallRecord record;
  record.uuid = "u-1";
  record.caller_id_name = "the \"boss\"";
  const auto columns = record.columns();
  call::Variables variables{{"accountcode", "sales"}};
  const record::LineTemplate line{R"("${uuid}","${caller_id_name}","${accountcode}","${nothing}",${open)"};
  EXPECT_EQ(line.fill(columns, variables), R"("u-1","the ""boss""","sales","",${open)");
}

TEST(CallRecord, LineEndsInAValueCannotForgeALine) {
  record::CallRecord record;
  record.caller_id_name = "a\r\nb";
  EXPECT_EQ(record::LineTemplate{"${caller_id_name}"}.fill(record.columns(), {}), "ab");
}

TEST(CallRecord, QualityIsWrittenWithItsDecimals) {
  record::CallRecord record;
  record.media.jitter = 1'449us;
  record.media.round_trip = 20ms;
  record.media.mos = 4.405;
  const record::LineTemplate line{"${rtp_jitter_ms} ${rtp_round_trip_ms} ${rtp_mos}"};
  EXPECT_EQ(line.fill(record.columns(), {}), "1.4 20.0 4.41");
  record.media = {};
  EXPECT_EQ(record::LineTemplate{"${rtp_jitter_ms},${rtp_round_trip_ms}"}.fill(record.columns(), {}), "0.0,");
}

TEST(CallRecord, StampsAreUtc) {
  EXPECT_EQ(record::stamp(call::WallTime{sim::World::epoch}), "2026-11-23 09:00:00");
  EXPECT_EQ(record::stamp({}), "");
}

TEST(CsvFile, LinesAreWrittenInBatchesAndTheRestAtTheEnd) {
  const auto path = (std::filesystem::temp_directory_path() / "ahoy-csv-test" / "Master.csv").string();
  std::filesystem::remove(path);
  sim::World world{1};
  auto& host = world.add_host("a", {base::Ip::v4(10, 0, 0, 1)});
  {
    record::CsvFile file{host.shard(), path};
    file.add("one");
    file.add("two");
    EXPECT_FALSE(std::filesystem::exists(path));
    world.run_for(1s);
    EXPECT_EQ(content(path), "one\ntwo\n");
    file.add("three");
  }
  EXPECT_EQ(content(path), "one\ntwo\nthree\n");
  std::filesystem::remove_all(std::filesystem::path{path}.parent_path());
}

TEST(CsvFile, WhatCannotBeWrittenWaitsUpToItsLimit) {
  sim::World world{1};
  auto& host = world.add_host("a", {base::Ip::v4(10, 0, 0, 1)});
  record::CsvFile file{host.shard(), "/proc/ahoy/none.csv"};
  for (std::size_t i = 0; i < record::CsvFile::lines_max + 10; ++i) file.add("x");
  world.run_for(1s);
  EXPECT_GT(base::metrics::value("ahoy_cdr_lines_lost_total"), 0);
}
