// Learning curves by phase, one line per arm, the mean over its seeds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "report/curve_chart.h"
#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

struct MeanPoint {
  double tokens = 0.0, value = 0.0, count = 0.0;
  size_t num_values = 0;  // of `count` seeds
};

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kMostPoints = 240;  // a line of 460 units shows no more

// Mean over seeds step by step, thinned to what a line can show. A step at which a seed has no value has none: a mean
// of the others would be another line's.
std::vector<std::pair<double, double>> mean_curve(const View& view, const std::string& arm, const std::string& phase,
                                                  const std::string& key) {
  std::map<int64_t, MeanPoint> by_step;
  size_t num_seeds = 0;
  for (const Json& curve : view.json["curves"]) {
    if (json_string(curve, "arm", view.where) != arm || json_string(curve, "phase", view.where) != phase) continue;
    ++num_seeds;
    for (const Json& point : json_at(curve, "points", view.where)) {
      const auto value = number_at(point, key), tokens = number_at(point, "tokens");
      if (!point.contains(key) || !tokens) continue;
      MeanPoint& mean = by_step[json_int(point, "step", view.where)];
      mean.tokens += *tokens;
      mean.value += value.value_or(0.0);
      mean.num_values += value ? 1 : 0;
      mean.count += 1.0;
    }
  }
  std::vector<std::pair<double, double>> points;
  const size_t every = by_step.size() / kMostPoints + 1;
  size_t index = 0;
  for (const auto& [step, mean] : by_step) {
    const bool is_gap = mean.num_values < num_seeds;
    if (index++ % every == 0 || is_gap || index == by_step.size())
      points.emplace_back(mean.tokens / mean.count, is_gap ? kGap : mean.value / mean.count);
  }
  return points;
}

struct Charts {
  std::vector<std::string> panels;
  bool have_gaps = false;
};

void add_chart(Charts& charts, const View& view, const std::string& title, const std::string& phase,
               const std::string& key) {
  CurveChart chart{
      title + " over training tokens, one line per arm", "tokens seen in this phase", {}, key == "train/loss"};
  for (const Arm& arm : view.arms) {
    Curve curve{arm.label, arm.colour, mean_curve(view, arm.name, phase, key)};
    charts.have_gaps |= std::any_of(curve.points.begin(), curve.points.end(),
                                    [](const auto& point) { return std::isnan(point.second); });
    if (!curve.points.empty()) chart.curves.push_back(std::move(curve));
  }
  const std::string svg = draw_curve_chart(chart);
  if (!svg.empty()) charts.panels.push_back(panel(title, svg));
}

// Where each sparse arm overtakes the dense ones of its FLOPs; "" without curves of both.
std::string crossings_sentence(const View& view) {
  std::vector<std::string> texts;
  for (const Json& crossing : view.json.value("crossings", Json::array()))
    texts.push_back(escape(json_string(crossing, "text", view.where)));
  if (texts.empty()) return "";
  return fmt::format(
      " The difference of scores while instruction tuning, as the increasing curve nearest to its mean: {}.",
      fmt::join(texts, "; "));
}

}  // namespace

std::string curves_section(const View& view) {
  Charts charts;
  add_chart(charts, view, "Pre-training loss", "pretrain", "train/loss");
  add_chart(charts, view, "Held-out score while pre-training", "pretrain", "eval/normalised_average");
  add_chart(charts, view, "Instruction tuning loss", "instruct", "train/loss");
  add_chart(charts, view, "Held-out score while instruction tuning", "instruct", "eval/normalised_average");
  if (charts.panels.empty()) return "";
  return section(
      "curves", "Learning curves",
      panels(
          charts.panels,
          fmt::format(
              "Loss is the cross-entropy per target token in nats (lower is better); of a steep start the part above "
              "the frame is cut. Held-out score is the normalised average in points above chance on the questions "
              "asked "
              "while training. Horizontally: source and target tokens seen in the phase. {}.{}{}",
              view.num_seeds() > 1 ? fmt::format("Lines are means over {} seeds", view.num_seeds()) : "One seed",
              charts.have_gaps ? " A line has a gap at a step without a value of every seed." : "",
              crossings_sentence(view))));
}

}  // namespace flanmoe::report
