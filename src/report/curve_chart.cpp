#include "report/curve_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "report/html.h"
#include "report/svg.h"

namespace flanmoe::report {
namespace {

constexpr double kTop = 8.0, kBottom = 268.0, kHeight = 312.0, kLeastLeft = 42.0;
constexpr size_t kFewPoints = 20;   // few enough to mark each
constexpr size_t kFewestToCut = 6;  // of fewer points none is spared
constexpr double kLabelGap = 15.0;
constexpr double kBold = 1.13;  // a bold letter over a plain one

// 1500000 -> "1.5 M", without noughts at the end.
std::string short_metric(double value) {
  std::string text = metric(value);
  const size_t point = text.find('.');
  if (point == std::string::npos) return text;
  const size_t end = text.find("\u00a0", point), last = text.find_last_not_of("0", end - 1);
  return text.erase(last == point ? point : last + 1, end - (last == point ? point : last + 1));
}

std::optional<std::pair<double, double>> last_value(const Curve& curve) {
  const auto found = std::find_if(curve.points.rbegin(), curve.points.rend(),
                                  [](const auto& point) { return std::isfinite(point.second); });
  return found == curve.points.rend() ? std::nullopt : std::optional(*found);
}

class Drawing {
 public:
  explicit Drawing(const CurveChart& chart) : chart_(chart) {}

  std::string draw() {
    if (!find_range()) return "";
    Svg svg(kChartWidth, kHeight, chart_.description);
    draw_y_axis(svg);
    draw_tokens_axis(svg);
    for (const Curve& curve : chart_.curves) draw_curve(svg, curve);
    draw_labels(svg);
    return svg.str();
  }

 private:
  bool find_range() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    double first = kInfinity, last = -kInfinity, low = kInfinity, high = -kInfinity, widest = 0.0;
    for (const Curve& curve : chart_.curves) {
      const auto end = last_value(curve);
      if (!end) continue;
      first = std::min(first, curve.points.front().first);
      last = std::max(last, end->first);
      widest = std::max(widest, kBold * text_width(curve.label));
    }
    if (first > last) return false;
    const bool is_cut =
        chart_.cut_start && std::any_of(chart_.curves.begin(), chart_.curves.end(),
                                        [](const Curve& curve) { return curve.points.size() >= kFewestToCut; });
    const double start = is_cut ? first + 0.05 * (last - first) : first;
    for (const Curve& curve : chart_.curves) {
      for (const auto& [x, y] : curve.points) {
        if (!std::isfinite(y)) continue;
        low = std::min(low, y);
        if (x >= start || x == last) high = std::max(high, y);
      }
    }
    const double margin = std::max(0.04 * (high - low), room_around(low, high));
    constexpr double kWidestLabel = 170.0;
    y_ = {low - margin, high + margin, kBottom, kTop};
    x_ = {0.0, last > 0.0 ? last : 1.0, left_of_numbers(), kChartWidth - std::min(widest + 14.0, kWidestLabel)};
    return true;
  }

  double left_of_numbers() const {
    const Ticks ticks = round_ticks(y_.low, y_.high, 5);
    double widest = 0.0;
    for (const double value : ticks.values) widest = std::max(widest, text_width(fixed(value, ticks.decimals)));
    return std::max(kLeastLeft, widest + 10.0);
  }

  void draw_y_axis(Svg& svg) const {
    const Ticks ticks = round_ticks(y_.low, y_.high, 5);
    for (const double value : ticks.values) {
      svg.line(x_.from, y_(value), x_.to, y_(value), R"(class="grid")");
      svg.text(x_.from - 6.0, y_(value) + 4.0, fixed(value, ticks.decimals), Anchor::kEnd, R"(class="tick")");
    }
  }

  void draw_tokens_axis(Svg& svg) const {
    svg.line(x_.from, kBottom, x_.to, kBottom, R"(class="zero")");
    for (const double value : round_ticks(x_.low, x_.high, 4).values) {
      svg.line(x_(value), kBottom, x_(value), kBottom + 4.0, R"(class="zero")");
      svg.text(x_(value), kBottom + 18.0, short_metric(value), Anchor::kMiddle, R"(class="tick")");
    }
    svg.text((x_.from + x_.to) / 2.0, kBottom + 36.0, chart_.axis, Anchor::kMiddle, R"(class="axis")");
  }

  // The line within the frame: where it comes from above the frame's top it begins at the crossing.
  std::string line_of(const Curve& curve) const {
    std::string data;
    for (size_t i = 0; i < curve.points.size(); ++i) {
      const double x = x_(curve.points[i].first), y = y_(curve.points[i].second);
      if (!std::isfinite(y)) continue;
      const bool is_out = y < kTop, is_first = i == 0 || !std::isfinite(curve.points[i - 1].second);
      const double x0 = is_first ? x : x_(curve.points[i - 1].first),
                   y0 = is_first ? y : y_(curve.points[i - 1].second);
      const bool was_out = is_first ? is_out : y0 < kTop;
      if (is_out != was_out) {
        data += fmt::format("{}{:.1f} {:.1f}", was_out ? "M" : "L", x0 + (kTop - y0) / (y - y0) * (x - x0), kTop);
      }
      if (!is_out) data += fmt::format("{}{:.1f} {:.1f}", is_first ? "M" : "L", x, y);
    }
    return data;
  }

  void draw_curve(Svg& svg, const Curve& curve) const {
    const std::string data = line_of(curve);
    if (data.empty()) return;
    svg.open_group(curve.label);
    svg.path(data, fmt::format(R"(class="curve" stroke="{}")", curve.colour));
    for (const auto& [x, y] : curve.points) {
      if (curve.points.size() < kFewPoints && y_(y) >= kTop)
        svg.circle(x_(x), y_(y), 2.6, fmt::format(R"(fill="{}")", curve.colour));
    }
    svg.close_group();
  }

  struct Label {
    const Curve* curve;
    double x, end, y;  // where the line ends, where its name stands
  };

  // Names stand at the ends of their lines, pushed apart where they would touch.
  void draw_labels(Svg& svg) const {
    std::vector<Label> labels;
    for (const Curve& curve : chart_.curves) {
      const auto last = last_value(curve);
      if (!last) continue;
      const double end = std::max(y_(last->second), kTop);
      labels.push_back({&curve, x_(last->first), end, end});
    }
    std::stable_sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.end < b.end; });
    for (size_t i = 1; i < labels.size(); ++i) labels[i].y = std::max(labels[i].y, labels[i - 1].y + kLabelGap);
    double limit = kBottom;
    for (size_t i = labels.size(); i-- > 0; limit = labels[i].y - kLabelGap) labels[i].y = std::min(labels[i].y, limit);
    for (const Label& label : labels) {
      svg.path(fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", label.x + 2.0, label.end, x_.to + 9.0, label.y),
               fmt::format(R"(fill="none" stroke="{}" stroke-width="0.8" stroke-opacity="0.6")", label.curve->colour));
      svg.text(x_.to + 11.0, label.y + 4.0, fitting(label.curve->label, (kChartWidth - x_.to - 11.0) / kBold),
               Anchor::kStart, fmt::format(R"(class="end" fill="{}")", label.curve->colour));
    }
  }

  const CurveChart& chart_;
  Scale x_, y_;
};

}  // namespace

std::string draw_curve_chart(const CurveChart& chart) { return Drawing(chart).draw(); }

}  // namespace flanmoe::report
