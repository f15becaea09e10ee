#include "base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/log.h"

namespace flanmoe {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr int kBarWidth = 20;

size_t terminal_width() {
  winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(double share) {
  const int filled = static_cast<int>(std::clamp(share, 0.0, 1.0) * kBarWidth);
  return fmt::format("[{}{}] ", std::string(filled, '='), std::string(kBarWidth - filled, ' '));
}

void draw(const std::string& text) {
  // A line longer than the terminal would wrap, and the next drawing would leave its first half behind.
  const std::string fitted = text.substr(0, terminal_width() - 1);
  fmt::print(stderr, "\r\033[K{}", fitted);
  std::fflush(stderr);
}

}  // namespace

Progress::Progress(std::string label, int64_t total, std::string unit, double interval_seconds)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      interval_(interval_seconds),
      terminal_(::isatty(STDERR_FILENO) == 1),
      quiet_(!log_enabled(LogLevel::kInfo)) {}

Progress::~Progress() {
  if (terminal_ && !quiet_ && first_done_ >= 0) fmt::print(stderr, "\r\033[K");
}

void Progress::update(int64_t done, const std::string& detail) {
  if (quiet_) return;
  if (first_done_ < 0) {
    first_done_ = done;
    since_start_.restart();
  }
  if (since_print_.seconds() < (terminal_ ? kRedrawSeconds : interval_)) return;
  since_print_.restart();
  if (terminal_) {
    draw(bar(total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 0.0) + line(done, detail));
  } else {
    log_text(LogLevel::kInfo, line(done, detail));
  }
}

void Progress::finish(const std::string& detail) {
  if (quiet_) return;
  const std::string taken = format_duration(since_start_.seconds());
  log_text(LogLevel::kInfo, fmt::format("{}: done in {}{}{}", label_, taken, detail.empty() ? "" : ", ", detail));
}

std::string Progress::line(int64_t done, const std::string& detail) const {
  std::string text = total_ > 0 ? fmt::format("{}: {} {}/{} ({}%)", label_, unit_, done, total_, 100 * done / total_)
                                : fmt::format("{}: {} {}", label_, unit_, done);
  if (!detail.empty()) text += ", " + detail;
  if (done > first_done_ && done < total_) {
    const double per_unit = since_start_.seconds() / static_cast<double>(done - first_done_);
    text += ", ETA " + format_duration(per_unit * static_cast<double>(total_ - done));
  }
  return text;
}

std::string format_duration(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string format_count(double value) {
  const double size = std::abs(value);
  if (size < 999.5) return fmt::format("{:.0f}", value);
  if (size < 999.95e3) return fmt::format("{:.1f}k", value / 1e3);
  if (size < 999.995e6) return fmt::format("{:.2f}M", value / 1e6);
  return fmt::format("{:.2f}B", value / 1e9);
}

}  // namespace flanmoe
