// A grid: each measure that a question asks for, over each axis, one row per arm at each value.
#include <fmt/format.h>

#include <algorithm>

#include "report/html.h"
#include "report/row_chart.h"
#include "report/score_lines.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

// The measures of the questions, in their order; the held-out average where no question names one.
std::vector<const Measure*> asked_measures(const View& view) {
  std::vector<std::string> ids;
  for (const Json& verdict : view.json["verdicts"]) {
    const std::string id = text_at(verdict, "measure");
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  if (ids.empty()) ids.push_back("heldout/instructed");
  std::vector<const Measure*> measures;
  for (const std::string& id : ids) {
    if (const Measure* measure = view.measure(id)) measures.push_back(measure);
  }
  return measures;
}

// "GShard top-2", and where it stands on the other axes.
std::string row_label(const View& view, const Arm& arm, const Axis& axis) {
  std::string label = arm.base_label;
  for (const Axis& other : view.axes) {
    if (other.name == axis.name || !arm.at.contains(other.name)) continue;
    for (const auto& [name, value_label] : other.values) {
      if (name == arm.at.at(other.name)) label += ", " + value_label;
    }
  }
  return label;
}

RowChart chart_of(const View& view, const Measure& measure, const Axis& axis) {
  RowChart chart;
  chart.description = measure.label + " over " + axis.label;
  chart.axis = measure.unit;
  add_score_lines(chart, view, measure.id);
  chart.decimals = decimals_for(measure.unit);
  for (const auto& [value, label] : axis.values) {
    chart.rows.push_back({label, "", {}, {}, true});
    for (const Arm& arm : view.arms) {
      if (!arm.at.contains(axis.name) || arm.at.at(axis.name) != value) continue;
      chart.rows.push_back({row_label(view, arm, axis), arm.colour, {}, measure.of(arm.name)});
    }
  }
  std::vector<ChartRow> others;
  for (const Arm& arm : view.arms) {
    if (!arm.at.contains(axis.name))
      others.push_back({row_label(view, arm, axis), arm.colour, {}, measure.of(arm.name)});
  }
  if (!others.empty()) chart.rows.push_back({"not on this axis", "", {}, {}, true});
  chart.rows.insert(chart.rows.end(), others.begin(), others.end());
  return chart;
}

}  // namespace

std::string grid_section(const View& view) {
  std::string body;
  const std::vector<const Measure*> measures = asked_measures(view);
  for (const Axis& axis : view.axes) {
    std::vector<std::string> charts;
    for (const Measure* measure : measures) {
      const std::string svg = draw_row_chart(chart_of(view, *measure, axis));
      if (!svg.empty()) charts.push_back(panel(measure->label, svg));
    }
    if (charts.empty()) continue;
    body += fmt::format("<h3>{}</h3>\n", escape(axis.label)) +
            panels(charts, fmt::format("Dots are means over the runs, whiskers their intervals ({}), arm by arm; the "
                                       "verdicts compare runs of one seed with each other and are surer than that.",
                                       escape(basis_of(measures))));
  }
  return body.empty() ? "" : section("grid", "Over the axes", body);
}

}  // namespace flanmoe::report
