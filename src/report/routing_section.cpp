// How full the experts are, what is dropped, and which kind of token goes where, before and after instruction tuning.
#include <fmt/format.h>

#include <algorithm>

#include "report/heat_map.h"
#include "report/html.h"
#include "report/row_chart.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

const Json* routing_of(const View& view, const std::string& arm, const std::string& stage, const char* of = "routing") {
  if (!view.json.contains(of)) return nullptr;
  for (const Json& routing : view.json[of]) {
    if (json_string(routing, "arm", view.where) == arm && json_string(routing, "stage", view.where) == stage)
      return &routing;
  }
  return nullptr;
}

const Json& layers_of(const Json* routing, const char* key = "layers") {
  static const Json kNone = Json::array();
  if (routing == nullptr || !routing->contains(key) || !(*routing)[key].is_array()) return kNone;
  return (*routing)[key];
}

std::string layer_name(const Json& layer, const std::string& where) {
  return fmt::format("{} {}", json_string(layer, "stack", where), json_int(layer, "layer", where));
}

// The most that a share of the layer can be, in percent: of utilisation alone, and 100 where nothing bounds it lower.
std::optional<double> ceiling_of(const Json* layer, const std::string& key) {
  if (layer == nullptr || key != "utilisation" || !layer->contains("utilisation_ceiling")) return std::nullopt;
  return 100.0 * number_at(*layer, "utilisation_ceiling").value_or(1.0);
}

// Share of the layer in percent, the sum of `keys`; nothing when none is there.
std::optional<Interval> share_of(const Json* layer, const std::vector<const char*>& keys) {
  std::optional<Interval> share;
  for (const char* key : keys) {
    if (layer == nullptr) break;
    const auto value = number_at(*layer, key);
    if (!value) continue;
    const double sum = (share ? share->mean : 0.0) + 100.0 * *value;
    share = Interval{sum, sum, sum, ""};
  }
  return share;
}

const Json* same_layer(const Json& layers, const Json& layer, const std::string& where) {
  for (const Json& other : layers) {
    if (layer_name(other, where) == layer_name(layer, where)) return &other;
  }
  return nullptr;
}

// `of`: "routing", on held-out prompts, or "training_routing".
void add_layer_panel(std::vector<std::string>& charts, const View& view, const std::string& title,
                     const std::string& axis, const std::vector<const char*>& keys, const char* of = "routing") {
  RowChart chart;
  chart.description = title + ", by sparse layer";
  chart.axis = axis;
  chart.before_name = "pre-trained";
  chart.after_name = "instruction-tuned";
  chart.arrows = chart.compact = chart.with_zero = true;
  for (const Arm& arm : view.arms) {
    const Json& before = layers_of(routing_of(view, arm.name, "pretrained", of));
    const Json& after = layers_of(routing_of(view, arm.name, "instructed", of));
    const Json& named = after.empty() ? before : after;
    if (named.empty()) continue;
    chart.rows.push_back({arm.label, arm.colour, {}, {}, true});
    for (const Json& layer : named) {
      chart.rows.push_back(
          {layer_name(layer, view.where), arm.colour, share_of(same_layer(before, layer, view.where), keys),
           share_of(same_layer(after, layer, view.where), keys), false, ceiling_of(&layer, keys.front())});
    }
  }
  const std::string svg = draw_row_chart(chart);
  if (!svg.empty()) charts.push_back(panel(title, svg));
}

std::string layers_figure(const View& view) {
  std::vector<std::string> charts;
  add_layer_panel(charts, view, "How full the experts are", "rows kept by an expert / its capacity, percent",
                  {"utilisation"});
  add_layer_panel(charts, view, "How full they are in training", "rows kept by an expert / its capacity, percent",
                  {"utilisation"}, "training_routing");
  add_layer_panel(charts, view, "Tokens that no expert processed", "dropped or unchosen, percent of tokens",
                  {"dropped_token_share", "unchosen_token_share"});
  add_layer_panel(charts, view, "Do experts specialise on kinds of tokens?",
                  "0: no, 100: the expert tells the kind, percent", {"class_specialisation"});
  add_layer_panel(charts, view, "How evenly the experts share the work", "0: one takes all, 100: equal shares, percent",
                  {"load_entropy"});
  if (charts.empty()) return "";
  return panels(
      charts,
      "One line per sparse layer, numbered from 0 within its stack; hollow before instruction tuning, "
      "filled after. The bar is the ceiling of how full they can be: the room of an expert is a capacity "
      "factor times an even share of the tokens, whatever the number of experts that a token chooses, so that "
      "one choice over a factor of 2 fills half of it at most, two choices all; under Expert Choice every "
      "expert is full. In training: the last logged step. A token is dropped when all its experts are full; under "
      "expert choice it may be "
      "chosen by none. Specialisation is how much of the kind of a token (formatting, digits, function "
      "words, content) its expert gives away: their mutual information over the entropy of the kind. "
      "Evenness is the entropy of the experts' shares over that of equal shares. First seed; held-out prompts "
      "with the capacity used for evaluation where a title does not say training; no interval.");
}

std::string ceiling_cell(const Json& layer) {
  const auto ceiling = ceiling_of(&layer, "utilisation");
  return ceiling ? percent(*ceiling / 100.0) : "–";
}

