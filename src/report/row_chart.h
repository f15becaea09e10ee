// A chart with one row per thing: a dot with its interval, two dots (direct and chain of thought), or an arrow from
// before to after.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/view.h"

namespace flanmoe::report {

struct ChartRow {
  std::string label, colour;
  std::optional<Interval> before, after;  // before is drawn hollow, after filled
  bool is_heading = false;                // only the label: the rows below belong to it
};

struct RowChart {
  std::string description;  // for readers who hear the page
  std::string axis;         // what is plotted and its unit
  std::vector<ChartRow> rows;
  std::string before_name, after_name;  // key above the rows; empty: no key
  bool arrows = false;                  // before -> after on one line; else one line each
  bool compact = false;                 // labels left of thin rows; else above the row
  bool with_zero = false;               // the axis reaches zero
  bool sign = false;                    // +1.2
  int decimals = 1;
};

// SVG; "" when no row has a value.
std::string draw_row_chart(const RowChart& chart);

}  // namespace flanmoe::report
