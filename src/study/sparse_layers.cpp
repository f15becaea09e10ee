#include "study/sparse_layers.h"

#include <map>
#include <utility>
#include <vector>

#include "analysis/routing.h"
#include "base/error.h"
#include "model/executed_flops.h"

namespace flanmoe {
namespace {

Stack stack_named(const std::string& name) {
  return name == name_of(Stack::kDecoder) ? Stack::kDecoder : Stack::kEncoder;
}

// The encoder's first, as in the analysis of routing.
Json layers_in_curve(const Json& curve) {
  constexpr std::string_view kPrefix = "moe/";  // "moe/encoder/1/utilisation"
  std::map<std::pair<Stack, int64_t>, Json> layers;
  for (const Json& line : curve) {
    for (const auto& [key, value] : line.items()) {
      if (!key.starts_with(kPrefix)) continue;
      const size_t stack_end = key.find('/', kPrefix.size()), layer_end = key.find('/', stack_end + 1);
      const std::string stack = key.substr(kPrefix.size(), stack_end - kPrefix.size());
      const int64_t layer = std::stoll(key.substr(stack_end + 1, layer_end - stack_end - 1));
      Json& row = layers[{stack_named(stack), layer}];
      row["stack"] = stack;
      row["layer"] = layer;
      row[key.substr(layer_end + 1)] = value;  // later lines win
    }
  }
  Json rows = Json::array();
  for (const auto& [place, row] : layers) rows.push_back(row);
  return rows;
}

Stack stack_of(const Json& layer) { return stack_named(layer.at("stack")); }

void add_ceilings(Json& layers, const MoeOptions& moe, bool training) {
  for (Json& layer : layers) {
    const std::optional<double> ceiling = utilisation_ceiling(moe, stack_of(layer) == Stack::kDecoder, training);
    layer["utilisation_ceiling"] = ceiling ? Json(*ceiling) : Json();
  }
}

// Kept pairs over tokens of a layer of the analysis.
std::optional<double> kept_per_token(const Json& layer) {
  double kept = 0.0, tokens = 0.0;
  for (const Json& one : layer.value("classes", Json::array())) {
    tokens += one.at("num_tokens").get<double>();
    for (const Json& count : one.at("kept")) kept += count.get<double>();
  }
  return tokens > 0.0 ? std::optional(kept / tokens) : std::nullopt;
}

template <class KeptOfLayer>
std::optional<double> executed(const Json& layers, const ModelOptions& model, const KeptOfLayer& kept_of) {
  std::vector<KeptChoices> kept;
  for (const Json& layer : layers) {
    const std::optional<double> per_token = kept_of(layer);
    if (!per_token) return std::nullopt;
    kept.push_back({stack_of(layer), layer.at("layer"), *per_token});
  }
  return kept.empty() ? std::nullopt : std::optional(executed_flops_per_token(model, kept));
}

}  // namespace

Json training_layers(const CellResult& cell, const ModelOptions& model) {
  Json layers = layers_in_curve(cell.curve);
  add_ceilings(layers, model.moe, true);
  return layers;
}

Json evaluation_routing(const CellResult& cell, const ModelOptions& model) {
  Json routing = cell.routing;
  add_ceilings(routing.at("layers"), model.moe, false);
  return routing;
}

std::optional<double> executed_in_training(const CellResult& cell, const ModelOptions& model) {
  return executed(layers_in_curve(cell.curve), model, [](const Json& layer) {
    return layer.contains("kept_per_token") ? std::optional(layer.at("kept_per_token").get<double>()) : std::nullopt;
  });
}

std::optional<double> executed_in_evaluation(const CellResult& cell, const ModelOptions& model) {
  if (cell.routing.is_null()) return std::nullopt;
  return executed(cell.routing.at("layers"), model, kept_per_token);
}

}  // namespace flanmoe
