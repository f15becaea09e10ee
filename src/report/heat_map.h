// Token classes against experts: how dark a cell is says what share of the class's tokens the expert took.
#pragma once

#include <string>
#include <vector>

namespace flanmoe::report {

struct HeatMap {
  std::string description;
  std::vector<std::string> rows;
  std::vector<std::vector<double>> shares;  // [row][column], 0..1
};

// SVG; "" without cells.
std::string draw_heat_map(const HeatMap& map);

// Colour of a share between white (0) and dark blue (`most` or more).
std::string heat_colour(double share, double most);

}  // namespace flanmoe::report
