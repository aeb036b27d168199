#include "record/csv_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <deque>
#include <filesystem>

#include "base/log.h"
#include "base/metrics.h"

namespace record {

namespace {
const base::metrics::Counter lines_lost{"ahoy_cdr_lines_lost_total", "Call record lines that could not be written"};
}

/// The shard adds to `waiting`; the offload thread owns what it was given.
struct CsvFile::Shared {
  std::string path;
  std::deque<std::string> waiting;
  bool writing = false;

  static bool write_out(const std::string& path, const std::string& text) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), error);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0) return false;
    const auto written = ::write(fd, text.data(), text.size());
    ::close(fd);
    return written == static_cast<ssize_t>(text.size());
  }
  std::string take_text() {
    std::string text;
    for (const auto& line : waiting) text.append(line).append("\n");
    return text;
  }
};

CsvFile::CsvFile(io::Shard& shard, std::string path)
    : shard_{shard}, shared_{std::make_shared<Shared>()}, timer_{[this] { flush(); }} {
  shared_->path = std::move(path);
}

CsvFile::~CsvFile() {
  if (!shared_->waiting.empty() && !Shared::write_out(shared_->path, shared_->take_text()))
    base::log::error("record", "{} call records could not be written to {}", shared_->waiting.size(), shared_->path);
}

void CsvFile::add(std::string line) {
  auto& waiting = shared_->waiting;
  if (waiting.size() >= lines_max) {
    waiting.pop_front();
    lines_lost.add();
  }
  waiting.push_back(std::move(line));
  if (!timer_.running()) timer_.start(shard_.timers(), shard_.now() + flush_interval);
}

void CsvFile::flush() {
  if (shared_->waiting.empty() || shared_->writing) return;
  shared_->writing = true;
  const std::size_t lines = shared_->waiting.size();
  auto good = std::make_shared<bool>(false);
  const bool queued = shard_.offload(
      [path = shared_->path, text = shared_->take_text(), good] { *good = Shared::write_out(path, text); },
      [shared = shared_, good, lines] {
        shared->writing = false;
        if (*good) shared->waiting.erase(shared->waiting.begin(), shared->waiting.begin() + static_cast<std::ptrdiff_t>(lines));
        else base::log::warn("record", "cannot write call records to {}; they wait", shared->path);
      });
  if (!queued) shared_->writing = false;
  timer_.start(shard_.timers(), shard_.now() + flush_interval);
}

}  // namespace record
