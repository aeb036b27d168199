// record/csv_file.h - call records as lines of a text file, written off the shard in batches.
#pragma once
#include <memory>
#include <string>

#include "io/port.h"

namespace record {

/// One file for all shards: every batch is appended by one write, which the kernel keeps whole.
class CsvFile {
 public:
  /// Lines that wait when the disk does not take them; older ones go first.
  static constexpr std::size_t lines_max = 100'000;
  static constexpr base::Duration flush_interval = std::chrono::milliseconds{250};

  CsvFile(io::Shard& shard, std::string path);
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;
  /// Writes what is left, on this thread: the shard has stopped.
  ~CsvFile();

  void add(std::string line);

 private:
  struct Shared;
  void flush();

  io::Shard& shard_;
  std::shared_ptr<Shared> shared_;
  io::Timer timer_;
};

}  // namespace record
