#include "model/evaluation_settings.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"
#include "model/config_json.h"

namespace flanmoe {
namespace {

const std::vector<std::string>& keys_of_evaluation() {
  static const std::vector<std::string> kKeys = {"moe.capacity_factor_eval", "moe.min_capacity", "moe.eval_group",
                                                 "moe.second_eval"};
  return kKeys;
}

}  // namespace

void check_evaluation_keys(const std::vector<std::string>& keys) {
  const std::vector<std::string>& known = keys_of_evaluation();
  for (const std::string& name : keys) {
    const std::string key = "moe." + name;
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    fail_input("'{}' decides nothing in evaluation; {}expected one of {}", printable(key), did_you_mean(key, known),
               fmt::join(known, ", "));
  }
}

void check_evaluation_routing(const ModelOptions& model, const MoeOptions& asked) {
  if (model.moe.num_experts == 0)
    fail_input("the model is dense and routes nothing; expected no settings of its routing");
  if (model.moe.hugging_face()) {
    fail_input(
        "the model follows Hugging Face's rule (moe.expert_capacity is {}), which has no such setting; `flanmoe "
        "convert MODEL --out NEW --to flanmoe` gives it capacity factors",
        model.moe.expert_capacity);
  }
  if (asked.routing == RoutingRule::kExpertChoice && asked.capacity_factor_eval == 0.0) {
    fail_input(
        "'moe.capacity_factor_eval' is 0 under expert choice, where every expert would take every token; expected a "
        "number above 0");
  }
}

Json routing_changes(const MoeOptions& model, const MoeOptions& asked) {
  const Json before = options_to_json(model), now = options_to_json(asked);
  Json changes = Json::object();
  for (const auto& [key, value] : now.items()) {
    if (before.at(key) != value) changes[key] = value;
  }
  return changes;
}

}  // namespace flanmoe
