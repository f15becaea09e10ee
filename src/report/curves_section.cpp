// Learning curves by phase, one line per arm, the mean over its seeds.
#include <fmt/format.h>

#include <map>

#include "report/curve_chart.h"
#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

struct MeanPoint {
  double tokens = 0.0, value = 0.0, count = 0.0;
};

constexpr size_t kMostPoints = 240;  // a line of 460 units shows no more

// Mean over seeds step by step, thinned to what a line can show.
std::vector<std::pair<double, double>> mean_curve(const View& view, const std::string& arm, const std::string& phase,
                                                  const std::string& key) {
  std::map<int64_t, MeanPoint> by_step;
  for (const Json& curve : view.json["curves"]) {
    if (json_string(curve, "arm", view.where) != arm || json_string(curve, "phase", view.where) != phase) continue;
    for (const Json& point : json_at(curve, "points", view.where)) {
      const auto value = number_at(point, key), tokens = number_at(point, "tokens");
      if (!value || !tokens) continue;
      MeanPoint& mean = by_step[json_int(point, "step", view.where)];
      mean.tokens += *tokens;
      mean.value += *value;
      mean.count += 1.0;
    }
  }
  std::vector<std::pair<double, double>> points;
  const size_t every = by_step.size() / kMostPoints + 1;
  size_t index = 0;
  for (const auto& [step, mean] : by_step) {
    if (index++ % every == 0 || index == by_step.size())
      points.emplace_back(mean.tokens / mean.count, mean.value / mean.count);
  }
  return points;
}

void add_chart(std::vector<std::string>& charts, const View& view, const std::string& title, const std::string& phase,
               const std::string& key) {
  CurveChart chart{
      title + " over training tokens, one line per arm", "tokens seen in this phase", {}, key == "train/loss"};
  for (const Arm& arm : view.arms) {
    Curve curve{arm.label, arm.colour, mean_curve(view, arm.name, phase, key)};
    if (!curve.points.empty()) chart.curves.push_back(std::move(curve));
  }
  const std::string svg = draw_curve_chart(chart);
  if (!svg.empty()) charts.push_back(panel(title, svg));
}

}  // namespace

std::string curves_section(const View& view) {
  std::vector<std::string> charts;
  add_chart(charts, view, "Pre-training loss", "pretrain", "train/loss");
  add_chart(charts, view, "Held-out score while pre-training", "pretrain", "eval/normalised_average");
  add_chart(charts, view, "Instruction tuning loss", "instruct", "train/loss");
  add_chart(charts, view, "Held-out score while instruction tuning", "instruct", "eval/normalised_average");
  if (charts.empty()) return "";
  return section(
      "curves", "Learning curves",
      panels(
          charts,
          fmt::format(
              "Loss is the cross-entropy per target token in nats (lower is better); the part above the frame at the "
              "start is cut. Held-out score is the normalised average in points above chance on the questions asked "
              "while training. Horizontally: source and target tokens seen in the phase. {}.",
              view.num_seeds() > 1 ? fmt::format("Lines are means over {} seeds", view.num_seeds()) : "One seed")));
}

}  // namespace flanmoe::report
