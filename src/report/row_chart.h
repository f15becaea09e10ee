// A chart with one row per thing: a dot with its interval, two dots (direct and chain of thought), or an arrow from
// before to after.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "report/view.h"

namespace flanmoe::report {

struct ChartRow {
  std::string label, colour;
  std::optional<Interval> before, after;  // before is drawn hollow, after filled
  bool is_heading = false;                // only the label: the rows below belong to it
  std::optional<double> bar = {};         // what the row's values are held against: a bar across it
};

// A line across all rows: what guessing scores.
struct ChartLine {
  double value;
  std::string label;
};

struct RowChart {
  std::string description;  // for readers who hear the page
  std::string axis;         // what is plotted and its unit
  std::vector<ChartRow> rows;
  std::string before_name, after_name;  // key above the rows; empty: no key
  std::string bar_name = "ceiling";     // in the key, where a row has a bar
  bool arrows = false;                  // before -> after on one line; else one line each
  bool compact = false;                 // labels left of thin rows; else above the row
  bool with_zero = false;               // the axis reaches zero
  bool sign = false;                    // +1.2
  int decimals = 1;
  std::vector<ChartLine> lines;
  double least = -std::numeric_limits<double>::infinity();  // the ends of the scale: no whisker leaves them
  double most = std::numeric_limits<double>::infinity();
};

// SVG; "" when no row has a value. A label that is wider than the chart ends in dots; a pointer shows it whole.
std::string draw_row_chart(const RowChart& chart);

}  // namespace flanmoe::report
