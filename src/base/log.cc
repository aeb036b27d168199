#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <ctime>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace base::log {

namespace {

std::atomic<Level> threshold{Level::info};
std::atomic<void (*)(Level, std::string_view)> observer{nullptr};

std::shared_ptr<spdlog::logger>& logger() {
  static auto instance = std::make_shared<spdlog::logger>("ahoy", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info:
    case Level::notice: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::critical: return spdlog::level::critical;
  }
  return spdlog::level::info;
}

/// As FreeSWITCH writes it: filters for its log (fail2ban's among them) read ours too.
std::string_view reference_name(Level level) {
  switch (level) {
    case Level::debug: return "DEBUG";
    case Level::info: return "INFO";
    case Level::notice: return "NOTICE";
    case Level::warning: return "WARNING";
    case Level::error: return "ERR";
    case Level::critical: return "CRIT";
  }
  return "INFO";
}

/// How much each source line said in the present second. Per thread: shards never wait for each other here.
struct Flood {
  std::time_t second = 0;
  std::uint32_t lines = 0;
  std::uint64_t left_out = 0;
};

struct Verdict {
  bool write;
  std::uint64_t left_out_before;
};

Verdict admit(const std::source_location& where) {
  thread_local std::unordered_map<std::uint64_t, Flood> floods;
  const auto key = reinterpret_cast<std::uint64_t>(where.file_name()) * 31 + where.line();
  auto& flood = floods[key];
  const std::time_t now = std::time(nullptr);
  Verdict verdict{true, 0};
  if (flood.second != now) {
    verdict.left_out_before = flood.left_out;
    flood = {now, 0, 0};
  }
  if (++flood.lines > lines_per_second_max) {
    ++flood.left_out;
    verdict.write = false;
  }
  return verdict;
}

}  // namespace

void configure(const Options& options) {
  std::vector<spdlog::sink_ptr> sinks;
  const auto colour = options.colour ? spdlog::color_mode::automatic : spdlog::color_mode::never;
  sinks.push_back(std::make_shared<spdlog::sinks::stderr_color_sink_mt>(colour));
  if (!options.file.empty()) sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file));
  auto fresh = std::make_shared<spdlog::logger>("ahoy", sinks.begin(), sinks.end());
  fresh->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%v%$");
  fresh->set_level(spdlog::level::debug);
  fresh->flush_on(spdlog::level::warn);
  logger() = std::move(fresh);
  set_level(options.level);
}

void set_level(Level level) { threshold.store(level, std::memory_order_relaxed); }
bool enabled(Level level) { return level >= threshold.load(std::memory_order_relaxed); }
void set_observer(void (*sink)(Level, std::string_view)) { observer.store(sink); }
void flush() { logger()->flush(); }

std::string_view name(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::notice: return "notice";
    case Level::warning: return "warning";
    case Level::error: return "error";
    case Level::critical: return "critical";
  }
  return "info";
}

void write(Level level, std::string_view room, std::string_view call, std::string_view text,
           const std::source_location& where) {
  const auto verdict = admit(where);
  if (!verdict.write) return;
  std::string finished = fmt::format("[{}] [{}]", reference_name(level), room);
  if (!call.empty()) fmt::format_to(std::back_inserter(finished), " {}", call);
  fmt::format_to(std::back_inserter(finished), " {}", text);
  if (verdict.left_out_before > 0)
    fmt::format_to(std::back_inserter(finished), " ({} lines like this were left out)", verdict.left_out_before);
  if (const auto sink = observer.load()) sink(level, finished);
  logger()->log(to_spdlog(level), "{}", finished);
}

}  // namespace base::log
