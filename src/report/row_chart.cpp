#include "report/row_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "report/html.h"
#include "report/svg.h"

namespace flanmoe::report {
namespace {

// Left and right of the plot, for the numbers beside the dots.
constexpr double kLeastValueRoom = 52.0, kMostValueRoom = 96.0;
constexpr double kLeastGutter = 84.0, kMostGutter = 150.0, kGutterGap = 14.0;  // for the labels left of thin rows
constexpr double kBold = 1.13;                                                 // a bold letter over a plain one
constexpr double kAxisHeight = 42.0;
constexpr double kKeyHeight = 26.0, kLineLabelHeight = 17.0;

class Drawing {
 public:
  explicit Drawing(const RowChart& chart) : chart_(chart) {}

  std::string draw() {
    if (!find_range()) return "";
    double height = head_height() + kAxisHeight;
    for (const ChartRow& row : chart_.rows) height += row_height(row);
    Svg svg(kChartWidth, height, chart_.description);
    draw_x_axis(svg, scale_, head_height(), height - kAxisHeight, chart_.axis);
    if (key_height() > 0.0) draw_key(svg);
    draw_lines(svg, height - kAxisHeight);
    double top = head_height();
    for (const ChartRow& row : chart_.rows) {
      draw_row(svg, row, top);
      top += row_height(row);
    }
    return svg.str();
  }

 private:
  bool has_two_lines(const ChartRow& row) const { return !chart_.arrows && row.before && row.after; }
  double key_height() const { return chart_.before_name.empty() ? 0.0 : kKeyHeight; }
  double head_height() const { return key_height() + kLineLabelHeight * static_cast<double>(chart_.lines.size()); }
  bool has_bars() const {
    return std::any_of(chart_.rows.begin(), chart_.rows.end(), [](const ChartRow& row) { return row.bar; });
  }

  double gutter() const {
    double widest = 0.0;
    for (const ChartRow& row : chart_.rows) {
      if (!row.is_heading) widest = std::max(widest, text_width(row.label));
    }
    return std::clamp(widest + kGutterGap, kLeastGutter, kMostGutter);
  }

