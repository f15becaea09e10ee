// The paper's figure: every arm finetuned directly, instruction-tuned and asked, instruction-tuned and then finetuned.
#include <fmt/format.h>

#include <array>

#include "report/html.h"
#include "report/row_chart.h"
#include "report/score_lines.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

// One row per arm; `before` "" draws single dots.
RowChart arms_chart(const View& view, const std::string& before, const std::string& after) {
  RowChart chart;
  for (const Arm& arm : view.arms) {
    ChartRow row{arm.label, arm.colour, {}, view.score(after, arm.name)};
    if (!before.empty()) row.before = view.score(before, arm.name);
    if (row.before || row.after) chart.rows.push_back(row);
  }
  return chart;
}

void add_panel(std::vector<std::string>& charts, const std::string& title, const RowChart& chart) {
  const std::string svg = draw_row_chart(chart);
  if (!svg.empty()) charts.push_back(panel(title, svg));
}

std::string setups_figure(const View& view) {
  std::vector<std::string> charts;
  RowChart heldout = arms_chart(view, "heldout/pretrained", "heldout/instructed");
  heldout.description = "Held-out normalised average of every arm before and after instruction tuning";
  heldout.axis = "normalised average, points above chance";
  heldout.before_name = "pre-trained only";
  heldout.after_name = "instruction-tuned";
  heldout.arrows = true;
  add_score_lines(heldout, view, "heldout/instructed");
  add_panel(charts, "Instruction-tuned, then asked held-out questions (no finetuning)", heldout);
  RowChart finetuned = arms_chart(view, "finetune/mean/direct", "finetune/mean/instructed");
  finetuned.description = "Mean finetuned score of every arm, finetuned directly and after instruction tuning";
  const Measure* mean = view.measure("finetune/mean/instructed");
  finetuned.axis = "mean over finetuning sets, " + (mean == nullptr ? "points" : mean->unit);
  finetuned.before_name = "finetuned directly";
  finetuned.after_name = "instruction-tuned, then finetuned";
  finetuned.arrows = true;
  add_score_lines(finetuned, view, "finetune/mean/instructed");
  add_panel(charts, "Finetuned on one task: directly, and after instruction tuning", finetuned);
  if (charts.empty()) return "";
  const std::string basis = basis_of({view.measure("heldout/instructed"), view.measure("finetune/mean/instructed")});
  return panels(
      charts,
      fmt::format("Each arm on its own line. Held-out scores are on tasks that no training has shown; finetuned scores "
                  "are averaged over the finetuning sets; both in points above chance. The hollow dot "
                  "is the model without instruction tuning, the filled one with it; shaded bands are intervals ({}). "
                  "Dashed lines are what guessing scores, and always giving a task's most frequent answer.",
                  escape(basis)));
}

std::string gains_figure(const View& view) {
  std::vector<std::string> charts;
  constexpr std::array<std::array<const char*, 3>, 2> kGains = {{
      {"gain/heldout", "What instruction tuning adds to held-out scores",
       "instruction-tuned minus pre-trained, points"},
      {"gain/finetune", "What instruction tuning adds to finetuned scores",
       "instruction-tuned first minus finetuned directly, points"},
  }};
  for (const auto& [id, title, axis] : kGains) {
    RowChart chart = arms_chart(view, "", id);
    chart.description = title;
    chart.axis = axis;
    chart.with_zero = chart.sign = true;
    add_panel(charts, title, chart);
  }
  if (charts.empty()) return "";
  return panels(charts, fmt::format("The gain of every arm. The dot is the mean, the whiskers its interval ({}). "
                                    "Whiskers that cross zero decide nothing.",
                                    escape(basis_of({view.measure("gain/heldout"), view.measure("gain/finetune")}))));
}

std::string seed_values(const std::vector<double>& values, int decimals) {
  std::vector<std::string> shown;
  for (const double value : values) shown.push_back(with_sign(value, decimals));
  return fmt::format("{}", fmt::join(shown, " "));
}

std::string differences_table(const View& view) {
  Table table({"sparse arm", "its dense twin", "sparse minus dense", "by seed"}, 2);
  std::string basis;
  for (const char* id : {"loss/pretrain", "heldout/pretrained", "heldout/instructed", "gain/heldout",
                         "finetune/mean/direct", "finetune/mean/instructed", "gain/finetune"}) {
    const Measure* measure = view.measure(id);
    if (measure == nullptr || measure->differences.empty()) continue;
    const bool is_loss = measure->id.starts_with("loss/");
    const int decimals = decimals_for(measure->unit);
    table.group(fmt::format("{} <small>{}{}</small>", escape(measure->label), escape(measure->unit),
                            is_loss ? ", lower is better" : ""));
    for (const Difference& difference : measure->differences) {
      table.row({view.label(difference.arm), view.label(difference.twin),
                 interval_html(difference.interval, decimals, true),
                 "<small>" + seed_values(difference.values, decimals) + "</small>"});
      basis = difference.interval.basis;
    }
  }
  if (basis.empty()) return "";
  return figure(table.str(), fmt::format("Every sparse arm minus the dense twin that does the same arithmetic per "
                                         "token. In brackets the interval ({}). Only the verdicts are answers: with so "
                                         "many rows some intervals leave out zero by luck.",
                                         escape(basis)));
}

// One panel per measure: every sparse arm minus its twin.
std::string differences_figure(const View& view) {
  std::vector<std::string> charts;
  std::string basis;
  for (const char* id : {"heldout/instructed", "finetune/mean/instructed", "gain/heldout", "gain/finetune"}) {
    const Measure* measure = view.measure(id);
    if (measure == nullptr) continue;
    RowChart chart;
    chart.description = measure->label + ", sparse minus dense";
    chart.axis = "sparse arm minus its dense twin, points";
    chart.with_zero = chart.sign = true;
    for (const Difference& difference : measure->differences) {
      const Arm& arm = view.arm(difference.arm);
      chart.rows.push_back({arm.label + " − " + view.arm(difference.twin).label, arm.colour, {}, difference.interval});
      basis = difference.interval.basis;
    }
    add_panel(charts, measure->label, chart);
  }
  if (charts.empty()) return "";
  return "<h3>Sparse against dense at equal arithmetic</h3>\n" +
         panels(charts, fmt::format("Every sparse arm minus the dense twin that does the same arithmetic per token. "
                                    "Right of zero the sparse arm is better; whiskers ({}) that cross zero decide "
                                    "nothing, and of many that do not some are luck.",
                                    escape(basis))) +
         details("All differences, with the value of every seed", differences_table(view));
}

}  // namespace

std::string setups_section(const View& view) {
  const std::string body = setups_figure(view) + gains_figure(view) + differences_figure(view);
  if (body.empty()) return "";
  return section("setups", "The three set-ups",
                 "<p>A pre-trained model can be finetuned on a task directly, be instruction-tuned and asked about "
                 "tasks it has never seen, or be instruction-tuned first and finetuned afterwards.</p>\n" +
                     body);
}

}  // namespace flanmoe::report
