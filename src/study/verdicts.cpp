#include "study/verdicts.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "study/statistics/judge.h"

namespace flanmoe {
namespace {

// "+1.3", with a true minus; never "-0.0".
std::string with_sign(double value, int decimals = 1) {
  return fmt::format("{}{:.{}f}", value <= -0.5 * std::pow(10.0, -decimals) ? "\u2212" : "+", std::abs(value),
                     decimals);
}

int decimals_of(const Measure& measure) { return measure.unit.starts_with("nats") ? 3 : 1; }

const Scores& scores_of(const Measure& measure, const std::string& arm, const StudyComparison& comparison) {
  const auto found = measure.by_arm.find(arm);
  if (found != measure.by_arm.end()) return found->second;
  fail_input("comparison '{}': the arm '{}' has no measure '{}'", comparison.id, arm, measure.id);
}

// The weighted sum of the arms' scores, by seed and task.
Contrast contrast_of(const ComparisonPart& part, const Measure& measure, const StudyComparison& comparison) {
  Contrast contrast{fmt::format("comparison '{}', {}", comparison.id, part.label), {}, {}};
  for (const TaskPlace& place : measure.tasks) contrast.suite_of_task.push_back(place.suite);
  for (const auto& [arm, weight] : part.weights) {
    const Scores& scores = scores_of(measure, arm, comparison);
    contrast.differences.resize(scores.size(), std::vector<double>(measure.tasks.size(), 0.0));
    contrast.item_variances.resize(scores.size(), 0.0);
    for (size_t s = 0; s < scores.size(); ++s) {
      for (size_t t = 0; t < measure.tasks.size(); ++t) contrast.differences[s][t] += weight * scores[s].tasks[t];
      contrast.item_variances[s] += std::pow(weight * scores[s].standard_error, 2);
    }
  }
  return contrast;
}

ComparisonPart mean_of_parts(const StudyComparison& comparison) {
  ComparisonPart mean{"mean of the comparisons", {}};
  for (const ComparisonPart& part : comparison.parts) {
    for (const auto& [arm, weight] : part.weights)
      mean.weights[arm] += weight / static_cast<double>(comparison.parts.size());
  }
  return mean;
}

struct Asked {
  const StudyComparison* comparison;
  std::vector<const Measure*> measures;  // of the comparison's parts
  Question question;
};

Asked asked(const StudyComparison& comparison, const std::vector<Measure>& measures) {
  Asked result{&comparison, {}, {comparison.id, comparison.margin, {}}};
  for (const ComparisonPart& part : comparison.parts)
    result.measures.push_back(&measure_of(measures, comparison.measure_of(part)));
  if (!comparison.joint) {  // all of one measure
    result.question.parts = {contrast_of(mean_of_parts(comparison), *result.measures.front(), comparison)};
    return result;
  }
  for (size_t p = 0; p < comparison.parts.size(); ++p)
    result.question.parts.push_back(contrast_of(comparison.parts[p], *result.measures[p], comparison));
  return result;
}

Interval interval_of(const Estimate& estimate, double level, const Measure& measure) {
  const size_t num_tasks = measure.tasks.size();
  const double half = half_width(estimate, level);
  if (!std::isfinite(half)) {
    return {estimate.mean, estimate.mean, estimate.mean,
            estimate.num_seeds > 1 ? same_in_all(estimate.num_seeds) : "one seed: no interval"};
  }
  return {estimate.mean, estimate.mean - half, estimate.mean + half,
          fmt::format("{:.1f}% interval over {} seeds{}", 100.0 * (1.0 - level), estimate.num_seeds,
                      num_tasks > 1 ? fmt::format(" and {} tasks", num_tasks) : "")};
}

// Of a part as it was judged: at the look and level of the test. "No" needs one of several parts, each tested at its
// share of the level.
Interval tested_interval(const Asked& asked, const Judgement& judgement, size_t part) {
  const auto num_parts = static_cast<double>(judgement.parts.size());
  const double level = judgement.difference_level / (judgement.decision == Decision::kNo ? num_parts : 1.0);
  return interval_of(judgement.parts[part], level, *asked.measures[part]);
}

std::string numbers(const Interval& interval, const Measure& measure) {
  const int decimals = decimals_of(measure);
  if (interval.low == interval.high) return with_sign(interval.mean, decimals);
  return fmt::format("{} ({} to {})", with_sign(interval.mean, decimals), with_sign(interval.low, decimals),
                     with_sign(interval.high, decimals));
}

std::string look_text(const Judgement& judgement, const ProtocolOptions& protocol) {
  if (judgement.look > 0)
    return fmt::format("looked at with {} seeds", protocol.looks[static_cast<size_t>(judgement.look) - 1]);
  return fmt::format("judged from {} seeds on", protocol.looks.front());
}

std::string sentence(const Asked& asked, const Judgement& judgement, const ProtocolOptions& protocol) {
  std::string text = name_of(judgement.decision) + ":", basis;
  for (size_t p = 0; p < judgement.parts.size(); ++p) {
    const Measure& measure = *asked.measures[p];
    const Interval interval = tested_interval(asked, judgement, p);
    const std::string label = asked.comparison->joint ? asked.comparison->parts[p].label + " " : "";
    text += fmt::format("{} {}{} {}", p == 0 ? "" : ";", label, numbers(interval, measure), measure.unit);
    basis = interval.basis;
  }
  return fmt::format("{}{}; {}, {}; less than {} is equal", text,
                     asked.comparison->joint ? "" : ", mean of the comparisons below", basis,
                     look_text(judgement, protocol), asked.comparison->margin);
}

// Whether the answer is the paper's.
std::string agreement(const StudyComparison& comparison, Decision decision) {
  if (comparison.expected.empty() || decision == Decision::kUndecided) return "";
  return comparison.expected == name_of(decision) ? "agrees" : "disagrees";
}

Json parts_json(const Asked& asked, const Judgement& judgement) {
  Json rows = Json::array();
  for (size_t p = 0; p < asked.measures.size(); ++p) {
    const ComparisonPart& part = asked.comparison->parts[p];
    const Contrast contrast = contrast_of(part, *asked.measures[p], *asked.comparison);
    const auto num_seeds = static_cast<int64_t>(contrast.differences.size());
    const Interval interval = interval_of(estimate_of(contrast, num_seeds), 0.05, *asked.measures[p]);
    rows.push_back({{"label", part.label}, {"weights", part.weights}, {"interval", interval_json(interval)}});
    if (asked.comparison->joint) rows.back()["tested"] = interval_json(tested_interval(asked, judgement, p));
    if (!part.measure.empty()) rows.back()["measure"] = part.measure;
  }
  return rows;
}

// Of what was judged, at the level at which it was; null of a joint question, which has one for each part.
Json judged_interval(const Asked& asked, const Judgement& judgement) {
  if (asked.comparison->joint) return nullptr;
  return interval_json(tested_interval(asked, judgement, 0));
}

Json verdict_json(const Asked& asked, const Judgement& judgement, const ProtocolOptions& protocol) {
  const StudyComparison& comparison = *asked.comparison;
  Json json = comparison_json(comparison);
  json.update({{"paper", comparison.paper},
               {"answer", name_of(judgement.decision)},
               {"agreement", agreement(comparison, judgement.decision)},
               {"look", judgement.look > 0 ? protocol.looks[static_cast<size_t>(judgement.look) - 1] : 0},
               {"difference_p", judgement.difference_p},
               {"difference_level", judgement.difference_level},
               {"equality_p", judgement.equality_p},
               {"equality_level", judgement.equality_level},
               {"unit", asked.measures.front()->unit},
               {"interval", judged_interval(asked, judgement)},
               {"text", sentence(asked, judgement, protocol)},
               {"parts", parts_json(asked, judgement)}});
  return json;
}

// Adds the verdicts of questions that share a level: one family, or each alone, which corrects for nothing.
void add_verdicts(std::map<std::string, Json>& by_id, const std::vector<Asked>& asked, bool alone,
                  const ProtocolOptions& protocol, const FurtherLooks& further) {
  if (asked.empty()) return;
  std::vector<std::vector<Question>> families;
  for (const Asked& one : asked) {
    if (alone || families.empty()) families.emplace_back();
    families.back().push_back(one.question);
  }
  const LookPlan plan = plan_looks(protocol.looks, static_cast<int64_t>(families.front().size()), protocol.alpha);
  auto next = asked.begin();
  for (const std::vector<Question>& family : families) {
    for (const Judgement& judgement : judge(family, plan)) {
      Json& verdict = by_id[next->comparison->id] = verdict_json(*next, judgement, protocol);
      const bool is_left_open = !alone && judgement.decision == Decision::kUndecided;
      verdict["next"] = is_left_open ? next_json(judgement, next->comparison->margin, further) : Json();
      ++next;
    }
  }
}

}  // namespace

Json study_verdicts(const std::vector<StudyComparison>& comparisons, const ProtocolOptions& protocol,
                    const std::vector<Measure>& measures, const FurtherLooks& further) {
  std::vector<Asked> primary, others;
  for (const StudyComparison& comparison : comparisons)
    (comparison.primary ? primary : others).push_back(asked(comparison, measures));
  std::map<std::string, Json> by_id;
  add_verdicts(by_id, primary, false, protocol, further);
  add_verdicts(by_id, others, true, protocol, further);
  Json verdicts = Json::array();
  for (const StudyComparison& comparison : comparisons) verdicts.push_back(by_id.at(comparison.id));
  return verdicts;
}

}  // namespace flanmoe
