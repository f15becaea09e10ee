#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <mutex>

#include "base/error.h"

namespace flanmoe {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

struct LevelStyle {
  const char* name;     // behind the clock, in a file
  const char* opening;  // of a line on a terminal
  const char* colour;
};
constexpr std::array<LevelStyle, 4> kStyles = {{{"debug", "flanmoe: debug: ", "\033[2m"},
                                                {"info", "", ""},
                                                {"warn", "flanmoe: warning: ", "\033[33m"},
                                                {"error", "flanmoe: error: ", "\033[31m"}}};

std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  localtime_r(&now, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string terminal_line(const LevelStyle& style, std::string_view text) {
  const char* no_colour = std::getenv("NO_COLOR");
  const bool coloured = (no_colour == nullptr || *no_colour == '\0') && *style.colour != '\0';
  return fmt::format("\r\033[K{}{}{}{}\n",  // wipes a progress bar
                     coloured ? style.colour : "", style.opening, text, coloured ? "\033[0m" : "");
}

std::string file_line(const LevelStyle& style, std::string_view text) {
  return fmt::format("{} {:<5} {}\n", local_time(), style.name, text);
}

}  // namespace

void set_log_level(LogLevel level) { g_level = level; }

bool log_enabled(LogLevel level) { return level != LogLevel::kOff && level >= g_level; }

void log_text(LogLevel level, std::string_view text) {
  if (!log_enabled(level)) return;
  const LevelStyle& style = kStyles[static_cast<size_t>(level)];
  const std::string shown = printable(text, true);  // names of files and texts of strangers do not steer the terminal
  const std::string line = ::isatty(STDERR_FILENO) == 1 ? terminal_line(style, shown) : file_line(style, shown);
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  // One call, so that lines of several processes do not mix. A log that cannot be written stops nothing.
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace flanmoe
