#include "base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "base/log.h"
#include "base/terminal.h"

namespace flanmoe {
namespace {

constexpr double kRedrawSeconds = 0.1;

void draw(const std::string& text) {
  fmt::print(stderr, "\r\033[K{}", text);
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
    draw(text(done, detail).fitted(terminal_width(STDERR_FILENO) - 1));
  } else {
    log_text(LogLevel::kInfo, text(done, detail).line());
  }
}

void Progress::finish(const std::string& detail) {
  if (quiet_) return;
  const std::string taken = format_duration(since_start_.seconds());
  log_text(LogLevel::kInfo, fmt::format("{}: done in {}{}{}", label_, taken, detail.empty() ? "" : ", ", detail));
}

ProgressText Progress::text(int64_t done, const std::string& detail) const {
  ProgressText text;
  text.share = total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 0.0;
  text.label = label_;
  text.place = total_ > 0 ? fmt::format("{} {}/{} ({}%)", unit_, done, total_, 100 * done / total_)
                          : fmt::format("{} {}", unit_, done);
  text.detail = detail;
  if (done > first_done_ && done < total_) {
    const double per_unit = since_start_.seconds() / static_cast<double>(done - first_done_);
    text.eta = "ETA " + format_duration(per_unit * static_cast<double>(total_ - done));
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
