// What a study that measures drops, asks its models again and searches rates of finetuning adds to the fixture.
#include <fmt/format.h>

#include <cmath>

#include "report/fixture.h"

namespace flanmoe {
namespace {

std::vector<std::string> sparse_arms(const Json& results) {
  std::vector<std::string> names;
  for (const Json& arm : results["arms"]) {
    if (arm["sparse"].get<bool>()) names.push_back(arm["name"]);
  }
  return names;
}

Json measure_of_sparse(const Json& results, const std::string& id, double base, double step, double half) {
  const size_t num_seeds = results["seeds"].size();
  Json arms = Json::array();
  double mean = base;
  for (const std::string& arm : sparse_arms(results)) {
    arms.push_back({{"arm", arm},
                    {"values", Json::array()},
                    {"interval",
                     {{"mean", mean},
                      {"low", mean - half},
                      {"high", mean + half},
                      {"basis", fmt::format("95% t-interval over {} seeds", num_seeds)}}}});
    mean += step;
  }
  return {{"id", id}, {"label", "Label of " + id}, {"unit", "points"}, {"arms", arms}, {"differences", Json::array()}};
}

void add_drops(Json& results) {
  double base = 4.0;
  for (const std::string& arm : sparse_arms(results)) {
    for (const auto& [stack, layer] :
         std::vector<std::pair<std::string, int>>{{"encoder", 1}, {"encoder", 3}, {"decoder", 1}}) {
      double share = base + layer;
      for (const char* kind : {"formatting", "digits", "function words", "content"}) {
        results["drops"].push_back({{"arm", arm},
                                    {"stack", stack},
                                    {"layer", layer},
                                    {"class", kind},
                                    {"corpus", share},
                                    {"pretrained", 4.0 * share},
                                    {"instructed", 1.6 * share}});
        share *= 1.3;
      }
    }
    base += 1.5;
  }
  for (const auto& [id, mean] : std::vector<std::pair<const char*, double>>{{"drops/corpus", 8.0},
                                                                            {"drops/pretrained", 32.0},
                                                                            {"drops/instructed", 12.8},
                                                                            {"drop-distance/pretrained", 24.0},
                                                                            {"drop-distance/instructed", 4.8},
                                                                            {"gain/drop-distance", -19.2}})
    results["measures"].push_back(measure_of_sparse(results, id, mean, 0.8, 1.6));
}

void add_evaluations(Json& results) {
  results["evaluations"] = {{{"name", "half"}, {"label", "factor 0.5"}, {"over", ""}},
                            {{"name", "unlimited"}, {"label", "no limit"}, {"over", "batch"}},
                            {{"name", "batch_half"}, {"label", "groups of batches, factor 0.5"}, {"over", "batch"}},
                            {{"name", "batch"}, {"label", "groups of batches, factor 2"}, {"over", ""}}};
  double effect = -7.0;
  for (const char* name : {"half", "unlimited", "batch_half", "batch"}) {
    for (const char* stage : {"pretrained", "instructed"}) {
      const double mean = stage == std::string("instructed") ? effect : 0.2 * effect;
      for (const auto& [what, base] : std::vector<std::pair<std::string, double>>{{"evaluated", 26.0}, {"effect", 0.0}})
        results["measures"].push_back(
            measure_of_sparse(results, fmt::format("{}/{}/{}", what, name, stage), base + mean, 0.9, 1.3));
    }
    effect += 3.0;
  }
}

void add_finetunings(Json& results) {
  const std::vector<double> rates = {0.001, 0.003, 0.01};
  Json rows = Json::array();
  int turn = 0;
  for (const Json& arm : results["arms"]) {
    for (const char* set : {"negation_passages", "sentence_similarity", "search_snippets"}) {
      for (const char* way : {"direct", "instructed"}) {
        for (const Json& seed : results["seeds"]) {
          Json tried = Json::array();
          for (const double rate : rates) tried.push_back({{"rate", rate}, {"validation", 40.0}});
          const size_t taken = static_cast<size_t>(2.0 + 1.9 * std::sin(1.7 * ++turn)) % rates.size();
          rows.push_back({{"arm", arm["name"]},
                          {"set", set},
                          {"way", way},
                          {"seed", seed},
                          {"rate", rates[taken]},
                          {"rates", tried}});
        }
      }
    }
  }
  results["finetunings"] = rows;
}

}  // namespace

Json with_analyses(Json results) {
  add_drops(results);
  add_evaluations(results);
  add_finetunings(results);
  return results;
}

}  // namespace flanmoe
