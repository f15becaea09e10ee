// Logging to stderr (results go to stdout). Levels debug, info, warn, error. On a terminal a line is its text, behind
// "flanmoe: error: " or "flanmoe: warning: ", in colour without NO_COLOR; in a file or pipe it begins with the clock
// and the level.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace flanmoe {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };

void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);  // whether a text of this level is shown
void log_text(LogLevel level, std::string_view text);

template <class... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_text(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_warn(fmt::format_string<Args...> format, Args&&... args) {
  log_text(LogLevel::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  log_text(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace flanmoe
