// Lines over training tokens, one per arm, each labelled at its end.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace flanmoe::report {

struct Curve {
  std::string label, colour;
  std::vector<std::pair<double, double>> points;  // x rising; the line is broken at a y that is not finite
};

struct CurveChart {
  std::string description, axis;
  std::vector<Curve> curves;
  bool cut_start =
      false;  // the frame's top is the highest value after the first twentieth: losses fall steeply at first
};

// SVG; "" when no curve has a value.
std::string draw_curve_chart(const CurveChart& chart);

}  // namespace flanmoe::report
