#include "report/view.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "report/html.h"
#include "report/results_check.h"

namespace flanmoe::report {
namespace {

// Okabe and Ito's hues, darkened a little where they are thin on white; dense arms are greys.
constexpr std::array<const char*, 7> kSparseColours = {"#0072b2", "#d55e00", "#009e73", "#b65a92",
                                                       "#b8860b", "#3a9ad9", "#7b3fa0"};
constexpr std::array<const char*, 4> kDenseColours = {"#3f3f3f", "#808080", "#616161", "#a0a0a0"};

std::vector<Arm> read_arms(const Json& list, const std::string& where) {
  std::vector<Arm> arms;
  size_t num_sparse = 0, num_dense = 0;
  for (const Json& json : list) {
    const std::string place = fmt::format("{}: arms[{}]", where, arms.size());
    Arm arm;
    arm.name = json_string(json, "name", place);
    arm.label = json_string(json, "label", place);
    arm.router = json_string(json, "router", place);
    arm.twin = json_string(json, "twin", place);
    arm.sparse = json_at(json, "sparse", place).get<bool>();
    arm.base = json.value("base", arm.name);
    arm.base_label = json.value("base_label", arm.label);
    if (json.contains("at")) {
      for (const auto& [axis, value] : json.at("at").items()) arm.at[axis] = value;
    }
    const auto kin = std::find_if(arms.begin(), arms.end(), [&](const Arm& other) { return other.base == arm.base; });
    arm.colour = kin != arms.end() ? kin->colour
                 : arm.sparse      ? kSparseColours[num_sparse++ % kSparseColours.size()]
                                   : kDenseColours[num_dense++ % kDenseColours.size()];
    arm.json = json;
    arms.push_back(std::move(arm));
  }
  return arms;
}

std::vector<double> read_values(const Json& owner) {
  std::vector<double> values;
  for (const Json& value : owner.value("values", Json::array())) {
    if (value.is_number() && std::isfinite(value.get<double>())) values.push_back(value.get<double>());
  }
  return values;
}

std::vector<Axis> read_axes(const Json& results) {
  std::vector<Axis> axes;
  for (const Json& json : results.value("axes", Json::array())) {
    Axis axis{json.at("name"), json.at("label"), {}};
    for (const Json& value : json.at("values")) axis.values.emplace_back(value.at("name"), value.at("label"));
    axes.push_back(std::move(axis));
  }
  return axes;
}

Measure read_measure(const Json& json, const std::string& place) {
  Measure measure{
      json_string(json, "id", place), json_string(json, "label", place), json_string(json, "unit", place), {}, {}};
  const std::string inside = place + " '" + measure.id + "'";
  for (const Json& score : json_at(json, "arms", inside)) {
    const std::string arm = json_string(score, "arm", inside);
    if (const auto interval = interval_at(score, "interval", inside)) measure.arms.push_back({arm, *interval});
  }
  for (const Json& difference : json_at(json, "differences", inside)) {
    const auto interval = interval_at(difference, "interval", inside);
    if (!interval) continue;
    measure.differences.push_back({json_string(difference, "arm", inside), json_string(difference, "twin", inside),
                                   read_values(difference), *interval});
  }
  return measure;
}

}  // namespace

std::optional<Interval> Measure::of(const std::string& arm) const {
  for (const ArmScore& score : arms) {
    if (score.arm == arm) return score.interval;
  }
  return std::nullopt;
}

const Arm& View::arm(const std::string& name) const {
  const auto found = std::find_if(arms.begin(), arms.end(), [&name](const Arm& arm) { return arm.name == name; });
  if (found == arms.end()) fail_input("{}: the arm '{}' is named, but 'arms' does not hold it", where, name);
  return *found;
}

const Measure* View::measure(const std::string& id) const {
  const auto found = std::find_if(measures.begin(), measures.end(), [&id](const Measure& one) { return one.id == id; });
  return found == measures.end() ? nullptr : &*found;
}

std::optional<Interval> View::score(const std::string& id, const std::string& arm_name) const {
  const Measure* found = measure(id);
  return found == nullptr ? std::nullopt : found->of(arm_name);
}

size_t View::num_seeds() const { return json["seeds"].size(); }

std::string View::label(const std::string& arm_name) const {
  const Arm& found = arm(arm_name);
  return swatch(found.colour) + escape(found.label);
}

View read_view(const Json& results, const std::string& where) {
  check_results(results, where);
  View view{results, where, read_arms(results["arms"], where), {}, read_axes(results)};
  for (const Json& measure : results["measures"]) {
    view.measures.push_back(read_measure(measure, fmt::format("{}: measures[{}]", where, view.measures.size())));
  }
  for (const Measure& measure : view.measures) {
    for (const ArmScore& score : measure.arms) view.arm(score.arm);
  }
  return view;
}

std::optional<double> number_at(const Json& value, const std::string& key) {
  if (!value.is_object()) return std::nullopt;
  const auto found = value.find(key);
  if (found == value.end() || !found->is_number()) return std::nullopt;
  const double number = found->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string text_at(const Json& value, const std::string& key) {
  const auto found = value.find(key);
  return found == value.end() || found->is_null() ? "" : found->get<std::string>();
}

std::optional<Interval> interval_at(const Json& value, const std::string& key, const std::string& where) {
  const Json& json = json_at(value, key, where);
  const auto mean = number_at(json, "mean");
  if (!mean) return std::nullopt;
  const std::string basis = json.contains("basis") ? json_string(json, "basis", where) : "";
  return Interval{*mean, number_at(json, "low").value_or(*mean), number_at(json, "high").value_or(*mean), basis};
}

std::string basis_of(const std::vector<const Measure*>& measures) {
  std::vector<std::string> bases;
  for (const bool of_points : {false, true}) {  // what a point says of itself counts only where there is nothing else
    for (const Measure* measure : measures) {
      if (measure == nullptr) continue;
      for (const ArmScore& score : measure->arms) {
        const auto& [mean, low, high, basis] = score.interval;
        if (basis.empty() || (low == high) != of_points) continue;
        if (std::find(bases.begin(), bases.end(), basis) == bases.end()) bases.push_back(basis);
      }
    }
    if (!bases.empty()) break;
  }
  return fmt::format("{}", fmt::join(bases, "; "));
}

}  // namespace flanmoe::report
