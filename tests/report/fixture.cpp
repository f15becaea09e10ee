#include "report/fixture.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

namespace flanmoe {
namespace {

const std::vector<std::string> kSuites = {"exam", "hard", "reasoning", "qa"};
const std::vector<std::string> kSets = {"negation_passages", "sentence_similarity", "evidence_yes_no_maybe",
                                        "search_snippets"};
constexpr int kExperts = 16;

// Repeatable noise in -1..1.
double noise(int i, int j = 0) { return std::sin(12.9898 * i + 78.233 * j + 0.5); }

Json interval(double mean, double half, int num_seeds) {
  return {{"mean", mean},
          {"low", mean - half},
          {"high", mean + half},
          {"basis", num_seeds > 1 ? fmt::format("95% t-interval over {} seeds", num_seeds)
                                  : std::string("95% interval over items, one seed: says nothing about other seeds")}};
}

Json recipe(bool sparse) {
  const Json training = {{"steps", 500},          {"examples_per_step", 64},       {"optimizer", "adafactor"},
                         {"learning_rate", 0.01}, {"schedule", "cosine"},          {"dropout", 0.0},
                         {"expert_dropout", 0.1}, {"balance_loss", 0.01},          {"z_loss", 0.0},
                         {"source_length", 96},   {"target_length", 40},           {"few_shot_share", 0.1},
                         {"max_shots", 2},        {"objective", "span_corruption"}};
  return {{"d_model", 64},       {"num_layers", 4},      {"num_sparse_layers", sparse ? 2 : 0},
          {"heldout_shots", 0},  {"pretrain", training}, {"instruct", training},
          {"finetune", training}};
}

Json arm(const std::string& name, const std::string& label, const std::string& router, const std::string& twin) {
  const bool sparse = !twin.empty();
  Json json = {{"name", name},
               {"label", label},
               {"router", router},
               {"sparse", sparse},
               {"twin", twin},
               {"num_experts", sparse ? kExperts : 0},
               {"k", sparse ? (name == "switch" ? 1 : 2) : 0},
               {"total_parameters", sparse ? 2345678 : 612345},
               {"active_parameters", sparse ? 745678 : 612345},
               {"flops_per_token", 1234567},
               {"recipe", recipe(sparse)},
               {"disk_bytes", sparse ? 9400000 : 2500000}};
  if (sparse) json["executed_flops_per_token"] = {{"pretrain", 1111111}, {"instruct", 1234567}, {"evaluation", 987654}};
  return json;
}

Json arms_of(int num_sparse) {
  Json arms = {arm("dense", "Dense T5", "none", ""), arm("dense_wide", "Dense T5, wide", "none", "")};
  const Json sparse = {arm("switch", "Switch top-1", "switch", "dense"),
                       arm("gshard", "GShard top-2", "gshard", "dense_wide"),
                       arm("st_moe", "ST-MoE top-2", "st_moe", "dense_wide"),
                       arm("expert_choice", "Expert Choice", "expert choice", "dense_wide")};
  for (int i = 0; i < num_sparse; ++i) arms.push_back(sparse[i]);
  return arms;
}

Json measure(const Json& arms, int num_seeds, const std::string& id, const std::string& unit, double base, double step,
             double half) {
  Json scores = Json::array(), differences = Json::array();
  for (size_t i = 0; i < arms.size(); ++i) {
    const double mean =
        base + step * static_cast<double>(i) + half * noise(static_cast<int>(i), static_cast<int>(id.size()));
    Json values = Json::array();
    for (int seed = 0; seed < num_seeds; ++seed) values.push_back(mean + half * 0.4 * noise(static_cast<int>(i), seed));
    scores.push_back({{"arm", arms[i]["name"]}, {"values", values}, {"interval", interval(mean, half, num_seeds)}});
    if (!arms[i]["sparse"].get<bool>()) continue;
    const double difference = step * static_cast<double>(i);
    differences.push_back({{"arm", arms[i]["name"]},
                           {"twin", arms[i]["twin"]},
                           {"values", values},
                           {"interval", interval(difference, half, num_seeds)}});
  }
  return {{"id", id}, {"label", "Label of " + id}, {"unit", unit}, {"arms", scores}, {"differences", differences}};
}

Json measures_of(const Json& arms, int seeds) {
  Json list = {measure(arms, seeds, "loss/pretrain", "nats", 2.1, -0.05, 0.02),
               measure(arms, seeds, "heldout/pretrained", "points", 1.2, 0.1, 1.5),
               measure(arms, seeds, "heldout/instructed", "points", 22.0, 2.2, 2.0),
               measure(arms, seeds, "heldout-cluster/instructed", "points", 15.0, 2.2, 2.0),
               measure(arms, seeds, "heldout-item/instructed", "points", 29.0, 2.2, 2.0),
               measure(arms, seeds, "gain/heldout", "points", 20.0, 2.1, 2.4),
               measure(arms, seeds, "validation/pretrained", "percent", 3.0, 0.2, 0.5),
               measure(arms, seeds, "validation/instructed", "percent", 71.0, 1.2, 1.0)};
  for (const std::string& suite : kSuites) {
    for (const char* prompting : {"direct", "cot"}) {
      list.push_back(
          measure(arms, seeds, "suite/" + suite + "/" + prompting + "/pretrained", "percent", 25.0, 0.1, 1.0));
      list.push_back(measure(arms, seeds, "suite/" + suite + "/" + prompting + "/instructed", "percent",
                             40.0 + 2.0 * suite.size(), 1.5, 2.0));
    }
  }
  for (const std::string& set : kSets) {
    list.push_back(measure(arms, seeds, "finetune/" + set + "/direct", "percent", 60.0, 0.3, 2.0));
    list.push_back(measure(arms, seeds, "finetune/" + set + "/instructed", "percent", 64.0, 1.3, 2.0));
  }
  list.push_back(measure(arms, seeds, "finetune/mean/direct", "percent", 60.0, -0.4, 1.0));
  list.push_back(measure(arms, seeds, "finetune/mean/instructed", "percent", 63.0, 1.0, 1.0));
  list.push_back(measure(arms, seeds, "gain/finetune", "points", 3.0, 1.4, 2.5));
  return list;
}

Json verdicts_of(int seeds) {
  const auto part = [seeds](const std::string& label, double mean) {
    return Json{{"label", label}, {"interval", interval(mean, 1.5, seeds)}};
  };
  return {
      {{"id", "shape-1"},
       {"question", "Without instruction tuning, do sparse models finetune worse than dense ones of equal arithmetic?"},
       {"measure", "finetune/mean/direct"},
       {"answer", "undecided"},
       {"agreement", ""},
       {"expected", "yes"},
       {"paper", "They overfit."},
       {"primary", true},
       {"unit", "points"},
       {"interval", interval(-0.8, 1.5, seeds)},
       {"text", "On average -0.8 points, interval -2.3 to +0.7, over four comparisons."},
       {"parts", {part("Switch top-1 against Dense T5", -0.8), part("ST-MoE top-2 against Dense T5, wide", -1.2)}}},
      {{"id", "shape-2"},
       {"question", "Does instruction tuning help sparse models more than dense ones?"},
       {"answer", "yes"},
       {"agreement", "agrees"},
       {"paper", "They gain more at every size."},
       {"text", "Every sparse arm gains more than its twin: between +3.1 and +6.4 points."},
       {"parts", {part("Switch top-1 against Dense T5", 3.1), part("Expert Choice against Dense T5, wide", 6.4)}}},
      {{"id", "shape-3"},
       {"question", "Is top-1 routing better than top-2?"},
       {"answer", "no"},
       {"text", "It is worse by 2.0 points."},
       {"parts", Json::array()}}};
}

Json tasks_of(const Json& arms) {
  Json tasks = Json::array();
  for (const char* stage : {"pretrained", "instructed"}) {
    for (const std::string& suite : kSuites) {
      for (size_t i = 0; i < arms.size(); ++i) {
        tasks.push_back({{"arm", arms[i]["name"]},
                         {"stage", stage},
                         {"suite", suite},
                         {"task", suite + "_capitals"},
                         {"prompting", "direct"},
                         {"num_items", 120},
                         {"score", 44.0 + static_cast<double>(i)},
                         {"chance", 25.0},
                         {"majority", 31.0},
                         {"standard_error", 3.1}});
      }
    }
  }
  return tasks;
}

Json curves_of(const Json& arms, int seeds) {
  Json curves = Json::array();
  for (size_t i = 0; i < arms.size(); ++i) {
    for (int seed = 1; seed <= seeds; ++seed) {
      for (const char* phase : {"pretrain", "instruct"}) {
        Json points = Json::array();
        for (int step = 1; step <= 60; step += step < 6 ? 1 : 6) {
          Json point = {{"step", 20 * step},
                        {"tokens", 40000 * step},
                        {"train/loss", 2.0 - 0.06 * static_cast<double>(i) + 4.0 / step + 0.02 * noise(step, seed)}};
          if (step % 12 == 0) point["eval/normalised_average"] = step * (0.3 + 0.03 * static_cast<double>(i));
          points.push_back(point);
        }
        curves.push_back({{"arm", arms[i]["name"]}, {"seed", seed}, {"phase", phase}, {"points", points}});
      }
    }
  }
  return curves;
}

Json layer_of(const std::string& stack, int index, int variant, bool expert_choice) {
  Json classes = Json::array();
  const std::vector<std::string> names = {"formatting", "digits", "function words", "content"};
  for (int c = 0; c < 4; ++c) {
    std::vector<int64_t> kept;
    for (int e = 0; e < kExperts; ++e)
      kept.push_back(static_cast<int64_t>(40 + (e % 4 == c ? 300 : 0) + 39 * noise(e, c + variant)));
    classes.push_back({{"class", names[c]},
                       {"num_tokens", 4000},
                       {"dropped_token_share", 0.02},
                       {"unchosen_token_share", 0.0},
                       {"kept", kept}});
  }
  const double lost = 0.03 + 0.02 * noise(index, variant);
  return {{"stack", stack},
          {"layer", index},
          {"num_tokens", 16000},
          {"utilisation", expert_choice ? 1.0 : 0.45 + 0.1 * noise(variant, index)},
          {"utilisation_ceiling", expert_choice ? Json() : Json(0.625)},
          {"dropped_choice_share", 0.08},
          {"dropped_token_share", expert_choice ? 0.0 : lost},
          {"unchosen_token_share", expert_choice ? 2.0 * lost : 0.0},
          {"max_load_ratio", 2.3},
          {"load_variation", 0.6},
          {"load_entropy", 0.93},
          {"router_entropy", 0.4},
          {"class_specialisation", 0.3 + 0.1 * noise(index, variant + 1)},
          {"classes", classes}};
}

Json coloured_of(const std::string& stack, int layer) {
  Json tokens = Json::array();
  const std::vector<std::string> pieces = {"▁The", "▁capital", "▁of", "▁Bor", "una", "▁is",   "▁not",
                                           "▁Mel", "vik",      ".",   "▁Is",  "▁it", "▁true", "▁that",
                                           "▁12",  "▁+",       "▁30", "▁is",  "▁42", "?",     "▁Options",
                                           ":",    "▁",        "<b>", "▁yes", "▁no", "</s>"};
  for (size_t i = 0; i < pieces.size(); ++i) {
    const int expert = static_cast<int>(i * 7 + layer) % 9 - 1;
    tokens.push_back({{"piece", pieces[i % pieces.size()]}, {"expert", expert}, {"dropped", expert < 0 && i % 2 == 0}});
  }
  return {{"stack", stack}, {"layer", layer}, {"tokens", tokens}};
}

Json routing_of(const Json& arms) {
  Json routing = Json::array();
  int variant = 0;
  for (const Json& one : arms) {
    if (!one["sparse"].get<bool>()) continue;
    const bool expert_choice = one["name"] == "expert_choice";
    for (const char* stage : {"pretrained", "instructed"}) {
      ++variant;
      const Json layers = {layer_of("encoder", 1, variant, expert_choice),
                           layer_of("decoder", 1, variant, expert_choice)};
      routing.push_back({{"arm", one["name"]},
                         {"stage", stage},
                         {"num_texts", 256},
                         {"layers", layers},
                         {"unlimited", expert_choice ? Json() : layers},
                         {"coloured", {coloured_of("encoder", 1), coloured_of("decoder", 1)}}});
    }
  }
  return routing;
}

Json timing_of(const Json& arms) {
  Json cost = Json::array();
  for (const Json& one : arms) {
    const bool sparse = one["sparse"].get<bool>();
    cost.push_back({{"arm", one["name"]},
                    {"train_tokens_per_second", sparse ? 21345.6 : 30123.4},
                    {"eval_tokens_per_second", sparse ? 61000 : 80000},
                    {"decode_tokens_per_second", sparse ? 900 : 1500},
                    {"peak_memory_bytes", 812345678},
                    {"train_overhead", sparse ? Json(0.41) : Json()},
                    {"eval_overhead", sparse ? Json(0.31) : Json()},
                    {"decode_overhead", sparse ? Json(0.67) : Json()}});
  }
  return {{"machine", {{"cpu", "AMD EPYC 7B13"}, {"cores", 2}, {"system", "Debian GNU/Linux 12 (bookworm)"}}},
          {"cost", cost},
          {"cell_seconds", 5432.1},
          {"reused", {{{"study", "runs/lab"}, {"cells", 3}, {"train_seconds", 270.0}}}}};
}

Json capacity_of(const Json& arms, int seeds) {
  Json capacity = Json::array();
  for (const Json& one : arms) {
    if (!one["sparse"].get<bool>() || one["name"] == "expert_choice") continue;
    capacity.push_back(
        {{"arm", one["name"]}, {"default", interval(28.1, 2.0, seeds)}, {"unlimited", interval(28.9, 2.0, seeds)}});
  }
  return capacity;
}

}  // namespace

Json fixture_results(const FixtureOptions& options) {
  const Json arms = arms_of(options.num_sparse);
  Json seeds = Json::array();
  for (int seed = 1; seed <= options.num_seeds; ++seed) seeds.push_back(seed);
  return {
      {"format", 1},
      {"title", "FLAN-MoE in miniature"},
      {"note", "Four routings and two dense twins, pre-trained, instruction-tuned and finetuned on one small machine."},
      {"kind", "world"},
      {"command", "flanmoe study mini --out runs/mini"},
      {"config", "title: \"FLAN-MoE in miniature\"\nseeds: [1, 2, 3]\n"},
      {"seeds", seeds},
      {"data",
       {{"description", "A made-up world of people, towns and rivers; tasks ask about its facts."},
        {"counts", {{"facts", 3000}, {"instruction tasks", 124}, {"held-out tasks", 28}, {"training rows", 1234567}}}}},
      {"arms", arms},
      {"suites", kSuites},
      {"measures", measures_of(arms, options.num_seeds)},
      {"verdicts", verdicts_of(options.num_seeds)},
      {"tasks", tasks_of(arms)},
      {"curves", curves_of(arms, options.num_seeds)},
      {"routing", options.routing ? routing_of(arms) : Json::array()},
      {"capacity", capacity_of(arms, options.num_seeds)},
      {"timing", timing_of(arms)}};
}

Json smallest_results() {
  Json results = fixture_results({1, 0, false});
  results["arms"].erase(1);
  for (Json& measure : results["measures"]) measure["arms"].erase(1);
  for (const char* key : {"verdicts", "tasks", "curves", "routing", "capacity"}) results[key] = nullptr;
  results["timing"] = nullptr;
  results["data"] = nullptr;
  return results;
}

std::string drawn(std::string (*section)(const report::View&), const Json& results) {
  return section(report::read_view(results, "results.json"));
}

}  // namespace flanmoe