  double value_room() const {
    double widest = 0.0;
    for (const ChartRow& row : chart_.rows) {
      for (const auto& value : {row.before, row.after}) {
        if (value && !chart_.compact) widest = std::max(widest, kBold * text_width(shown(value->mean)));
      }
    }
    return std::clamp(widest + 12.0, kLeastValueRoom, kMostValueRoom);  // a dot or the end of a whisker before it
  }

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
        low = std::min({low, shown_low(*value), value->mean});
        high = std::max({high, shown_high(*value), value->mean});
      }
    }
    if (low > high) return false;
    for (const ChartRow& row : chart_.rows) {
      low = std::min(low, row.bar.value_or(low));
      high = std::max(high, row.bar.value_or(high));
    }
    for (const ChartLine& line : chart_.lines) {
      low = std::min(low, line.value);
      high = std::max(high, line.value);
    }
    if (chart_.with_zero) {
      low = std::min(low, 0.0);
      high = std::max(high, 0.0);
    }
    const double room = room_around(low, high);
    low -= chart_.with_zero && low == 0.0 ? 0.0 : room;
    high += room;
    const double left = chart_.compact ? gutter() + (chart_.arrows ? 10.0 : 0.0) : value_room();
    scale_ = {low, high, left, kChartWidth - value_room()};
    return true;
  }

  double shown_low(const Interval& value) const { return std::max(value.low, std::min(chart_.least, value.mean)); }
  double shown_high(const Interval& value) const { return std::min(value.high, std::max(chart_.most, value.mean)); }

  // Each with its name on a line of its own, towards the side that has room.
  void draw_lines(Svg& svg, double bottom) const {
    double y = key_height() + 12.0;
    for (const ChartLine& line : chart_.lines) {
      const double x = scale_(line.value);
      const bool is_left = x < (scale_.from + scale_.to) / 2.0;
      svg.line(x, y - 10.0, x, bottom, R"(class="reference")");
      svg.text(is_left ? x + 5.0 : x - 5.0, y, line.label, is_left ? Anchor::kStart : Anchor::kEnd, R"(class="key")");
      y += kLineLabelHeight;
    }
  }

  void draw_key(Svg& svg) const {
    const double y = 11.0;
    svg.circle(6.0, y - 4.0, 4.5, R"(class="dot" fill="#fff" stroke="#666")");
    svg.text(16.0, y, chart_.before_name, Anchor::kStart, R"(class="key")");
    const double x = 16.0 + text_width(chart_.before_name) + (chart_.arrows ? 30.0 : 22.0);
    if (chart_.arrows) svg.text(x - 14.0, y, "→", Anchor::kEnd, R"(class="key")");
    svg.circle(x - 4.0, y - 4.0, 5.0, R"(fill="#666")");
    svg.text(x + 6.0, y, chart_.after_name, Anchor::kStart, R"(class="key")");
    if (!has_bars()) return;
    const double bar = x + 6.0 + text_width(chart_.after_name) + 18.0;
    svg.line(bar, y - 10.0, bar, y + 2.0, R"(class="bar")");
    svg.text(bar + 7.0, y, chart_.bar_name, Anchor::kStart, R"(class="key")");
  }

  void draw_row(Svg& svg, const ChartRow& row, double top) const {
    if (row.is_heading) {
      draw_label(svg, row, top + 18.0);
      return;
    }
    svg.open_group(tooltip(row));
    if (chart_.compact) {
      svg.text(gutter() - kGutterGap, top + 13.0, fitting(row.label, gutter() - kGutterGap), Anchor::kEnd,
               R"(class="tick")");
    } else {
      draw_label(svg, row, top + 14.0);
    }
    const double y = chart_.compact ? top + 9.0 : top + 30.0;
    if (row.bar) svg.line(scale_(*row.bar), y - 7.0, scale_(*row.bar), y + 7.0, R"(class="bar")");
    if (chart_.arrows && row.before && row.after) {
      draw_arrow(svg, row, y);
    } else {
      if (row.before) draw_dot(svg, *row.before, row.colour, y, true);
      if (row.after) draw_dot(svg, *row.after, row.colour, has_two_lines(row) ? y + 15.0 : y, false);
    }
    svg.close_group();
  }

  void draw_label(Svg& svg, const ChartRow& row, double y) const {
    const std::string style =
        row.colour.empty() ? R"(class="label")" : fmt::format(R"(class="label" fill="{}")", row.colour);
    svg.text(0.0, y, fitting(row.label, kChartWidth / kBold), Anchor::kStart, style);
  }

  void draw_dot(Svg& svg, const Interval& value, const std::string& colour, double y, bool hollow) const {
    draw_whisker(svg, value, colour, y);
    draw_mark(svg, value, colour, y, hollow);
    if (chart_.compact) return;
    svg.text(std::max(scale_(shown_high(value)), scale_(value.mean) + 5.0) + 6.0, y + 4.5, shown(value.mean),
             Anchor::kStart, hollow ? R"(class="value")" : R"(class="value strong")");
  }

  void draw_whisker(Svg& svg, const Interval& value, const std::string& colour, double y) const {
    if (value.high <= value.low) return;
    const std::string style = fmt::format(R"(stroke="{}" stroke-width="1.5")", colour);
    const double low = shown_low(value), high = shown_high(value);
    svg.line(scale_(low), y, scale_(high), y, style);
    if (low == value.low) svg.line(scale_(low), y - 4.0, scale_(low), y + 4.0, style);
    if (high == value.high) svg.line(scale_(high), y - 4.0, scale_(high), y + 4.0, style);
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
        svg.rect(scale_(shown_low(*one)), y - 6.0, scale_(shown_high(*one)) - scale_(shown_low(*one)), 12.0,
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
    const double left =
        std::min(scale_(std::min(shown_low(from), shown_low(to))), scale_(std::min(from.mean, to.mean)) - 5.0) - 6.0;
    const double right =
        std::max(scale_(std::max(shown_high(from), shown_high(to))), scale_(std::max(from.mean, to.mean)) + 5.0) + 6.0;
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
    if (row.bar) text += fmt::format("; {} {}", chart_.bar_name, shown(*row.bar));
    return text;
  }

  const RowChart& chart_;
  Scale scale_;
};

}  // namespace

std::string draw_row_chart(const RowChart& chart) { return Drawing(chart).draw(); }

}  // namespace flanmoe::report
