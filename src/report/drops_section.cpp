// Which kinds of tokens go without an expert: on pre-training's text, and on held-out prompts before and after tuning.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/effects.h"
#include "report/html.h"
#include "report/row_chart.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

constexpr const char* kCorpus = "pre-training's text";

std::vector<Json> drops_of(const View& view, const std::string& arm) {
  std::vector<Json> rows;
  for (const Json& row : view.json.value("drops", Json::array())) {
    if (view.arm(text_at(row, "arm")).name == arm) rows.push_back(row);
  }
  return rows;
}

// Mean over the encoder's sparse layers whose text holds the kind of token.
std::optional<double> share_of(const std::vector<Json>& rows, const std::string& kind, const char* where) {
  double sum = 0.0, count = 0.0;
  for (const Json& row : rows) {
    if (row.at("stack") != "encoder" || row.at("class") != kind) continue;
    const auto share = number_at(row, where);
    if (!share) continue;
    sum += *share;
    count += 1.0;
  }
  return count > 0.0 ? std::optional(sum / count) : std::nullopt;
}

std::vector<std::string> kinds_of(const std::vector<Json>& rows) {
  std::vector<std::string> kinds;
  for (const Json& row : rows) {
    const std::string kind = text_at(row, "class");
    if (row.at("stack") == "encoder" && std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
      kinds.push_back(kind);
  }
  return kinds;
}

std::optional<Interval> point(const std::optional<double>& value) {
  return value ? std::optional(Interval{*value, *value, *value, ""}) : std::nullopt;
}

RowChart before_and_after(const std::string& description, const std::string& axis) {
  RowChart chart;
  chart.description = description;
  chart.axis = axis;
  chart.before_name = "pre-trained";
  chart.after_name = "instruction-tuned";
  chart.bar_name = kCorpus;
  chart.arrows = chart.with_zero = true;
  return chart;
}

std::string kinds_chart(const View& view) {
  RowChart chart = before_and_after("Tokens without an expert on held-out prompts, by arm and kind of token",
                                    "tokens without an expert, percent");
  chart.compact = true;
  for (const Arm& arm : view.arms) {
    const std::vector<Json> rows = drops_of(view, arm.name);
    if (rows.empty()) continue;
    chart.rows.push_back({arm.label, arm.colour, {}, {}, true});
    ChartRow all{"all tokens", arm.colour, view.score("drops/pretrained", arm.name),
                 view.score("drops/instructed", arm.name)};
    if (const auto corpus = view.score("drops/corpus", arm.name)) all.bar = corpus->mean;
    chart.rows.push_back(all);
    for (const std::string& kind : kinds_of(rows)) {
      chart.rows.push_back({kind, arm.colour, point(share_of(rows, kind, "pretrained")),
                            point(share_of(rows, kind, "instructed")), false, share_of(rows, kind, "corpus")});
    }
  }
  return draw_row_chart(chart);
}

std::string distance_chart(const View& view) {
  RowChart chart = before_and_after("Distance of the drops on prompts from those on pre-training's text, by arm",
                                    "distance from the drops on " + std::string(kCorpus) + ", points");
  for (const Arm& arm : view.arms) {
    ChartRow row{arm.label, arm.colour, view.score("drop-distance/pretrained", arm.name),
                 view.score("drop-distance/instructed", arm.name)};
    if (row.before || row.after) chart.rows.push_back(row);
  }
  return draw_row_chart(chart);
}

std::string measures_table(const View& view) {
  constexpr std::array<std::pair<const char*, const char*>, 6> kColumns = {
      {{"drops/corpus", "pre-training&#39;s text"},
       {"drops/pretrained", "prompts, before tuning"},
       {"drops/instructed", "prompts, after tuning"},
       {"drop-distance/pretrained", "distance before"},
       {"drop-distance/instructed", "distance after"},
       {"gain/drop-distance", "its change"}}};
  std::vector<std::string> heads = {"arm"};
  for (const auto& [id, head] : kColumns) heads.emplace_back(head);
  Table table(heads);
  for (const Arm& arm : view.arms) {
    if (!view.score("drops/corpus", arm.name)) continue;
    std::vector<std::string> cells = {view.label(arm.name)};
    for (const auto& [id, head] : kColumns)
      cells.push_back(interval_html(view.score(id, arm.name), 1, id == std::string_view("gain/drop-distance")));
    table.row(cells);
  }
  return table.str();
}

std::string layers_table(const View& view) {
  Table table({"layer", "kind of token", "pre-training&#39;s text", "prompts, before tuning", "prompts, after tuning"},
              2);
  for (const Arm& arm : view.arms) {
    const std::vector<Json> rows = drops_of(view, arm.name);
    if (!rows.empty()) table.group(view.label(arm.name));
    for (const Json& row : rows) {
      table.row({fmt::format("{} {}", escape(text_at(row, "stack")), row.at("layer").get<int64_t>()),
                 escape(text_at(row, "class")), fixed(number_at(row, "corpus")), fixed(number_at(row, "pretrained")),
                 fixed(number_at(row, "instructed"))});
    }
  }
  return table.str();
}

// What tuning does to the distance, arm by arm.
std::string sentence(const View& view) {
  std::vector<Effect> changes;
  size_t num_nearer = 0;
  for (const Arm& arm : view.arms) {
    const auto change = view.score("gain/drop-distance", arm.name);
    if (!change) continue;
    changes.push_back({arm.label, *change});
    num_nearer += change->mean < 0.0 ? 1 : 0;
  }
  if (changes.empty()) return "";
  return fmt::format(
      "<p>With instruction tuning the drops on held-out prompts come nearer to those on pre-training&#39;s text in {} "
      "of {} sparse {}; {}.</p>\n",
      num_nearer, changes.size(), changes.size() == 1 ? "model" : "models", largest_of(changes, "change", "points"));
}

}  // namespace

std::string drops_section(const View& view) {
  std::vector<std::string> charts;
  if (const std::string svg = kinds_chart(view); !svg.empty())
    charts.push_back(panel("Tokens without an expert, by kind", svg));
  if (const std::string svg = distance_chart(view); !svg.empty())
    charts.push_back(panel("How far prompts are from pre-training's text", svg));
  if (charts.empty()) return "";
  const std::string basis = basis_of({view.measure("drops/instructed"), view.measure("drop-distance/instructed")});
  return section(
      "drops", "Tokens without an expert",
      sentence(view) +
          panels(
              charts,
              fmt::format(
                  "Tokens that no expert took, being full or choosing others: on held-out prompts before tuning "
                  "(hollow) and after (filled), mean over the encoder&#39;s sparse layers; the bar is the pre-trained "
                  "model on the text that it was trained on. 64 texts compete for room, with evaluation&#39;s "
                  "capacity. The distance is the mean difference by kind of token, in points; 0 is as on "
                  "pre-training&#39;s text. Shaded bands are intervals ({}); single kinds have none.",
                  escape(basis))) +
          details("The numbers, with intervals", measures_table(view)) +
          details("By layer and kind of token, percent", layers_table(view)));
}

}  // namespace flanmoe::report
