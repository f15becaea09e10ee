#include "study/verdicts.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "study/arms.h"

namespace flanmoe {
namespace {

// One comparison: above zero means yes.
struct Part {
  std::string label;
  Scores scores;
};

// "+1.3", with a true minus; never "-0.0".
std::string with_sign(double value) {
  return fmt::format("{}{:.1f}", value <= -0.05 ? "\u2212" : "+", std::abs(value));
}

std::string sentence(Verdict answer, const Interval& interval, const std::string& unit) {
  return fmt::format("{}: {} {} ({} to {}; {})", name_of(answer), with_sign(interval.mean), unit,
                     with_sign(interval.low), with_sign(interval.high), interval.basis);
}

Json parts_json(const std::vector<Part>& parts) {
  Json rows = Json::array();
  for (const Part& part : parts) {
    rows.push_back({{"label", part.label},
                    {"answer", name_of(verdict_of(part.scores))},
                    {"interval", interval_json(interval_of(part.scores, true))}});
  }
  return rows;
}

// The answer is that of the mean over the parts.
Json mean_verdict(const std::string& id, const std::string& question, const std::string& unit,
                  const std::vector<Part>& parts) {
  std::vector<Scores> all;
  for (const Part& part : parts) all.push_back(part.scores);
  const Scores mean = mean_of(all);
  const Verdict answer = verdict_of(mean);
  return {{"id", id},
          {"question", question},
          {"answer", name_of(answer)},
          {"text", sentence(answer, interval_of(mean, true), unit + ", mean of the comparisons below")},
          {"parts", parts_json(parts)}};
}

// The answer is yes when every part is yes, no when one is no.
Json joint_verdict(const std::string& id, const std::string& question, const std::string& unit,
                   const std::vector<Part>& parts) {
  Verdict answer = Verdict::kYes;
  for (const Part& part : parts) {
    const Verdict own = verdict_of(part.scores);
    if (own == Verdict::kNo) answer = Verdict::kNo;
    if (own != Verdict::kYes && answer == Verdict::kYes) answer = own;
  }
  std::string text = name_of(answer) + ":";
  for (const Part& part : parts) {
    const Interval interval = interval_of(part.scores, true);
    text += fmt::format(" {} {} ({} to {}){}", part.label, with_sign(interval.mean), with_sign(interval.low),
                        with_sign(interval.high), &part == &parts.back() ? "" : ";");
  }
  return {{"id", id},
          {"question", question},
          {"answer", name_of(answer)},
          {"text", text + " " + unit},
          {"parts", parts_json(parts)}};
}

bool has(const std::vector<Measure>& measures, const std::string& id) {
  return std::any_of(measures.begin(), measures.end(), [&](const Measure& measure) { return measure.id == id; });
}

// Sparse minus twin for every sparse arm, or twin minus sparse.
std::vector<Part> against_twins(const std::vector<ArmOptions>& arms, const Measure& measure, bool sparse_first,
                                const std::string& suffix = "") {
  std::vector<Part> parts;
  for (const ArmOptions& arm : arms) {
    if (arm.twin.empty()) continue;
    const Scores& sparse = measure.by_arm.at(arm.name);
    const Scores& dense = measure.by_arm.at(arm.twin);
    const std::string twin = arm_of(arms, arm.twin).label;
    parts.push_back(sparse_first ? Part{arm.label + " over " + twin + suffix, difference(sparse, dense)}
                                 : Part{twin + " over " + arm.label + suffix, difference(dense, sparse)});
  }
  return parts;
}

// Mean utilisation over the sparse layers of one cell.
double utilisation(const CellResult& result) {
  double sum = 0.0, count = 0.0;
  for (const Json& layer : result.routing.at("layers")) {
    sum += layer.at("utilisation").get<double>();
    count += 1.0;
  }
  return 100.0 * sum / count;
}

std::vector<Part> utilisation_gains(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                    const CellResults& results) {
  std::vector<Part> parts;
  for (const ArmOptions& arm : arms) {
    // Expert Choice is always full; the routing of decoder-only models is not analysed.
    const ModelOptions& model = arm.recipe.model;
    if (model.moe.num_experts == 0 || model.moe.routing == RoutingRule::kExpertChoice || model.decoder_only) continue;
    Part part{arm.label, {}};
    for (int64_t seed : options.seeds) {
      const double before = utilisation(results.at(cell_of(arm, seed, Phase::kPretrain))),
                   after = utilisation(results.at(cell_of(arm, seed, Phase::kInstruct)));
      part.scores.push_back({after - before, 0.0});
    }
    parts.push_back(part);
  }
  return parts;
}

std::vector<Part> capacity_costs(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                 const CellResults& results) {
  std::vector<Part> parts;
  for (const ArmOptions& arm : arms) {
    Part part{arm.label, {}};
    for (int64_t seed : options.seeds) {
      const CellResult& cell = results.at(cell_of(arm, seed, Phase::kInstruct));
      if (!cell.unlimited) continue;
      const Score limited = normalised_score(cell.heldout.value(), Prompting::kDirect),
                  unlimited = normalised_score(*cell.unlimited);
      part.scores.push_back(difference({limited}, {unlimited})[0]);
    }
    if (!part.scores.empty()) parts.push_back(part);
  }
  return parts;
}

// The paper's order of routers, where the arms are there.
std::vector<Part> routing_order(const std::vector<ArmOptions>& arms, const Measure& measure) {
  const std::vector<std::pair<std::string, std::string>> order = {
      {"expert_choice", "gshard"}, {"st_moe", "gshard"}, {"gshard", "switch"}};
  std::vector<Part> parts;
  for (const auto& [better, worse] : order) {
    if (!measure.by_arm.contains(better) || !measure.by_arm.contains(worse)) continue;
    const std::string note = worse == "switch" ? " (unequal FLOPs)" : "";
    parts.push_back({arm_of(arms, better).label + " over " + arm_of(arms, worse).label + note,
                     difference(measure.by_arm.at(better), measure.by_arm.at(worse))});
  }
  return parts;
}

}  // namespace

Json study_verdicts(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                    const std::vector<Measure>& measures, const CellResults& results) {
  Json verdicts = Json::array();
  const bool sparse = std::any_of(arms.begin(), arms.end(), [](const ArmOptions& arm) { return !arm.twin.empty(); });
  if (!sparse) return verdicts;
  const bool finetuned = has(measures, "finetune/mean/direct");
  if (finetuned) {
    verdicts.push_back(
        mean_verdict("shape-1", "Finetuned directly on one task, is a sparse model worse than its dense twin?",
                     "points", against_twins(arms, measure_of(measures, "finetune/mean/direct"), false)));
  }
  verdicts.push_back(
      mean_verdict("shape-2", "After instruction tuning, does a sparse model beat its dense twin on held-out tasks?",
                   "points", against_twins(arms, measure_of(measures, "heldout/instructed"), true)));
  verdicts.push_back(mean_verdict(
      "shape-3", "Does a sparse model gain more from instruction tuning than its dense twin, on held-out tasks?",
      "points", against_twins(arms, measure_of(measures, "gain/heldout"), true)));
  if (finetuned) {
    verdicts.push_back(mean_verdict("shape-3-finetuned", "And does it gain more when finetuned afterwards?", "points",
                                    against_twins(arms, measure_of(measures, "gain/finetune"), true)));
  }
  const std::vector<Part> order = routing_order(arms, measure_of(measures, "heldout/instructed"));
  if (!order.empty()) {
    verdicts.push_back(joint_verdict(
        "shape-6", "Are the routers in the paper's order: Expert Choice and ST-MoE, then GShard, then Switch?",
        "points", order));
  }
  const std::vector<Part> gains = utilisation_gains(options, arms, results);
  if (!gains.empty()) {
    verdicts.push_back(
        mean_verdict("shape-9", "Does instruction tuning raise expert utilisation?", "percent of capacity", gains));
  }
  const std::vector<Part> costs = capacity_costs(options, arms, results);
  if (!costs.empty()) {
    verdicts.push_back(mean_verdict("shape-9-capacity", "Do held-out scores fall when no expert has a capacity limit?",
                                    "points", costs));
  }
  return verdicts;
}

}  // namespace flanmoe
