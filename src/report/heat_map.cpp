#include "report/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/html.h"
#include "report/svg.h"

namespace flanmoe::report {

std::string heat_colour(double share, double most) {
  const double weight = most > 0.0 ? std::clamp(share / most, 0.0, 1.0) : 0.0;
  const auto mixed = [weight](double light, double dark) {
    return static_cast<int>(std::lround(light + weight * (dark - light)));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mixed(247, 8), mixed(249, 62), mixed(252, 120));
}

std::string draw_heat_map(const HeatMap& map) {
  size_t columns = 0;
  double most = 0.0;
  for (const auto& row : map.shares) {
    columns = std::max(columns, row.size());
    for (const double share : row) most = std::max(most, share);
  }
  if (columns == 0) return "";
  constexpr double kLeft = 112.0, kRowHeight = 24.0;
  const double bottom = kRowHeight * static_cast<double>(map.rows.size());
  const double width = (kChartWidth - kLeft) / static_cast<double>(columns), gap = columns > 40 ? 0.0 : 1.0;
  Svg svg(kChartWidth, bottom + 36.0, map.description);
  for (size_t row = 0; row < map.rows.size(); ++row) {
    const double top = kRowHeight * static_cast<double>(row);
    svg.text(kLeft - 8.0, top + 16.0, map.rows[row], Anchor::kEnd, R"(class="tick")");
    for (size_t column = 0; column < map.shares[row].size(); ++column) {
      const double share = map.shares[row][column];
      svg.open_group(fmt::format("{}, expert {}: {}", map.rows[row], column, percent(share)));
      svg.rect(kLeft + width * static_cast<double>(column), top, std::max(width - gap, 0.5), kRowHeight - gap,
               fmt::format(R"(fill="{}")", heat_colour(share, most)));
      svg.close_group();
    }
  }
  const size_t every = std::max<size_t>(1, static_cast<size_t>(std::ceil(22.0 / width)));
  for (size_t column = 0; column < columns; column += every) {
    svg.text(kLeft + width * (static_cast<double>(column) + 0.5), bottom + 15.0, std::to_string(column),
             Anchor::kMiddle, R"(class="tick")");
  }
  svg.text(kLeft + width * static_cast<double>(columns) / 2.0, bottom + 31.0,
           fmt::format("expert; darkest cell: {}", percent(most)), Anchor::kMiddle, R"(class="axis")");
  return svg.str();
}

}  // namespace flanmoe::report
