// record/recorder.h - writes a record of every leg that ends: to the database, and to a file as lines of a template.
#pragma once
#include <memory>
#include <string>

#include "call/switch.h"
#include "record/call_record.h"
#include "record/csv_file.h"
#include "store/write_behind.h"

namespace record {

class Recorder : public call::Observer {
 public:
  /// Either may be null.
  Recorder(std::unique_ptr<store::CallRecords> database, std::unique_ptr<CsvFile> file, std::string_view csv_template)
      : database_{std::move(database)}, file_{std::move(file)}, template_{csv_template} {}

  void on_hangup(const call::Leg& leg) override;

 private:
  std::unique_ptr<store::CallRecords> database_;
  std::unique_ptr<CsvFile> file_;
  LineTemplate template_;
};

}  // namespace record
