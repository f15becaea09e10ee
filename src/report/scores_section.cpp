// Held-out scores by suite and finetuned scores by set.
#include <fmt/format.h>

#include <algorithm>

#include "report/html.h"
#include "report/row_chart.h"
#include "report/score_lines.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

struct Column {
  std::string head, id;
};

bool any_score(const View& view, const std::string& id) {
  const Measure* measure = view.measure(id);
  return measure != nullptr && !measure->arms.empty();
}

// One row per arm, one column per measure that has scores; the best of each column in bold. "" without columns.
std::string measures_table(const View& view, const std::vector<Column>& wanted, bool with_interval) {
  std::vector<Column> columns;
  for (const Column& column : wanted) {
    if (any_score(view, column.id)) columns.push_back(column);
  }
  if (columns.empty()) return "";
  std::vector<std::string> heads = {"arm"};
  for (const Column& column : columns) heads.push_back(column.head);
  Table table(heads);
  for (const Arm& arm : view.arms) {
    std::vector<std::string> cells = {view.label(arm.name)};
    for (const Column& column : columns) {
      const auto score = view.score(column.id, arm.name);
      cells.push_back(with_interval ? interval_html(score) : fixed(score ? std::optional(score->mean) : std::nullopt));
    }
    table.row(cells);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    std::vector<std::optional<double>> means;
    for (const Arm& arm : view.arms) {
      const auto score = view.score(columns[i].id, arm.name);
      means.push_back(score ? std::optional(score->mean) : std::nullopt);
    }
    table.mark_best(i + 1, means);
  }
  return table.str();
}

std::vector<std::string> suites_of(const View& view) {
  std::vector<std::string> suites;
  for (const Json& suite : view.json["suites"]) suites.push_back(suite.get<std::string>());
  return suites;
}

std::vector<Column> suite_columns(const View& view, const std::string& stage) {
  std::vector<Column> columns = {{"normalised average", "heldout/" + stage},
                                 {"new kinds of task", "heldout-cluster/" + stage},
                                 {"new items", "heldout-item/" + stage}};
  for (const std::string& suite : suites_of(view)) {
    columns.push_back({escape(suite) + "<br><small>direct</small>", "suite/" + suite + "/direct/" + stage});
    columns.push_back({escape(suite) + "<br><small>CoT</small>", "suite/" + suite + "/cot/" + stage});
  }
  columns.push_back({"seen tasks<br><small>direct</small>", "validation/" + stage});
  return columns;
}

std::string suites_figure(const View& view) {
  std::vector<std::string> charts;
  std::vector<const Measure*> shown;
  for (const std::string& suite : suites_of(view)) {
    const std::string direct = "suite/" + suite + "/direct/instructed", cot = "suite/" + suite + "/cot/instructed";
    RowChart chart;
    chart.description = "Scores of every arm on the suite " + suite + " after instruction tuning";
    chart.axis = "score, percent";
    add_score_lines(chart, view, any_score(view, direct) ? direct : cot);
    for (const Arm& arm : view.arms)
      chart.rows.push_back({arm.label, arm.colour, view.score(cot, arm.name), view.score(direct, arm.name)});
    std::erase_if(chart.rows, [](const ChartRow& row) { return !row.before && !row.after; });
    if (any_score(view, cot)) {
      chart.before_name = "chain of thought";
      chart.after_name = "direct";
    }
    const std::string svg = draw_row_chart(chart);
    if (svg.empty()) continue;
    charts.push_back(panel(suite, svg));
    shown.push_back(view.measure(direct));
    shown.push_back(view.measure(cot));
  }
  if (charts.empty()) return "";
  return panels(
      charts,
      fmt::format(
          "Score in percent on each held-out suite after instruction tuning, a plain mean over the suite's tasks. "
          "Filled dots: asked for the answer alone; hollow dots: asked to reason first. Whiskers are intervals ({}), "
          "cut at the ends of the scale. Dashed lines are what guessing among the options scores, and always giving a "
          "task's most frequent answer. Every panel has its own axis.",
          escape(basis_of(shown))));
}

// "finetune/qa_facts/direct" -> "qa_facts", in the order of the measures.
std::vector<std::string> finetune_sets(const View& view) {
  std::vector<std::string> sets;
  constexpr std::string_view kBegin = "finetune/", kEnd = "/instructed";
  for (const Measure& measure : view.measures) {
    const std::string& id = measure.id;
    if (!id.starts_with(kBegin) || !id.ends_with(kEnd) || id.size() <= kBegin.size() + kEnd.size()) continue;
    const std::string set = id.substr(kBegin.size(), id.size() - kBegin.size() - kEnd.size());
    if (set != "mean") sets.push_back(set);
  }
  return sets;
}

// What the two parts of the average are, where they are measured.
std::string parts_sentence(const View& view) {
  if (!any_score(view, "heldout-cluster/instructed") && !any_score(view, "heldout-item/instructed")) return "";
  return "<b>new kinds of task</b> is the part of it whose tasks are of no cluster that tuning has seen, <b>new "
         "items</b> "
         "that of seen kinds of task with unseen items; ";
}

}  // namespace

std::string heldout_section(const View& view) {
  const std::string after = measures_table(view, suite_columns(view, "instructed"), false);
  const std::string before = measures_table(view, suite_columns(view, "pretrained"), false);
  std::string body;
  if (!after.empty()) {
    body += figure(
        after,
        fmt::format(
            "After instruction tuning, mean over seeds. The normalised average is in points above chance: the mean "
            "over the suites, direct and chain-of-thought prompts each a part; {}the suites are in percent, asked for "
            "the answer alone (direct) or to reason "
            "first (chain of thought, CoT). Seen tasks: new questions of tasks that were trained on, in points "
            "above chance. Bold "
            "marks the best mean of a column, which need not be a safe difference: the verdicts and the "
            "intervals say that.",
            parts_sentence(view)));
  }
  if (!before.empty()) body += details("The same before instruction tuning", before);
  return section("heldout", "Held-out scores", body + suites_figure(view));
}

std::string finetune_section(const View& view) {
  std::vector<Column> columns = {{"mean<br><small>direct</small>", "finetune/mean/direct"},
                                 {"mean<br><small>instructed</small>", "finetune/mean/instructed"}};
  for (const std::string& set : finetune_sets(view)) {
    columns.push_back({words(set) + "<br><small>direct</small>", "finetune/" + set + "/direct"});
    columns.push_back({words(set) + "<br><small>instructed</small>", "finetune/" + set + "/instructed"});
  }
  const std::string table = measures_table(view, columns, false);
  if (table.empty()) return "";
  return section("finetuned", "Finetuned scores by set",
                 figure(table,
                        "Score in percent on the test part of each finetuning set, mean over seeds. Direct: "
                        "finetuned from the pre-trained model; instructed: instruction-tuned first. Bold marks the "
                        "best mean of a column.") +
                     details("With intervals", measures_table(view, columns, true)) + finetune_rates(view));
}

}  // namespace flanmoe::report
