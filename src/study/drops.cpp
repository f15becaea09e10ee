#include "study/drops.h"

#include <cmath>

#include "base/error.h"
#include "study/stage.h"

namespace flanmoe {
namespace {

double percent_without_expert(const Json& counted) {
  return 100.0 * (counted.at("dropped_token_share").get<double>() + counted.at("unchosen_token_share").get<double>());
}

// The sparse layers of the encoder; none where nothing was analysed.
std::vector<Json> encoder_layers(const Json& routing) {
  std::vector<Json> layers;
  if (routing.is_null()) return layers;
  for (const Json& layer : routing.at("layers")) {
    if (layer.at("stack") == "encoder") layers.push_back(layer);
  }
  return layers;
}

double layer_distance(const Json& layer, const Json& corpus) {
  double sum = 0.0, tokens = 0.0;
  for (size_t c = 0; c < corpus.at("classes").size(); ++c) {
    const Json &here = layer.at("classes").at(c), &there = corpus.at("classes").at(c);
    FLANMOE_ASSERT(here.at("class") == there.at("class"));
    const double weight = there.at("num_tokens");
    if (weight == 0.0 || here.at("num_tokens") == 0) continue;
    sum += weight * std::abs(percent_without_expert(here) - percent_without_expert(there));
    tokens += weight;
  }
  return tokens > 0.0 ? sum / tokens : 0.0;
}

// Mean over the seeds whose text holds the class; null where none does.
class SeedMean {
 public:
  void add(const Json& routing, size_t layer, size_t of_class) {
    if (routing.is_null()) return;
    const Json& counted = routing.at("layers").at(layer).at("classes").at(of_class);
    if (counted.at("num_tokens") == 0) return;
    sum_ += percent_without_expert(counted);
    count_ += 1.0;
  }
  Json json() const { return count_ > 0.0 ? Json(sum_ / count_) : Json(); }

 private:
  double sum_ = 0.0, count_ = 0.0;
};

}  // namespace

std::optional<double> drop_share(const Json& routing) {
  const std::vector<Json> layers = encoder_layers(routing);
  if (layers.empty()) return std::nullopt;
  double sum = 0.0;
  for (const Json& layer : layers) sum += percent_without_expert(layer);
  return sum / static_cast<double>(layers.size());
}

std::optional<double> drop_distance(const Json& routing, const Json& corpus) {
  const std::vector<Json> layers = encoder_layers(routing), corpus_layers = encoder_layers(corpus);
  if (layers.empty() || corpus_layers.empty()) return std::nullopt;
  FLANMOE_ASSERT(layers.size() == corpus_layers.size());
  double sum = 0.0;
  for (size_t i = 0; i < layers.size(); ++i) sum += layer_distance(layers[i], corpus_layers[i]);
  return sum / static_cast<double>(layers.size());
}

std::vector<DropMeasure> drop_measures(const CellResults& results) {
  const auto corpus = [&results](const ArmOptions& arm, int64_t seed) -> const Json& {
    return results.at(cell_of(arm, seed, Phase::kPretrain)).corpus_routing;
  };
  std::vector<DropMeasure> measures = {
      {"drops/corpus", "Tokens without an expert on pre-training's text",
       [corpus](const ArmOptions& arm, int64_t seed) { return drop_share(corpus(arm, seed)); }}};
  for (const Stage stage : kStages) {
    const auto prompts = [&results, stage](const ArmOptions& arm, int64_t seed) -> const Json& {
      return results.at(cell_of(arm, seed, phase_of(stage))).routing;
    };
    measures.push_back({"drops/" + name_of(stage), "Tokens without an expert on held-out prompts " + label_of(stage),
                        [prompts](const ArmOptions& arm, int64_t seed) { return drop_share(prompts(arm, seed)); }});
    measures.push_back({"drop-distance/" + name_of(stage),
                        "Distance of drops by token class from those on pre-training's text " + label_of(stage),
                        [prompts, corpus](const ArmOptions& arm, int64_t seed) {
                          return drop_distance(prompts(arm, seed), corpus(arm, seed));
                        }});
  }
  return measures;
}

Json drops_json(const StudyOptions& options, const ArmOptions& arm, const CellResults& results) {
  Json rows = Json::array();
  const Json& any = results.at(cell_of(arm, options.seeds.front(), Phase::kPretrain)).corpus_routing;
  if (any.is_null()) return rows;
  for (size_t l = 0; l < any.at("layers").size(); ++l) {
    const Json& layer = any.at("layers").at(l);
    for (size_t c = 0; c < layer.at("classes").size(); ++c) {
      SeedMean corpus, pretrained, instructed;
      for (const int64_t seed : options.seeds) {
        const CellResult& before = results.at(cell_of(arm, seed, Phase::kPretrain));
        corpus.add(before.corpus_routing, l, c);
        pretrained.add(before.routing, l, c);
        instructed.add(results.at(cell_of(arm, seed, Phase::kInstruct)).routing, l, c);
      }
      rows.push_back({{"arm", arm.name},
                      {"stack", layer.at("stack")},
                      {"layer", layer.at("layer")},
                      {"class", layer.at("classes").at(c).at("class")},
                      {"corpus", corpus.json()},
                      {"pretrained", pretrained.json()},
                      {"instructed", instructed.json()}});
    }
  }
  return rows;
}

}  // namespace flanmoe
