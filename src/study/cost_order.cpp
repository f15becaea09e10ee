#include "study/cost_order.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/nearest_name.h"
#include "study/arms.h"
#include "study/cost.h"
#include "study/measures.h"
#include "study/statistics/contrast.h"

namespace flanmoe {
namespace {

constexpr double kLevel = 0.05;

using Rates = std::vector<double>;  // one per round

Rates rates_of(const Json& cost, const std::string& arm, const std::string& what, const std::string& where) {
  const Json& rounds = json_at(cost_of_arm(cost, arm, where), "rounds", where);
  return json_at(rounds, what + "_tokens_per_second", where).get<Rates>();
}

// ln(one / other) by round.
Estimate ratio_of(const Rates& one, const Rates& other, const std::string& name) {
  FLANMOE_ASSERT(one.size() == other.size());
  Contrast contrast{name, {}, {0}};
  for (size_t i = 0; i < one.size(); ++i) contrast.differences.push_back({std::log(one[i] / other[i])});
  return estimate_of(contrast, static_cast<int64_t>(one.size()));
}

double percent_of(double log_ratio) { return 100.0 * std::expm1(log_ratio); }

Interval percent_interval(const Estimate& ratio) {
  const double half = half_width(ratio, kLevel);
  return {percent_of(ratio.mean), percent_of(ratio.mean - half), percent_of(ratio.mean + half),
          fmt::format("{:.0f}% t-interval over {} rounds", 100.0 * (1.0 - kLevel), ratio.num_seeds)};
}

std::string numbers(const Interval& interval) {
  const auto one = [](double value) {
    return fmt::format("{}{:.1f}%", value <= -0.05 ? "\u2212" : "+", std::abs(value));
  };
  return fmt::format("{} ({} to {})", one(interval.mean), one(interval.low), one(interval.high));
}

std::string answer_of(const std::vector<Estimate>& steps) {
  const auto surely = [](const Estimate& step, double level) { return difference_p(step) < level; };
  const double shared = kLevel / static_cast<double>(steps.size());
  if (std::any_of(steps.begin(), steps.end(), [&](const auto& s) { return s.mean < 0.0 && surely(s, shared); }))
    return "disagrees";
  const bool all =
      std::all_of(steps.begin(), steps.end(), [&](const auto& s) { return s.mean > 0.0 && surely(s, kLevel); });
  return all ? "agrees" : "undecided";
}

std::string name_in_words(const std::string& what) {
  return what == "train" ? "training" : what == "eval" ? "evaluation" : "decoding";
}

Json overheads_json(const std::vector<ArmOptions>& arms, const std::string& first,
                    const std::function<Rates(const std::string&)>& rates) {
  Json rows = Json::array();
  for (const ArmOptions& arm : arms) {
    if (arm.name == first) continue;
    const Estimate time = ratio_of(rates(first), rates(arm.name), arm.name);
    rows.push_back({{"arm", arm.name}, {"interval", interval_json(percent_interval(time))}});
  }
  return rows;
}

Json one_order(const StudyOptions& options, const std::vector<ArmOptions>& arms, const std::string& what,
               const std::function<Rates(const std::string&)>& rates) {
  std::vector<Estimate> steps;
  Json rows = Json::array();
  std::string text;
  for (size_t i = 0; i + 1 < options.cost_order.size(); ++i) {
    const std::string &faster = options.cost_order[i], &slower = options.cost_order[i + 1];
    steps.push_back(ratio_of(rates(faster), rates(slower), faster + " over " + slower));
    const Interval interval = percent_interval(steps.back());
    rows.push_back({{"faster", faster}, {"slower", slower}, {"interval", interval_json(interval)}});
    text += fmt::format("{}{} over {} {}", i == 0 ? "" : "; ", arm_of(arms, faster).label, arm_of(arms, slower).label,
                        numbers(interval));
  }
  const std::string answer = answer_of(steps);
  return {{"what", what},
          {"answer", answer},
          {"text", fmt::format("{} {} the expected order: tokens per second of {}; {}", name_in_words(what),
                               answer == "agrees"      ? "agrees with"
                               : answer == "disagrees" ? "disagrees with"
                                                       : "does not decide",
                               text, percent_interval(steps.front()).basis)},
          {"steps", rows},
          {"overheads", overheads_json(arms, options.cost_order.front(), rates)}};
}

}  // namespace

void check_cost_order(const StudyOptions& options, const std::vector<ArmOptions>& arms) {
  const std::vector<std::string>& order = options.cost_order;
  if (order.empty()) return;
  std::vector<std::string> names;
  for (const ArmOptions& arm : arms) names.push_back(arm.name);
  std::set<std::string> seen;
  for (const std::string& name : order) {
    if (find_arm(arms, name) == nullptr)
      fail_input("'cost_order' names '{}', which is no arm of this study{}", printable(name),
                 ending_did_you_mean(name, names));
    if (!seen.insert(name).second) fail_input("'cost_order' names '{}' twice, expected different arms", name);
  }
  if (order.size() < 2) fail_input("'cost_order' names one arm, '{}', expected two or more", order[0]);
  if (options.cost_steps < 2)
    fail_input("'cost_order' is asked with 'cost_steps' {}, expected 2 timed steps or more", options.cost_steps);
}

Json cost_order_json(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Json& cost,
                     const std::string& where) {
  Json orders = Json::array();
  if (options.cost_order.empty()) return orders;
  for (const std::string what : {"train", "eval", "decode"})
    orders.push_back(
        one_order(options, arms, what, [&](const std::string& arm) { return rates_of(cost, arm, what, where); }));
  return orders;
}

}  // namespace flanmoe