std::vector<std::string> statistics_cells(const Json& routing, const Json& layer, const std::string& where) {
  std::vector<std::string> cells = {escape(json_string(routing, "stage", where)), escape(layer_name(layer, where)),
                                    grouped(number_at(layer, "num_tokens"))};
  cells.push_back(percent(number_at(layer, "utilisation")));
  cells.push_back(ceiling_cell(layer));
  for (const char* share : {"dropped_choice_share", "dropped_token_share", "unchosen_token_share"}) {
    cells.push_back(percent(number_at(layer, share)));
  }
  for (const char* number :
       {"max_load_ratio", "load_variation", "load_entropy", "router_entropy", "class_specialisation"}) {
    cells.push_back(fixed(number_at(layer, number), 2));
  }
  return cells;
}

// `key`: "layers" or "unlimited". "" when no arm has any.
std::string statistics_table(const View& view, const char* key) {
  Table table(
      {"stage", "layer", "tokens", "utilisation", "its ceiling", "choices dropped", "tokens dropped", "tokens unchosen",
       "busiest expert", "load variation", "load entropy", "router entropy", "special&shy;isation"},
      2);
  std::string last_arm;
  for (const Json& routing : view.json["routing"]) {
    for (const Json& layer : layers_of(&routing, key)) {
      const std::string arm = json_string(routing, "arm", view.where);
      if (arm != last_arm) table.group(view.label(arm));
      last_arm = arm;
      table.row(statistics_cells(routing, layer, view.where));
    }
  }
  return last_arm.empty() ? "" : table.str();
}

std::string training_table(const View& view) {
  Table table({"stage", "layer", "utilisation", "its ceiling", "tokens dropped", "tokens unchosen", "busiest expert"},
              2);
  std::string last_arm;
  for (const Json& routing : view.json.value("training_routing", Json::array())) {
    for (const Json& layer : layers_of(&routing)) {
      const std::string arm = json_string(routing, "arm", view.where);
      if (arm != last_arm) table.group(view.label(arm));
      last_arm = arm;
      table.row({escape(json_string(routing, "stage", view.where)), escape(layer_name(layer, view.where)),
                 percent(number_at(layer, "utilisation")), ceiling_cell(layer),
                 percent(number_at(layer, "dropped_token_share")), percent(number_at(layer, "unchosen_token_share")),
                 fixed(number_at(layer, "max_load_ratio"), 2)});
    }
  }
  if (last_arm.empty()) return "";
  return "<h3>On the text a model trains on</h3>\n" +
         figure(table.str(),
                "The last step of pre-training and of instruction tuning, with the capacity used in training, first "
                "seed. The panels above read held-out prompts instead: a router that was only pre-trained has never "
                "seen their form and sends many of their tokens to the same few experts.");
}

std::string class_map(const Json& layer, const std::string& name) {
  HeatMap map;
  map.description = "Share of each kind of token that each expert takes, " + name;
  for (const Json& one : layer.value("classes", Json::array())) {
    std::vector<double> shares = one.value("kept", std::vector<double>());
    double sum = 0.0;
    for (const double count : shares) sum += count;
    for (double& share : shares) share = sum > 0.0 ? share / sum : 0.0;
    map.rows.push_back(one.value("class", ""));
    map.shares.push_back(std::move(shares));
  }
  return draw_heat_map(map);
}

// The last layers of each stack say most; the others are in the foldable part.
std::string class_figure(const View& view) {
  std::vector<std::string> shown, folded;
  std::string exceptions;
  for (const Arm& arm : view.arms) {
    const Json *before = routing_of(view, arm.name, "pretrained"), *after = routing_of(view, arm.name, "instructed");
    const bool is_early = after == nullptr && before != nullptr;
    if (is_early) exceptions = " unless a title says otherwise";
    const Json& layers = layers_of(is_early ? before : after);
    for (size_t i = 0; i < layers.size(); ++i) {
      const std::string name =
          arm.label + ", " + layer_name(layers[i], view.where) + (is_early ? ", before instruction tuning" : "");
      const std::string svg = class_map(layers[i], name);
      const bool is_last = i + 1 == layers.size() || layers[i + 1]["stack"] != layers[i]["stack"];
      if (!svg.empty()) (is_last ? shown : folded).push_back(panel(name, svg));
    }
  }
  if (shown.empty()) return "";
  std::string result =
      "<h3>Which kind of token goes to which expert</h3>\n" +
      panels(shown,
             fmt::format("Of the tokens of one kind (a row) that an expert processed, the share that each expert (a "
                         "column) took: the darker, the more. Rows that look alike mean no specialisation. After "
                         "instruction tuning{}, last sparse layer of each stack, first seed.",
                         exceptions));
  if (!folded.empty()) result += details("The other layers", panels(folded, "As above."));
  return result;
}

}  // namespace

std::string routing_section(const View& view) {
  std::string body = layers_figure(view);
  if (const std::string table = statistics_table(view, "layers"); !table.empty()) {
    body += details("All routing statistics by layer",
                    table +
                        "<p class=\"note\">Busiest expert: rows sent to it over the even share. Load variation: "
                        "coefficient of variation of the rows per expert. Load and router entropy: 1 is even.</p>\n");
  }
  if (const std::string table = statistics_table(view, "unlimited"); !table.empty())
    body += details("The same without a capacity limit", table);
  return section("routing", "How the experts are used",
                 body + training_table(view) + class_figure(view) + coloured_texts(view));
}

}  // namespace flanmoe::report
