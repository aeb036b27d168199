// audio/file.cc - the only file that knows libsndfile.
#include "audio/file.h"

#include <sndfile.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.h"

namespace audio {

void CloseSoundFile::operator()(sf_private_tag* file) const { sf_close(file); }

std::string_view text(FileError error) {
  switch (error) {
    case FileError::not_found: return "no such file";
    case FileError::not_audio: return "not a sound file we can read";
    case FileError::cannot_create: return "the file cannot be created";
    case FileError::bad_format: return "the file's extension, rate or channels cannot be used";
  }
  return "unknown";
}

namespace {

/// How a file without a header is read and written, by its extension.
std::optional<SF_INFO> headerless(const std::string& path) {
  struct Row {
    std::string_view extension;
    int format, rate;
  };
  constexpr int linear = SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE;
  static constexpr Row rows[]{{".pcmu", SF_FORMAT_RAW | SF_FORMAT_ULAW, 8'000}, {".ul", SF_FORMAT_RAW | SF_FORMAT_ULAW, 8'000},
                              {".ulaw", SF_FORMAT_RAW | SF_FORMAT_ULAW, 8'000}, {".pcma", SF_FORMAT_RAW | SF_FORMAT_ALAW, 8'000},
                              {".al", SF_FORMAT_RAW | SF_FORMAT_ALAW, 8'000},   {".alaw", SF_FORMAT_RAW | SF_FORMAT_ALAW, 8'000},
                              {".raw", linear, 8'000},  {".sln", linear, 8'000},  {".r8", linear, 8'000},
                              {".r16", linear, 16'000}, {".r24", linear, 24'000}, {".r32", linear, 32'000},
                              {".r48", linear, 48'000}};
  const auto extension = std::filesystem::path{path}.extension().string();
  for (const auto& row : rows) {
    if (!base::same(row.extension, extension)) continue;
    SF_INFO info{};
    info.samplerate = row.rate;
    info.channels = 1;
    info.format = row.format;
    return info;
  }
  return std::nullopt;
}

bool usable(const SF_INFO& info) {
  return info.samplerate >= static_cast<int>(min_rate) && info.samplerate <= static_cast<int>(max_rate) &&
         info.channels >= 1 && info.channels <= max_channels;
}

}  // namespace

base::Result<std::unique_ptr<FileSource>, FileError> FileSource::open(const std::string& path, std::uint32_t rate,
                                                                      std::uint64_t start_sample) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return base::Unexpected<FileError>{FileError::not_found};
  auto info = headerless(path).value_or(SF_INFO{});
  SoundFile file{sf_open(path.c_str(), SFM_READ, &info)};
  if (!file) return base::Unexpected<FileError>{FileError::not_audio};
  if (!usable(info) || rate < min_rate || rate > max_rate) return base::Unexpected<FileError>{FileError::bad_format};
  const auto frames = static_cast<std::uint64_t>(std::max<sf_count_t>(info.frames, 0));
  std::unique_ptr<FileSource> source{
      new FileSource{std::move(file), static_cast<std::uint32_t>(info.samplerate), info.channels, frames, rate}};
  if (start_sample > 0) source->seek(start_sample);
  return source;
}

FileSource::FileSource(SoundFile file, std::uint32_t file_rate, int channels, std::uint64_t frames, std::uint32_t rate)
    : file_{std::move(file)}, file_rate_{file_rate}, rate_{rate}, channels_{channels},
      length_{frames * rate / file_rate}, resampler_{file_rate, rate} {}

void FileSource::fill() {
  constexpr std::size_t frames = 1'024;
  const auto channels = static_cast<std::size_t>(channels_);
  std::vector<std::int16_t> buffer(frames * channels);
  const auto got = sf_readf_short(file_.get(), buffer.data(), static_cast<sf_count_t>(frames));
  ready_.clear();
  taken_ = 0;
  if (got <= 0) {
    at_end_ = true;
    resampler_.flush(ready_);
    return;
  }
  std::vector<std::int16_t> mono(static_cast<std::size_t>(got));
  for (std::size_t i = 0; i < mono.size(); ++i) {
    int sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += buffer[i * channels + c];
    mono[i] = static_cast<std::int16_t>(sum / channels_);
  }
  resampler_.push(mono, ready_);
}

std::size_t FileSource::read(std::span<std::int16_t> frame) {
  std::size_t done = 0;
  while (done < frame.size()) {
    if (taken_ == ready_.size()) {
      if (at_end_) break;
      fill();
      continue;
    }
    const auto n = std::min(frame.size() - done, ready_.size() - taken_);
    std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(taken_), n, frame.begin() + static_cast<std::ptrdiff_t>(done));
    done += n;
    taken_ += n;
  }
  std::fill(frame.begin() + static_cast<std::ptrdiff_t>(done), frame.end(), std::int16_t{0});
  return done;
}

void FileSource::seek(std::uint64_t sample) {
  const auto target = static_cast<sf_count_t>(std::min(sample, length_) * file_rate_ / rate_);
  at_end_ = sf_seek(file_.get(), target, SEEK_SET) < 0;
  ready_.clear();
  taken_ = 0;
  resampler_ = Resampler{file_rate_, rate_};
}

base::Result<Clip, FileError> load_clip(const std::string& path, std::uint32_t rate, std::size_t max_samples) {
  auto source = FileSource::open(path, rate);
  if (!source) return base::Unexpected<FileError>{source.error()};
  return Clip{std::make_shared<const std::vector<std::int16_t>>(read_all(**source, max_samples))};
}

namespace {

bool means_wav(const std::string& path) {
  const auto extension = std::filesystem::path{path}.extension().string();
  return extension.empty() || base::same(extension, ".wav");
}

}  // namespace

base::Result<FileWriter, FileError> FileWriter::create(const std::string& path, std::uint32_t rate, int channels,
                                                       bool append) {
  if (rate < min_rate || rate > max_rate || channels < 1 || channels > 2) return base::Unexpected<FileError>{FileError::bad_format};
  std::error_code ignored;
  const auto parent = std::filesystem::path{path}.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, ignored);
  append = append && std::filesystem::exists(path, ignored);

  auto info = headerless(path).value_or(SF_INFO{});
  if (info.format == 0 && !means_wav(path)) return base::Unexpected<FileError>{FileError::bad_format};
  if (info.format == 0) info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  info.samplerate = static_cast<int>(rate);
  info.channels = channels;
  SoundFile file{sf_open(path.c_str(), append ? SFM_RDWR : SFM_WRITE, &info)};
  if (!file) return base::Unexpected<FileError>{FileError::cannot_create};
  if (info.samplerate != static_cast<int>(rate) || info.channels != channels) return base::Unexpected<FileError>{FileError::bad_format};
  const auto frames = append ? sf_seek(file.get(), 0, SEEK_END) : 0;
  return FileWriter{std::move(file), rate, channels, static_cast<std::uint64_t>(std::max<sf_count_t>(frames, 0))};
}

bool FileWriter::write(std::span<const std::int16_t> samples) {
  if (!file_) return false;
  const auto count = static_cast<sf_count_t>(samples.size()) / channels_;
  const auto written = sf_writef_short(file_.get(), samples.data(), count);
  frames_ += static_cast<std::uint64_t>(written);
  since_update_ += static_cast<std::uint64_t>(written);
  if (since_update_ >= std::uint64_t{rate_} * header_update_seconds) {
    since_update_ = 0;
    sf_command(file_.get(), SFC_UPDATE_HEADER_NOW, nullptr, 0);
  }
  return written == count;
}

void FileWriter::close() { file_.reset(); }

}  // namespace audio
