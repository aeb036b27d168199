// call/media/recorder.h - writes frames to a sound file behind the call: nothing here waits for a disk.
//
// Frames collect to chunks; each chunk is one piece of work of the offload pool, one at a time, so that they stay in
// order. What has been recorded is written to its end even when the call is gone.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/level.h"
#include "audio/resampler.h"
#include "io/port.h"

namespace audio {
class FileWriter;
}

namespace call {

/// A file that is written through the offload pool.
class FileSink : public std::enable_shared_from_this<FileSink> {
 public:
  static constexpr base::Duration chunk = std::chrono::seconds{1};
  static constexpr base::Duration backlog_max = std::chrono::seconds{30};  ///< The disk is that far behind: given up.

  struct File {
    std::string path;
    std::uint32_t rate_hz = 8'000;
    bool append = false;
  };
  /// `on_closed(failed)`: the file is complete; never called from inside put() or finish().
  FileSink(io::Shard& shard, File file, std::function<void(bool)> on_closed);
  ~FileSink();

  void put(std::span<const std::int16_t> samples);
  void finish();
  /// Nobody waits any more.
  void forget() { on_closed_ = nullptr; }
  bool failed() const { return failed_; }

 private:
  friend class Recorder;
  void write();
  void written(bool ok);

  io::Shard& shard_;
  const File file_;
  std::function<void(bool)> on_closed_;
  std::vector<std::int16_t> waiting_;
  std::unique_ptr<audio::FileWriter> writer_;  // touched by the piece of work that is under way only
  bool writing_ = false, finished_ = false, failed_ = false, closed_ = false;
};

/// One recording: limit, silence, figures.
class Recorder {
 public:
  struct Options {
    FileSink::File file;
    base::Duration limit;
    std::uint32_t silence_threshold = 0;
    base::Duration silence_limit{};
  };
  Recorder(io::Shard& shard, Options options, std::function<void(bool)> on_closed);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  /// False: it is over (limit, silence, or the disk refuses); finish() has been called.
  bool put(std::span<const std::int16_t> frame, std::uint32_t rate_hz);
  void finish();

  std::uint64_t samples() const { return samples_; }
  std::uint32_t rate_hz() const { return options_.file.rate_hz; }
  bool silence_exhausted() const { return silence_exhausted_; }
  bool finished() const { return finished_; }

 private:
  Options options_;
  std::shared_ptr<FileSink> sink_;
  audio::SilenceDetector silence_;
  std::optional<audio::Resampler> resampler_;
  std::uint32_t from_hz_ = 0;
  std::vector<std::int16_t> frame_;
  std::uint64_t samples_ = 0;
  bool silence_exhausted_ = false;
  bool finished_ = false;
};

}  // namespace call
