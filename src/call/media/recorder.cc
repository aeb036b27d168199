#include "call/media/recorder.h"

#include <algorithm>

#include "audio/file.h"

namespace call {

namespace {
std::size_t samples_in(base::Duration time, std::uint32_t rate_hz) {
  return static_cast<std::size_t>(time.count() / 1'000) * rate_hz / 1'000;
}
}  // namespace

FileSink::FileSink(io::Shard& shard, File file, std::function<void(bool)> on_closed)
    : shard_{shard}, file_{std::move(file)}, on_closed_{std::move(on_closed)} {}

FileSink::~FileSink() = default;

void FileSink::put(std::span<const std::int16_t> samples) {
  if (finished_ || failed_) return;
  waiting_.insert(waiting_.end(), samples.begin(), samples.end());
  if (waiting_.size() >= samples_in(backlog_max, file_.rate_hz)) failed_ = true;
  if (waiting_.size() >= samples_in(chunk, file_.rate_hz)) write();
}

void FileSink::finish() {
  if (finished_) return;
  finished_ = true;
  write();
}

void FileSink::write() {
  if (writing_ || closed_) return;
  writing_ = true;
  struct Work {
    std::vector<std::int16_t> samples;
    bool last;
    bool ok = true;
  };
  auto work = std::make_shared<Work>(Work{std::exchange(waiting_, {}), finished_, !failed_});
  auto run = [self = shared_from_this(), work] {
    if (!self->writer_ && work->ok) {
      auto created = audio::FileWriter::create(self->file_.path, self->file_.rate_hz, 1, self->file_.append);
      if (created) self->writer_ = std::make_unique<audio::FileWriter>(std::move(*created));
      work->ok = created.has_value();
    }
    if (work->ok) work->ok = self->writer_->write(work->samples);
    if (work->last || !work->ok) self->writer_.reset();
  };
  auto done = [self = shared_from_this(), work] {
    self->closed_ = work->last || !work->ok;
    self->written(work->ok);
  };
  if (shard_.offload(std::move(run), std::move(done))) return;
  // The pool is full. What was to be written waits for the next chunk; a last one is lost.
  writing_ = false;
  waiting_ = std::move(work->samples);
  if (!finished_) return;
  failed_ = closed_ = writing_ = true;
  shard_.post(shard_.id(), [self = shared_from_this()] { self->written(false); });
}

void FileSink::written(bool ok) {
  writing_ = false;
  failed_ = failed_ || !ok;
  if (closed_) {
    if (auto tell = std::exchange(on_closed_, nullptr)) tell(failed_);
  } else if (finished_) {
    write();
  }
}

Recorder::Recorder(io::Shard& shard, Options options, std::function<void(bool)> on_closed)
    : options_{std::move(options)},
      sink_{std::make_shared<FileSink>(shard, options_.file, std::move(on_closed))},
      silence_{options_.file.rate_hz, static_cast<double>(options_.silence_threshold)} {
  sink_->write();  // Makes the file: whoever records wants to know at once when it cannot be written.
}

Recorder::~Recorder() {
  sink_->forget();
  sink_->finish();
}

bool Recorder::put(std::span<const std::int16_t> frame, std::uint32_t rate_hz) {
  if (finished_) return false;
  if (rate_hz != options_.file.rate_hz) {
    if (from_hz_ != rate_hz) resampler_.emplace(from_hz_ = rate_hz, options_.file.rate_hz);
    frame_.clear();
    resampler_->push(frame, frame_);
    frame = frame_;
  }
  const auto limit = samples_in(options_.limit, options_.file.rate_hz);
  frame = frame.first(std::min<std::size_t>(frame.size(), limit - std::min<std::uint64_t>(samples_, limit)));
  sink_->put(frame);
  samples_ += frame.size();
  silence_.on_frame(frame);
  silence_exhausted_ = options_.silence_threshold > 0 && silence_.silent_for() >= options_.silence_limit;
  if (samples_ < limit && !silence_exhausted_ && !sink_->failed()) return true;
  finish();
  return false;
}

void Recorder::finish() {
  if (std::exchange(finished_, true)) return;
  sink_->finish();
}

}  // namespace call
