// What other settings of evaluation, the experts' room above all, do to the scores of finished models.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/effects.h"
#include "report/html.h"
#include "report/row_chart.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

struct Asked {
  std::string name, label, over;  // over: the label of what it is compared with
};

// "evaluated/half/instructed" -> "half"
std::string name_in(const std::string& id) {
  constexpr std::string_view kBegin = "evaluated/";
  if (!id.starts_with(kBegin)) return "";
  return id.substr(kBegin.size(), id.rfind('/') - kBegin.size());
}

Asked asked(const View& view, const std::string& name) {
  Asked one{name, name, "the arm's own settings"};
  const Json rows = view.json.value("evaluations", Json::array());
  const auto row_of = [&rows](const std::string& wanted) {
    return std::find_if(rows.begin(), rows.end(), [&](const Json& row) { return row.at("name") == wanted; });
  };
  const auto own = row_of(name);
  if (own == rows.end()) return one;
  one.label = text_at(*own, "label");
  const auto other = row_of(text_at(*own, "over"));
  if (other != rows.end()) one.over = "“" + text_at(*other, "label") + "”";
  return one;
}

// In the order of the measures.
std::vector<Asked> evaluations_of(const View& view) {
  std::vector<Asked> evaluations;
  for (const Measure& measure : view.measures) {
    const std::string name = name_in(measure.id);
    const bool is_known =
        std::any_of(evaluations.begin(), evaluations.end(), [&name](const Asked& one) { return one.name == name; });
    if (!name.empty() && !is_known) evaluations.push_back(asked(view, name));
  }
  return evaluations;
}

std::optional<Interval> effect_of(const View& view, const Asked& one, const Arm& arm, const char* stage) {
  return view.score(fmt::format("effect/{}/{}", one.name, stage), arm.name);
}

std::string effects_chart(const View& view, const Asked& one) {
  RowChart chart;
  chart.description = "What “" + one.label + "” does to the scores of every arm";
  chart.axis = "score minus that under " + one.over + ", points";
  chart.before_name = "pre-trained only";
  chart.after_name = "instruction-tuned";
  chart.with_zero = chart.sign = true;
  for (const Arm& arm : view.arms) {
    ChartRow row{arm.label, arm.colour, effect_of(view, one, arm, "pretrained"),
                 effect_of(view, one, arm, "instructed")};
    if (row.before || row.after) chart.rows.push_back(row);
  }
  return draw_row_chart(chart);
}

std::string scores_table(const View& view, const std::vector<Asked>& evaluations) {
  Table table({"arm", "pre-trained", "effect", "instruction-tuned", "effect"});
  for (const Asked& one : evaluations) {
    table.group(fmt::format("{} <small>against {}</small>", escape(one.label), escape(one.over)));
    for (const Arm& arm : view.arms) {
      const auto score = [&](const char* stage) {
        return view.score(fmt::format("evaluated/{}/{}", one.name, stage), arm.name);
      };
      if (!score("pretrained") && !score("instructed")) continue;
      table.row({view.label(arm.name), interval_html(score("pretrained")),
                 interval_html(effect_of(view, one, arm, "pretrained"), 1, true), interval_html(score("instructed")),
                 interval_html(effect_of(view, one, arm, "instructed"), 1, true)});
    }
  }
  return table.str();
}

std::string sentence(const View& view, const std::vector<Asked>& evaluations) {
  std::vector<Effect> effects;
  for (const Asked& one : evaluations) {
    for (const Arm& arm : view.arms) {
      if (const auto effect = effect_of(view, one, arm, "instructed"))
        effects.push_back({fmt::format("{} under “{}”", arm.label, one.label), *effect});
    }
  }
  if (effects.empty()) return "";
  return fmt::format("<p>On instruction-tuned models {}.</p>\n", largest_of(effects, "effect", "points"));
}

}  // namespace

std::string evaluations_section(const View& view) {
  const std::vector<Asked> evaluations = evaluations_of(view);
  std::vector<std::string> charts;
  std::vector<const Measure*> shown;
  for (const Asked& one : evaluations) {
    const std::string svg = effects_chart(view, one);
    if (svg.empty()) continue;
    charts.push_back(panel(one.label, svg));
    for (const char* stage : {"pretrained", "instructed"})
      shown.push_back(view.measure(fmt::format("effect/{}/{}", one.name, stage)));
  }
  if (charts.empty()) return "";
  return section(
      "evaluations", "Asked again under other settings",
      "<p>The finished models answered the held-out questions once more, without training: under another room for the "
      "experts, say, of which each takes only as many tokens as its capacity allows.</p>\n" +
          sentence(view, evaluations) +
          panels(charts,
                 fmt::format("What each setting does to the held-out normalised average of direct prompts, in points: "
                             "hollow before instruction tuning, filled after. Whiskers are intervals ({}); those that "
                             "cross zero decide nothing, and of many that do not some are luck. Every panel has its "
                             "own axis.",
                             escape(basis_of(shown)))) +
          details("All scores and effects", scores_table(view, evaluations)));
}

}  // namespace flanmoe::report
