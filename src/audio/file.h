// audio/file.h - sound files through libsndfile: any rate and number of channels in, 16-bit PCM out.
//
// The extension decides about files without a header: .PCMU .ul .ulaw .PCMA .al .alaw (8 kHz G.711) and .raw .sln
// .r8 .r16 .r24 .r32 .r48 (16-bit little-endian). Anything else is recognised by its content.
// Cost    disk; never call on a shard that carries calls unless the file is small and in the page cache.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "audio/resampler.h"
#include "audio/source.h"

struct sf_private_tag;

namespace audio {

inline constexpr std::uint32_t min_rate = 4'000;
inline constexpr std::uint32_t max_rate = 192'000;
inline constexpr int max_channels = 8;

enum class FileError : std::uint8_t { not_found, not_audio, cannot_create, bad_format };
std::string_view text(FileError error);

struct CloseSoundFile {
  void operator()(sf_private_tag* file) const;
};
using SoundFile = std::unique_ptr<sf_private_tag, CloseSoundFile>;

/// Plays a file as mono at `rate`; channels are averaged.
class FileSource final : public Source {
 public:
  static base::Result<std::unique_ptr<FileSource>, FileError> open(const std::string& path, std::uint32_t rate,
                                                                   std::uint64_t start_sample = 0);
  std::size_t read(std::span<std::int16_t> frame) override;
  /// In samples at the playing rate; 0 when unknown.
  std::uint64_t length() const { return length_; }
  /// Forwards or backwards; beyond the end is the end.
  void seek(std::uint64_t sample);

 private:
  FileSource(SoundFile file, std::uint32_t file_rate, int channels, std::uint64_t frames, std::uint32_t rate);
  void fill();

  SoundFile file_;
  std::uint32_t file_rate_;
  std::uint32_t rate_;
  int channels_;
  std::uint64_t length_;
  Resampler resampler_;
  std::vector<std::int16_t> ready_;
  std::size_t taken_ = 0;
  bool at_end_ = false;
};

/// A whole file in memory, at most `max_samples`.
base::Result<Clip, FileError> load_clip(const std::string& path, std::uint32_t rate, std::size_t max_samples);

/// Writes mono or interleaved stereo. The header is brought up to date every few seconds, so that a file survives
/// a crash of the writer; close() or the destructor finishes it. Missing directories are made.
class FileWriter {
 public:
  static constexpr std::uint32_t header_update_seconds = 5;

  /// `append` continues an existing file of the same format.
  static base::Result<FileWriter, FileError> create(const std::string& path, std::uint32_t rate, int channels = 1,
                                                    bool append = false);
  /// Interleaved samples; false when the disk refuses.
  bool write(std::span<const std::int16_t> samples);
  void close();
  /// Sample frames in the file.
  std::uint64_t frames() const { return frames_; }
  std::uint32_t rate() const { return rate_; }

 private:
  FileWriter(SoundFile file, std::uint32_t rate, int channels, std::uint64_t frames)
      : file_{std::move(file)}, rate_{rate}, channels_{channels}, frames_{frames} {}
  SoundFile file_;
  std::uint32_t rate_;
  int channels_;
  std::uint64_t frames_;
  std::uint64_t since_update_ = 0;
};

}  // namespace audio
