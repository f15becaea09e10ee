#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <mutex>

namespace flanmoe {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

struct LevelStyle {
  const char* name;
  const char* colour;
};
constexpr std::array<LevelStyle, 4> kStyles = {
    {{"debug", "\033[2m"}, {"info", ""}, {"warn", "\033[33m"}, {"error", "\033[31m"}}};

std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  localtime_r(&now, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

void set_log_level(LogLevel level) { g_level = level; }

bool log_enabled(LogLevel level) { return level != LogLevel::kOff && level >= g_level; }

void log_text(LogLevel level, std::string_view text) {
  if (!log_enabled(level)) return;
  const LevelStyle& style = kStyles[static_cast<size_t>(level)];
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const bool coloured = terminal && (no_colour == nullptr || *no_colour == '\0') && *style.colour != '\0';
  const std::string line =
      fmt::format("{}{}{} {:<5} {}{}\n", terminal ? "\r\033[K" : "",  // wipes a progress bar
                  coloured ? style.colour : "", local_time(), style.name, text, coloured ? "\033[0m" : "");
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  // One call, so that lines of several processes do not mix. A log that cannot be written stops nothing.
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace flanmoe
