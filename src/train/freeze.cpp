#include "train/freeze.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/error.h"
#include "data/mixture/name_pattern.h"
#include "model/stored_weights.h"
#include "model/weights.h"

namespace flanmoe {
namespace {

using Specs = std::vector<WeightSpec>;

// The names of a weight in files: one per expert.
std::vector<std::string> names_in_files(const WeightSpec& spec) {
  if (!spec.place.per_expert()) return {spec.name};
  std::vector<std::string> names;
  for (int64_t e = 0; e < spec.shape[0]; ++e) names.push_back(expert_name(spec.name, e));
  return names;
}

// Whether a pattern is for a weight: for all of its experts.
bool matches(const WeightSpec& spec, const std::string& pattern) {
  if (matches_pattern(spec.name, pattern)) return true;
  const std::vector<std::string> names = names_in_files(spec);
  const auto count = std::count_if(names.begin(), names.end(),
                                   [&pattern](const std::string& name) { return matches_pattern(name, pattern); });
  if (count == 0 || count == static_cast<int64_t>(names.size())) return count > 0;
  fail_input(
      "'freeze' holds '{}', which is {} of the {} experts of {}; they are one tensor and frozen together: expected * "
      "in "
      "place of the number",
      pattern, count, names.size(), spec.name);
}

[[noreturn]] void fail_no_match(const std::string& pattern, const Specs& specs) {
  std::vector<std::string> known = all_names<FrozenPart>();
  for (const WeightSpec& spec : specs) known.push_back(spec.name);
  const std::string nearest = nearest_match(pattern, known);
  fail_input(
      "'freeze' holds '{}', which is no part ({}) and matches no weight of the model{}. `flanmoe inspect MODEL "
      "--tensors` lists them",
      pattern, fmt::join(all_names<FrozenPart>(), ", "),
      nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

[[noreturn]] void fail_no_part(FrozenPart part) {
  if (part == FrozenPart::kDenseFeedForward)
    fail_input("'freeze' holds 'dense_ffn', but every feed-forward of the model is sparse; expected moe or experts");
  fail_input(
      "'freeze' holds '{}', but the model is dense: it has no router and no experts. Expected a sparse model; a study "
      "with dense arms says it in the sparse ones alone, as in arms.NAME.instruct.freeze=[{}]",
      name_of(part), name_of(part));
}

void freeze_entry(const std::string& entry, const Specs& specs, std::vector<bool>& frozen) {
  const auto part = value_named<FrozenPart>(entry);
  bool found = false;
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!(part ? holds(*part, specs[i].place.part) : matches(specs[i], entry))) continue;
    frozen[i] = found = true;
  }
  if (found) return;
  if (part) fail_no_part(*part);
  fail_no_match(entry, specs);
}

int64_t size_of(const WeightSpec& spec) {
  return std::accumulate(spec.shape.begin(), spec.shape.end(), int64_t{1}, std::multiplies<>());
}

}  // namespace

bool holds(FrozenPart part, WeightPart weight) {
  const bool is_gate = weight == WeightPart::kRouter, is_expert = weight == WeightPart::kExpert;
  const bool is_dense = weight == WeightPart::kFeedForward || weight == WeightPart::kExtraFeedForward;
  switch (part) {
    case FrozenPart::kGate:
      return is_gate;
    case FrozenPart::kExperts:
      return is_expert;
    case FrozenPart::kMoe:
      return is_gate || is_expert;
    case FrozenPart::kDenseFeedForward:
      return is_dense;
    case FrozenPart::kRest:
      return !is_gate && !is_expert && !is_dense;
  }
  fail_input("no such part of a model");
}

std::vector<bool> frozen_weights(const std::vector<std::string>& freeze, const ModelOptions& model) {
  const Specs specs = weight_specs(model);
  std::vector<bool> frozen(specs.size(), false);
  for (const std::string& entry : freeze) freeze_entry(entry, specs, frozen);
  if (std::find(frozen.begin(), frozen.end(), false) == frozen.end())
    fail_input("'freeze' is [{}], which leaves no weight to train; expected fewer parts", fmt::join(freeze, ", "));
  return frozen;
}

std::string describe_frozen(const std::vector<std::string>& freeze, const ModelOptions& model) {
  const Specs specs = weight_specs(model);
  const std::vector<bool> frozen = frozen_weights(freeze, model);
  int64_t num_frozen = 0, num_all = 0;
  for (size_t i = 0; i < specs.size(); ++i) {
    num_all += size_of(specs[i]);
    if (frozen[i]) num_frozen += size_of(specs[i]);
  }
  return fmt::format("{} of {} parameters are frozen ({})", num_frozen, num_all, fmt::join(freeze, ", "));
}

}  // namespace flanmoe
