#include "cli/eval_routing.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest_name.h"
#include "cli/model_choice.h"
#include "model/config_json.h"

namespace flanmoe {
namespace {

constexpr std::string_view kMoe = "moe.", kModelMoe = "model.moe.";

const std::vector<std::string>& keys_of_evaluation() {
  static const std::vector<std::string> kKeys = {"moe.capacity_factor_eval", "moe.min_capacity", "moe.eval_group",
                                                 "moe.second_eval"};
  return kKeys;
}

void check_key(const std::string& setting) {
  const std::string key = setting.substr(0, setting.find('='));
  const std::vector<std::string>& known = keys_of_evaluation();
  if (std::find(known.begin(), known.end(), key) != known.end()) return;
  fail_input("'{}' decides nothing in evaluation; {}expected one of {}", key, did_you_mean(key, known),
             fmt::join(known, ", "));
}

}  // namespace

std::vector<std::string> take_routing(std::vector<std::string>& settings) {
  const auto is_routing = [](const std::string& text) { return text.starts_with(kMoe) || text.starts_with(kModelMoe); };
  std::vector<std::string> routing;
  std::copy_if(settings.begin(), settings.end(), std::back_inserter(routing), is_routing);
  std::erase_if(settings, is_routing);
  return routing;
}

MoeOptions evaluation_routing(const ModelOptions& model, const std::vector<std::string>& routing) {
  if (routing.empty()) return model.moe;
  for (const std::string& setting : from_moe(routing)) check_key(setting);
  if (model.moe.num_experts == 0)
    fail_input("'{}': the model is dense and routes nothing; expected no such setting", routing[0]);
  if (model.moe.hugging_face()) {
    fail_input(
        "'{}': the model follows Hugging Face's rule (moe.expert_capacity is {}), which has no such setting; `flanmoe "
        "convert MODEL --out NEW --to flanmoe` gives it capacity factors",
        routing[0], model.moe.expert_capacity);
  }
  return with_settings(model.moe, routing);
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
