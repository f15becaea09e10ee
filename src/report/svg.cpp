#include "report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "report/html.h"

namespace flanmoe::report {
namespace {

// Places to a tenth of a unit: small files, and the same bytes on every machine.
std::string place(double value) {
  FLANMOE_ASSERT(std::isfinite(value));
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

// Whether a byte of UTF-8 goes on with a letter that an earlier one began.
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

double Scale::operator()(double value) const {
  return high == low ? from : from + (value - low) / (high - low) * (to - from);
}

Ticks round_ticks(double low, double high, int count) {
  FLANMOE_ASSERT(std::isfinite(low) && std::isfinite(high) && low < high && count > 0);
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double step = power * (rough / power <= 1.0   ? 1.0
                               : rough / power <= 2.0 ? 2.0
                               : rough / power <= 5.0 ? 5.0
                                                      : 10.0);
  Ticks ticks;
  ticks.decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 9);
  const double slack = 1e-9 * (high - low);
  for (double i = std::ceil((low - slack) / step); i * step <= high + slack; i += 1.0) ticks.values.push_back(i * step);
  return ticks;
}

double room_around(double low, double high) {
  const double size = std::max(std::abs(low), std::abs(high));
  return high - low > 1e-6 + 1e-9 * size ? 0.0 : 0.5 + 1e-6 * size;
}

Svg::Svg(double width, double height, std::string_view description)
    : width_(width), height_(height), description_(escape(description)) {}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>\n", place(x1), place(y1), place(x2),
                       place(y2), style);
}

void Svg::rect(double x, double y, double width, double height, std::string_view style) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>\n", place(x), place(y), place(width),
                       place(height), style);
}

void Svg::circle(double x, double y, double radius, std::string_view style) {
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {}/>\n", place(x), place(y), place(radius), style);
}

void Svg::path(const std::string& data, std::string_view style) {
  body_ += fmt::format("<path d=\"{}\" {}/>\n", data, style);
}

void Svg::text(double x, double y, std::string_view text, Anchor anchor, std::string_view style) {
  const char* where = anchor == Anchor::kStart    ? ""
                      : anchor == Anchor::kMiddle ? " text-anchor=\"middle\""
                                                  : " text-anchor=\"end\"";
  body_ += fmt::format("<text x=\"{}\" y=\"{}\"{}{}{}>{}</text>\n", place(x), place(y), where, style.empty() ? "" : " ",
                       style, escape(text));
}

void Svg::open_group(std::string_view tooltip) { body_ += fmt::format("<g><title>{}</title>\n", escape(tooltip)); }

void Svg::close_group() { body_ += "</g>\n"; }

std::string Svg::str() const {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n", place(width_),
                     place(height_), description_, body_);
}

double text_width(std::string_view text) {
  constexpr double kPerLetter = 7.0;
  return kPerLetter *
         static_cast<double>(text.size() - static_cast<size_t>(std::count_if(text.begin(), text.end(), continues)));
}

std::string fitting(std::string_view text, double width) {
  constexpr std::string_view kDots = "…";
  if (text_width(text) <= width) return std::string(text);
  while (!text.empty() && text_width(text) + text_width(kDots) > width) {
    size_t last = text.size() - 1;
    while (last > 0 && continues(text[last])) --last;
    text = text.substr(0, last);
  }
  while (text.ends_with(' ') || text.ends_with(',')) text.remove_suffix(1);
  return std::string(text) + std::string(kDots);
}

void draw_x_axis(Svg& svg, const Scale& scale, double top, double bottom, const std::string& label) {
  const Ticks ticks = round_ticks(scale.low, scale.high, 5);
  for (const double value : ticks.values) {
    const bool is_zero = std::abs(value) < 1e-12;
    svg.line(scale(value), top, scale(value), bottom, is_zero ? R"(class="zero")" : R"(class="grid")");
    svg.text(scale(value), bottom + 16.0, fixed(value, ticks.decimals), Anchor::kMiddle, R"(class="tick")");
  }
  svg.text((scale.from + scale.to) / 2.0, bottom + 34.0, label, Anchor::kMiddle, R"(class="axis")");
}

}  // namespace flanmoe::report
