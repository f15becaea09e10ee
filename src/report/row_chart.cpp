#include "report/row_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "report/html.h"
#include "report/svg.h"

namespace flanmoe::report {
namespace {

constexpr double kValueRoom = 52.0;  // left and right of the plot, for the numbers beside the dots
constexpr double kCompactGutter = 84.0;
constexpr double kAxisHeight = 42.0;
constexpr double kKeyHeight = 26.0;

class Drawing {
 public:
  explicit Drawing(const RowChart& chart) : chart_(chart) {}

  std::string draw() {
    if (!find_range()) return "";
    double height = key_height() + kAxisHeight;
    for (const ChartRow& row : chart_.rows) height += row_height(row);
    Svg svg(kChartWidth, height, chart_.description);
    draw_x_axis(svg, scale_, key_height(), height - kAxisHeight, chart_.axis);
    if (key_height() > 0.0) draw_key(svg);
    double top = key_height();
    for (const ChartRow& row : chart_.rows) {
      draw_row(svg, row, top);
      top += row_height(row);
    }
    return svg.str();
  }

 private:
  bool has_two_lines(const ChartRow& row) const { return !chart_.arrows && row.before && row.after; }
  double key_height() const { return chart_.before_name.empty() ? 0.0 : kKeyHeight; }

  double row_height(const ChartRow& row) const {
    if (row.is_heading) return 26.0;
    if (chart_.compact) return 17.0;
    return has_two_lines(row) ? 58.0 : 44.0;
  }

  bool find_range() {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const ChartRow& row : chart_.rows) {
      for (const auto& value : {row.before, row.after}) {
        if (!value) continue;
        low = std::min({low, value->low, value->mean});
        high = std::max({high, value->high, value->mean});
      }
    }
    if (low > high) return false;
    if (chart_.with_zero) {
      low = std::min(low, 0.0);
      high = std::max(high, 0.0);
    }
    const double room = room_around(low, high);
    low -= chart_.with_zero && low == 0.0 ? 0.0 : room;
    high += room;
    const double left = chart_.compact ? kCompactGutter + (chart_.arrows ? 10.0 : 0.0) : kValueRoom;
    scale_ = {low, high, left, kChartWidth - kValueRoom};
    return true;
  }

  void draw_key(Svg& svg) const {
    const double y = 11.0;
    svg.circle(6.0, y - 4.0, 4.5, R"(class="dot" fill="#fff" stroke="#666")");
    svg.text(16.0, y, chart_.before_name, Anchor::kStart, R"(class="key")");
    const double x = 16.0 + text_width(chart_.before_name) + (chart_.arrows ? 30.0 : 22.0);
    if (chart_.arrows) svg.text(x - 14.0, y, "→", Anchor::kEnd, R"(class="key")");
    svg.circle(x - 4.0, y - 4.0, 5.0, R"(fill="#666")");
    svg.text(x + 6.0, y, chart_.after_name, Anchor::kStart, R"(class="key")");
  }

  void draw_row(Svg& svg, const ChartRow& row, double top) const {
    if (row.is_heading) {
      svg.text(0.0, top + 18.0, row.label, Anchor::kStart, fmt::format(R"(class="label" fill="{}")", row.colour));
      return;
    }
    svg.open_group(tooltip(row));
    if (chart_.compact) {
      svg.text(kCompactGutter - 14.0, top + 13.0, row.label, Anchor::kEnd, R"(class="tick")");
    } else {
      svg.text(0.0, top + 14.0, row.label, Anchor::kStart, fmt::format(R"(class="label" fill="{}")", row.colour));
    }
    const double y = chart_.compact ? top + 9.0 : top + 30.0;
    if (chart_.arrows && row.before && row.after) {
      draw_arrow(svg, row, y);
    } else {
      if (row.before) draw_dot(svg, *row.before, row.colour, y, true);
      if (row.after) draw_dot(svg, *row.after, row.colour, has_two_lines(row) ? y + 15.0 : y, false);
    }
    svg.close_group();
  }

  void draw_dot(Svg& svg, const Interval& value, const std::string& colour, double y, bool hollow) const {
    draw_whisker(svg, value, colour, y);
    draw_mark(svg, value, colour, y, hollow);
    if (chart_.compact) return;
    svg.text(std::max(scale_(value.high), scale_(value.mean) + 5.0) + 6.0, y + 4.5, shown(value.mean), Anchor::kStart,
             hollow ? R"(class="value")" : R"(class="value strong")");
  }

  void draw_whisker(Svg& svg, const Interval& value, const std::string& colour, double y) const {
    if (value.high <= value.low) return;
    const std::string style = fmt::format(R"(stroke="{}" stroke-width="1.5")", colour);
    svg.line(scale_(value.low), y, scale_(value.high), y, style);
    for (const double end : {value.low, value.high}) svg.line(scale_(end), y - 4.0, scale_(end), y + 4.0, style);
  }

  void draw_mark(Svg& svg, const Interval& value, const std::string& colour, double y, bool hollow) const {
    const double radius = (chart_.compact ? 3.6 : 5.0) - (hollow ? 0.4 : 0.0);
    svg.circle(scale_(value.mean), y, radius,
               hollow ? fmt::format(R"(fill="#fff" stroke="{}" stroke-width="1.8")", colour)
                      : fmt::format(R"(fill="{}")", colour));
  }

  void draw_arrow(Svg& svg, const ChartRow& row, double y) const {
    const Interval &from = *row.before, &to = *row.after;
    for (const Interval* one : {&from, &to}) {
      if (one->high > one->low) {
        svg.rect(scale_(one->low), y - 6.0, scale_(one->high) - scale_(one->low), 12.0,
                 fmt::format(R"(rx="3" fill="{}" fill-opacity="{}")", row.colour, one == &from ? "0.12" : "0.2"));
      }
    }
    svg.line(scale_(from.mean), y, scale_(to.mean), y,
             fmt::format(R"(stroke="{}" stroke-width="{}")", row.colour, chart_.compact ? 1.5 : 2.5));
    draw_arrow_head(svg, from.mean, to.mean, row.colour, y);
    draw_mark(svg, from, row.colour, y, true);
    draw_mark(svg, to, row.colour, y, false);
    if (chart_.compact) return;
    const bool rises = to.mean >= from.mean;
    const double left = std::min(scale_(std::min(from.low, to.low)), scale_(std::min(from.mean, to.mean)) - 5.0) - 6.0;
    const double right =
        std::max(scale_(std::max(from.high, to.high)), scale_(std::max(from.mean, to.mean)) + 5.0) + 6.0;
    svg.text(rises ? left : right, y + 4.5, shown(from.mean), rises ? Anchor::kEnd : Anchor::kStart,
             R"(class="value")");
    svg.text(rises ? right : left, y + 4.5, shown(to.mean), rises ? Anchor::kStart : Anchor::kEnd,
             R"(class="value strong")");
  }

  // In the middle of a long enough way, so that it stands clear of both dots.
  void draw_arrow_head(Svg& svg, double from, double to, const std::string& colour, double y) const {
    constexpr double kShortest = 30.0;
    const double way = scale_(to) - scale_(from);
    if (chart_.compact || std::abs(way) < kShortest) return;
    const double tip = scale_(from) + way / 2.0 + (way > 0.0 ? 5.0 : -5.0), back = tip - (way > 0.0 ? 9.0 : -9.0);
    svg.path(fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z", tip, y, back, y - 5.0, back, y + 5.0),
             fmt::format(R"(fill="{}")", colour));
  }

  std::string shown(double value) const {
    return chart_.sign ? with_sign(value, chart_.decimals) : fixed(value, chart_.decimals);
  }

  std::string tooltip(const ChartRow& row) const {
    std::string text = row.label;
    const auto add = [&](const std::string& name, const std::optional<Interval>& value) {
      if (!value) return;
      text += (name.empty() ? ": " : "; " + name + " ") + shown(value->mean);
      if (value->high > value->low) text += fmt::format(" [{}, {}]", shown(value->low), shown(value->high));
    };
    add(chart_.before_name, row.before);
    add(chart_.after_name, row.after);
    return text;
  }

  const RowChart& chart_;
  Scale scale_;
};

}  // namespace

std::string draw_row_chart(const RowChart& chart) { return Drawing(chart).draw(); }

}  // namespace flanmoe::report
